"""``gan-designer audit``: input files, output and exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from designer.cli import main

SOURCE = "nn.Sequential(\n    nn.ConvTranspose2d(4, 1, 3, 2, 1),\n    nn.Tanh(),\n)\n"
LAYERS = [{"op": "flatten"}, {"op": "linear", "in_features": 12, "out_features": 2}]


def invoke(*arguments: str, text: str | None = None) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(main, ["audit", *arguments], input=text)


def test_a_network_that_fits(tmp_path: Path) -> None:
    """Status 0, and one line per layer."""
    file = tmp_path / "layers.json"
    file.write_text(json.dumps(LAYERS))
    result = invoke(str(file), "--input-shape", "3x4")
    assert result.exit_code == 0
    assert result.stdout.startswith("fits: Every layer fits; the network ends at 2.")


@pytest.mark.torch
@pytest.mark.usefixtures("shared_pool")
def test_a_source_that_misses(tmp_path: Path) -> None:
    """Status 1, the reason, and the repair as a diff, run by torch in a separate process."""
    file = tmp_path / "network.py"
    file.write_text(SOURCE)
    shapes = ("--input-shape", "4x14x14", "--wanted-shape", "1x28x28")
    result = invoke(str(file), *shapes)
    assert result.exit_code == 1
    assert "ends at 1×27×27 where 1×28×28 is wanted" in result.stdout
    assert "+    nn.ConvTranspose2d(4, 1, 3, 2, 1, output_padding=1)," in result.stdout
    answer = json.loads(invoke(str(file), *shapes, "--json").stdout)
    assert {repair["run"] for repair in answer["repairs"]} == {"whole"}
    assert [row["line"] for row in answer["trace"]] == [2]
    assert "   0  line 2     conv_transpose " in result.stdout


def test_json_alone_on_stdout(tmp_path: Path) -> None:
    """``--json`` prints the HTTP response body; ``-`` reads stdin; options complete the request."""
    request = {"input_shape": [3, 4], "layers": LAYERS}
    result = invoke("-", "--no-run", "--json", "--wanted-shape", "3", text=json.dumps(request))
    answer = json.loads(result.stdout)
    assert result.exit_code == 1
    assert answer["verdict"] == "misses"
    assert answer["wanted_shape"] == [3]
    assert answer["repairs"][0]["changes"][0]["field"] == "out_features"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("nn.Sequential(", "malformed_source"),
        ("{", "malformed_json"),
        ("[]", "wrong_length"),
        ('[{"op": "fold"}]', "not_a_choice"),
        ("[" * 100_000, "malformed_json"),
    ],
)
def test_bad_input_is_refused(text: str, code: str) -> None:
    """Status 2, with the code on stderr."""
    result = invoke("-", "--input-shape", "3x8x8", text=text)
    assert result.exit_code == 2
    assert f"refused ({code})" in result.stderr


def test_mirror_and_adaptation_are_printed() -> None:
    """``--mirror`` and ``--adapt-to`` add to the output."""
    layer = {"op": "conv_transpose", "in_channels": 2, "out_channels": 3, "kernel_size": 4}
    result = invoke(
        "-",
        "--no-run",
        "--input-shape",
        "2x1x1",
        "--mirror",
        "--adapt-to",
        "6x6",
        text=json.dumps([layer]),
    )
    assert result.exit_code == 0
    assert "adapted: layer 0 (conv_transpose): kernel_size 4 → 6" in result.stdout
    assert 'mirror: {"op": "conv", "in_channels": 3' in result.stdout
