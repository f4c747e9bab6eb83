"""``gan-designer layer``: what it prints, and the status it ends with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from designer.cli import main


def call(*words: str) -> Result:
    """The command as a shell calls it."""
    return CliRunner().invoke(main, ["layer", *words])


def test_a_layer_for_people() -> None:
    """The law per axis, and the way back."""
    done = call("conv-transpose", "4x5", "--kernel-size", "4", "--stride", "2", "--padding", "1")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[:3] == [
        "4×5 → 8×10",
        "(4 − 1)·2 − 2·1 + 4 = 8",
        "(5 − 1)·2 − 2·1 + 4 = 10",
    ]
    assert "way back: conv, kernel_size 4×4" in done.stdout


def test_json_is_the_http_body() -> None:
    """Alone on stdout, with the forms that were asked for."""
    done = call(
        "conv", "16", "--kernel-size", "5", "--stride", "3", "--json", "--include", "matrix,overlap"
    )
    body = json.loads(done.stdout)
    assert body["output_size"] == [4, 4]
    assert body["matrix"]["shape"] == [16, 256]
    assert body["overlap"]["even"] is False
    assert body["phases"] is None


@pytest.mark.torch
def test_a_proof_is_run_in_a_process_of_its_own() -> None:
    """Status 0: every form within the tolerance."""
    done = call("conv", "8x8", "--kernel-size", "3", "--include", "proof", "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["proof"]["passed"] is True


def test_a_picture_goes_to_a_file(tmp_path: Path) -> None:
    """An animated SVG, the same bytes as the library draws."""
    path = tmp_path / "layer.svg"
    done = call(
        "conv", "5x5", "--kernel-size", "3", "--draw", "layer", "--animate", "--output", str(path)
    )
    assert (done.exit_code, done.stdout) == (0, "")
    assert "@keyframes" in path.read_text()


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (
            ["46x62", "368x489", "--kernel-size", "16", "--stride", "8"],
            0,
            "padding 8, output_padding 1",
        ),
        (
            ["64", "64", "--kernel-size", "4", "--stride", "1"],
            1,
            "that is odd, and from 64 to 64 it is 0",
        ),
        (["64", "32", "--op", "conv", "--kernel-size", "4", "--stride", "2"], 0, "padding 1"),
    ],
)
def test_every_window_from_size_to_size(words: list[str], status: int, said: str) -> None:
    """Status 1 where nothing leads there, with the reason."""
    done = call("solve", *words)
    assert done.exit_code == status
    assert said in done.stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["conv", "4", "--kernel-size", "9"], "illegal_layer"),
        (["conv", "0", "--kernel-size", "1"], "out_of_range"),
        (["conv", "4", "--kernel-size", "two"], "not_an_integer"),
        (["conv", "4"], "missing_field"),
        (["conv", "512", "--kernel-size", "3", "--draw", "layer"], "too_large"),
        (["conv", "4", "--kernel-size", "3", "--draw", "photo"], "not_a_choice"),
    ],
)
def test_what_is_refused_ends_with_status_two(words: list[str], code: str) -> None:
    """Bad numbers and pictures too large to draw: one sentence on stderr."""
    done = call(*words)
    assert done.exit_code == 2
    assert f"refused ({code})" in done.stderr
