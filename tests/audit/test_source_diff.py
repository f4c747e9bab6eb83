"""Repairs as diffs: the patched source is read as the repaired network."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from designer.audit.answer import audit
from designer.audit.request import read_request
from tests.audit.source_styles import IMPORTS, STYLES


def patched(text: str, diff: str, folder: Path) -> str:
    """The source after ``git apply`` of the diff."""
    file = folder / "source.py"
    file.write_text(text if text.endswith("\n") else f"{text}\n")
    (folder / "change.diff").write_text(diff)
    command = ["git", "apply", "-p0", "--unsafe-paths", "change.diff"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return file.read_text()


WRONG = {
    "names as arguments": ("ngf, nc, 4, 2, 1", "ngf, nc, 3, 2, 1"),
    "a linear layer and a view": ("padding=1, output_padding=1)\n\n", "padding=1)\n\n"),
    "skips that are concatenated": ("base * 2, base, 2, 2", "base * 2, base, 3, 2"),
    "one axis strides in a list": ("width, 7, padding=3", "width, 7, padding=2"),
    "functions only where they are used": ("16 * 5 * 5", "16 * 6 * 6"),
    "one expression": ("stride=(2, 2)", "stride=(2, 1)"),
    "an ordered dictionary and a score without axes": (
        "nn.Conv2d(16, 32, 4, 2, 1)",
        "nn.Conv2d(16, 30, 4, 2, 1)",
    ),
}


@pytest.mark.parametrize("style", WRONG)
def test_a_diff_applies_and_repairs_the_source(style: str, tmp_path: Path) -> None:
    """Every diff leads to a source that fits and has the wanted output shape."""
    input_shape, output_shape, text = STYLES[style]
    right, wrong = WRONG[style]
    assert text.count(right) == 1
    text = IMPORTS + text.replace(right, wrong)
    request = {"input_shape": input_shape, "source": text, "wanted_shape": output_shape}
    answer: Any = audit(read_request(request), runner=None)
    assert answer["verdict"] != "fits"
    given = [repair for repair in answer["repairs"] if repair["diff"]]
    assert given
    for repair in given:
        edited = {
            "input_shape": repair["input_shape"],
            "source": patched(text, repair["diff"], tmp_path),
            "wanted_shape": output_shape,
        }
        second_answer: Any = audit(read_request(edited), runner=None)
        assert second_answer["verdict"] == "fits", repair["summary"]


def test_an_edit_of_one_loop_iteration_has_no_diff() -> None:
    """The call in the loop makes all layers, so its text cannot change only one."""
    text = "nn.Sequential(*[nn.Conv2d(1, 1, 3, 2) for _ in range(3)])"
    request = {"input_shape": [1, 31, 31], "source": text, "wanted_shape": [1, 4, 4]}
    answer: Any = audit(read_request(request), runner=None)
    single = [
        repair
        for repair in answer["repairs"]
        if len({change["index"] for change in repair["changes"]}) == 1
        and repair["changes"][0]["field"] != "layer"
    ]
    assert single
    assert {repair["diff"] for repair in single} == {None}


def test_line_numbers_match_the_python_parser() -> None:
    """Form feeds, carriage returns and multi-byte characters before the edit."""
    text = "# größe\x0c\r\nnn.Sequential(nn.Flatten(), nn.Linear(9, 2))  # ß\r\n"
    answer: Any = audit(read_request({"input_shape": [2, 4], "source": text}), runner=None)
    assert "+nn.Sequential(nn.Flatten(), nn.Linear(8, 2))  # ß\r\n" in answer["repairs"][0]["diff"]
