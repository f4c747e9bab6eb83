"""``gan-designer solve``: table, JSON and exit status."""

from __future__ import annotations

import json

from click.testing import CliRunner

from designer.cli import main


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["solve", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_the_table_has_chains_count_and_reasons() -> None:
    status, text, _ = run("97", "--limit", "2")
    assert status == 0
    assert "6 → 12 → 24 → 48 → 97" in text
    assert "21,009,018 chains in the search space" in text
    assert "--cursor" in text
    assert "2 axis-steps are inexact" in text


def test_json_is_the_body_alone() -> None:
    status, text, errors = run("218x178", "--limit", "2", "--json")
    body = json.loads(text)
    assert (status, errors) == (0, "")
    assert body["count"] == 268527426
    assert len(body["chains"]) == 2
    assert [size[0] for size in body["chains"][0]["sizes"]] == [7, 14, 27, 54, 109, 218]


def test_the_next_page_continues_after_the_last() -> None:
    body = json.loads(run("97", "--limit", "2", "--json")[1])
    after = json.loads(run("97", "--limit", "2", "--json", "--cursor", body["next"])[1])
    whole = json.loads(run("97", "--limit", "4", "--json")[1])
    names = [chain["windows"] for chain in body["chains"] + after["chains"]]
    assert names == [chain["windows"] for chain in whole["chains"]]


def test_the_frontier_is_a_table_too() -> None:
    status, text, _ = run("64", "--frontier")
    assert status == 0
    assert "7 → 21 → 64" in text


def test_from_a_given_map() -> None:
    status, text, _ = run("32x24", "--from", "8x6", "--limit", "1")
    assert status == 0
    assert "8×6 → 16×12 → 32×24" in text


def test_a_size_without_chains_exits_with_2_and_the_reason() -> None:
    status, text, errors = run("97", "--exact", "require", "--json")
    assert status == 2
    refusal = json.loads(text)
    assert refusal["code"] == "no_chain"
    assert [reason["code"] for reason in refusal["reasons"]] == ["dead_end", "relax"]
    assert "97 = 2·48 + 1" in errors


def test_output_goes_to_a_file(tmp_path) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    path = tmp_path / "chains.json"
    assert run("64", "--json", "--output", str(path))[:2] == (0, "")
    assert json.loads(path.read_text())["count"] == 2420376
