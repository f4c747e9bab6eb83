"""Tables of commands: CSV, plain columns in a pipe, frames on a terminal."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from designer.cli import main

LAYERS = [
    {
        "op": "conv_transpose",
        "in_channels": 4,
        "out_channels": 1,
        "kernel_size": [4, 3],
        "stride": 2,
    },
    {"op": "conv", "in_channels": 1, "out_channels": 1, "kernel_size": 3, "stride": 2},
]
FRAMES = set("┏┃┡│└")


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def read_csv(lines: Iterable[str]) -> list[dict[str, str]]:
    return list(csv.DictReader(lines))


@pytest.fixture
def layers(tmp_path: Path) -> str:
    """A file with two layers."""
    file = tmp_path / "layers.json"
    file.write_text(json.dumps({"layers": LAYERS, "input_shape": [4, 5, 5]}))
    return str(file)


@pytest.mark.parametrize("frontier", [False, True])
def test_csv_of_chains_has_the_numbers_of_the_json(frontier: bool, tmp_path: Path) -> None:
    """On stdout and in a file alike."""
    arguments = ["solve", "97", "--limit", "3", *(["--frontier"] if frontier else [])]
    body = json.loads(invoke(*arguments, "--json").stdout)
    expected = [
        {
            "sizes": " → ".join(str(size[0]) for size in chain["sizes"]),
            "strides": " ".join(str(step["stride"][0]) for step in chain["windows"]),
            "parameters": str(chain["parameters"]),
        }
        for chain in body["frontier" if frontier else "chains"]
    ]
    file = tmp_path / "chains.csv"
    assert invoke(*arguments, "--csv", "--output", str(file)).output == ""
    printed = invoke(*arguments, "--csv")
    assert printed.stderr == ""
    for text in (printed.stdout, file.read_text(encoding="utf-8")):
        found = read_csv(StringIO(text))
        assert [{name: row[name] for name in expected[0]} for row in found] == expected


def test_csv_of_an_audit_has_warnings_in_a_column(layers: str) -> None:
    """One line per layer, with the formulas of both axes and without the warnings among them."""
    body = json.loads(invoke("audit", layers, "--json").stdout)
    text = invoke("audit", layers, "--csv").stdout
    assert len(text.splitlines()) == 1 + len(LAYERS)
    found = read_csv(StringIO(text))
    assert [row["arithmetic"] for row in found] == [
        "; ".join(dict.fromkeys(step["arithmetic"])) for step in body["trace"]
    ]
    assert [row["warnings"] for row in found] == [
        " ".join(step["warnings"]) for step in body["trace"]
    ]
    assert "3 is no multiple of stride 2" in found[0]["warnings"]
    assert "; " in found[0]["arithmetic"]


def test_csv_contradicts_json(layers: str) -> None:
    for arguments in (["solve", "97"], ["audit", layers]):
        for order in (["--csv", "--json"], ["--json", "--csv"]):
            result = invoke(*arguments, *order)
            assert (result.exit_code, result.stdout) == (2, "")
            assert "--csv contradicts --json" in result.stderr


def test_frames_are_for_terminals(layers: str, tmp_path: Path) -> None:
    """A pipe gets columns that line up, one line per row; a file, too, from a terminal."""
    program = f"{sys.executable} -m designer"
    for arguments in ("solve 97 --limit 3", f"audit {layers}"):
        assert not FRAMES & set(invoke(*arguments.split()).stdout)
        assert set(on_a_terminal(f"{program} {arguments}")) > FRAMES
        file = tmp_path / "table.txt"
        on_a_terminal(f"{program} {arguments} --output {file}")
        assert file.read_text(encoding="utf-8") == invoke(*arguments.split()).stdout


@pytest.mark.parametrize("columns", [40, 86, 91, 120, 200])
def test_no_number_is_cut_on_a_terminal(columns: int) -> None:
    """Frames where all words fit; in a narrower terminal the columns of a pipe."""
    arguments = "solve 28 --limit 3"
    shown = on_a_terminal(f"{sys.executable} -m designer {arguments}", columns=columns)
    table = shown.partition("76,152 chains")[0]
    plain = invoke(*arguments.split()).stdout.partition("76,152 chains")[0]
    assert sorted(w for w in table.split() if w[0] not in "┏┃┡│└") == sorted(plain.split())
    framed = set(table) >= FRAMES
    assert framed == (columns >= 91)
    if framed:
        assert max(map(len, table.splitlines())) <= columns


def on_a_terminal(command: str, *, columns: int = 160) -> str:
    """What a command writes to a terminal that is so wide."""
    done = subprocess.run(
        ["script", "--quiet", "--command", command, "/dev/null"],
        env=os.environ | {"COLUMNS": str(columns)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
