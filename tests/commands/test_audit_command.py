"""``gan-designer audit``: input files, output and exit status."""

from __future__ import annotations

import json
import re
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
    assert "returns 1×27×27 where 1×28×28 is wanted" in result.stdout
    assert "+    nn.ConvTranspose2d(4, 1, 3, 2, 1, output_padding=1)," in result.stdout
    answer = json.loads(invoke(str(file), *shapes, "--json").stdout)
    assert {repair["run"] for repair in answer["repairs"]} == {"whole"}
    assert [row["line"] for row in answer["trace"]] == [2, 3]
    assert re.search(r"0 +2 +0 +conv_transpose +1×27×27 +\(14 − 1\)", result.stdout)


@pytest.mark.torch
@pytest.mark.usefixtures("shared_pool")
def test_files_that_import_each_other(tmp_path: Path) -> None:
    """The network is the expression; its inputs are given one by one, labels too."""
    (tmp_path / "net").mkdir()
    blocks, model = tmp_path / "net" / "blocks.py", tmp_path / "net" / "model.py"
    blocks.write_text(
        "from torch import nn\ndef up(a, b): return nn.ConvTranspose2d(a, b, 4, 2, 1)\n"
    )
    model.write_text(
        "import torch\nfrom torch import nn\nfrom .blocks import up\n"
        "class G(nn.Module):\n"
        "    def __init__(self, n):\n        super().__init__()\n"
        "        self.e = nn.Embedding(10, n)\n        self.u = up(n, 3)\n"
        "    def forward(self, z, y):\n        return self.u(z + self.e(y)[:, :, None, None])\n"
    )
    inputs = ("--network", "G(8)", "--input", "8x4x4", "--input", ":int64:10")
    result = invoke(str(blocks), str(model), *inputs, "--wanted-shape", "3x8x8")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("fits: The network runs and returns 3×8×8.")
    assert "network: G(8) (model.py, line" not in result.stdout
    assert "input: 8×4×4 float32, 1 number int64 below 10" in result.stdout


def test_a_source_is_not_audited_without_torch() -> None:
    """``--no-run`` is for lists of layers: status 3, as nothing could be said."""
    result = invoke("-", "--no-run", "--input-shape", "3x8x8", text=SOURCE)
    assert result.exit_code == 3
    assert "no process to run a source" in result.stderr


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
        ('[{"op": "linear", "in_features": 3}]', "missing_field"),
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


@pytest.mark.torch
@pytest.mark.usefixtures("shared_pool")
def test_what_is_neither_mirrored_nor_adapted_is_printed(tmp_path: Path) -> None:
    """A concatenated skip has no mirror, and no edit makes the layer one for 50×50."""
    layers = [
        {"op": "concat", "extra_channels": 2},
        {"op": "upsample", "scale_factor": 2},
        {"op": "branch_from", "from": 0},
        {"op": "upsample", "scale_factor": 2},
        {"op": "add_from", "from": 1},
    ]
    file = tmp_path / "layers.json"
    file.write_text(json.dumps(layers))
    result = invoke(str(file), "--input-shape", "2x4x4", "--mirror", "--adapt-to", "50x50")
    assert "not in the mirror: layer 0 (concat, 2×4×4 to 4×4×4)" in result.stdout
    assert "not adapted: no edit was found that makes it a network for 50×50" in result.stdout
