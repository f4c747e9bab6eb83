"""``gan-designer layer``: output and exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from designer.cli import main


def invoke_layer(*arguments: str) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(main, ["layer", *arguments])


def test_a_layer_is_printed_as_text() -> None:
    """The arithmetic per axis, and the inverse."""
    result = invoke_layer(
        "conv-transpose", "4x5", "--kernel-size", "4", "--stride", "2", "--padding", "1"
    )
    assert result.exit_code == 0
    assert result.stdout.splitlines()[:3] == [
        "4×5 → 8×10",
        "(4 − 1)·2 − 2·1 + 4 = 8",
        "(5 − 1)·2 − 2·1 + 4 = 10",
    ]
    assert "inverse: conv, kernel_size 4×4" in result.stdout


def test_json_is_the_http_body() -> None:
    """``--json`` prints only the response body, with the requested forms."""
    result = invoke_layer(
        "conv", "16", "--kernel-size", "5", "--stride", "3", "--json", "--include", "matrix,overlap"
    )
    body = json.loads(result.stdout)
    assert body["output_size"] == [4, 4]
    assert body["matrix"]["shape"] == [16, 256]
    assert body["overlap"]["even"] is False
    assert body["phases"] is None


@pytest.mark.parametrize(
    ("kind", "text"),
    [("conv", " unread positions: 2"), ("conv-transpose", " without contributions: 6")],
)
def test_untouched_positions_are_counted(kind: str, text: str) -> None:
    """Input positions that no window covers, or output positions without contributions."""
    result = invoke_layer(kind, "4", "--kernel-size", "1", "--stride", "3", "--dimensions", "1")
    assert text in result.stdout.splitlines()[2]


def test_only_a_transposed_convolution_offers_output_padding() -> None:
    """For a convolution the option is refused with the reason."""
    assert "--output-padding" in invoke_layer("conv-transpose", "--help").stdout
    assert "--output-padding" not in invoke_layer("conv", "--help").stdout
    refusal = invoke_layer("conv", "4", "--kernel-size", "3", "--output-padding", "1")
    assert refusal.exit_code == 2
    assert "a convolution has no output_padding" in refusal.stderr


def test_a_layer_without_bias_has_fewer_parameters() -> None:
    """The option of a field that is true by default removes it."""
    arguments = ("conv", "8", "--kernel-size", "3", "--out-channels", "4", "--json")
    counts = [
        json.loads(invoke_layer(*arguments, *more).stdout)["parameters"]
        for more in ((), ("--no-bias",))
    ]
    assert counts == [40, 36]


@pytest.mark.torch
def test_a_proof_runs_in_a_separate_process() -> None:
    """Status 0 if every form is within the tolerance."""
    result = invoke_layer("conv", "8x8", "--kernel-size", "3", "--include", "proof", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["proof"]["passed"] is True


def test_a_picture_goes_to_a_file(tmp_path: Path) -> None:
    """``--draw`` writes an animated SVG."""
    path = tmp_path / "layer.svg"
    result = invoke_layer(
        "conv", "5x5", "--kernel-size", "3", "--draw", "layer", "--animate", "--output", str(path)
    )
    assert (result.exit_code, result.stdout) == (0, "")
    assert "@keyframes" in path.read_text()


@pytest.mark.parametrize(
    ("arguments", "status", "expected_text"),
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
def test_every_window_from_size_to_size(
    arguments: list[str], status: int, expected_text: str
) -> None:
    """Status 1 and the reason if there is no window."""
    result = invoke_layer("solve", *arguments)
    assert result.exit_code == status
    assert expected_text in result.stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["conv", "4", "--kernel-size", "9"], "illegal_layer"),
        (["conv", "0", "--kernel-size", "1"], "out_of_range"),
        (["conv", "4", "--kernel-size", "two"], "not_an_integer"),
        (["conv", "4"], "missing_field"),
        (["conv", "512", "--kernel-size", "3", "--draw", "layer"], "too_large"),
        (["conv", "4", "--kernel-size", "3", "--draw", "photo"], "not_a_choice"),
    ],
)
def test_refused_input_exits_with_status_two(arguments: list[str], code: str) -> None:
    """Invalid input and pictures that are too large: one message on stderr."""
    result = invoke_layer(*arguments)
    assert result.exit_code == 2
    assert f"refused ({code})" in result.stderr
