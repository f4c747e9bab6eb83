"""``gan-designer design``: output, exit status and errors."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from designer.brief.brief_json import brief_from_document
from designer.cli import main
from designer.errors import InvalidRequest
from designer.pipeline.design import design_document
from designer.pipeline.make_design import design

ROOT = Path(__file__).parents[2]


def invoke(*arguments: str) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(main, arguments)


@pytest.mark.torch
def test_a_design_is_printed_with_its_receipt() -> None:
    """``--json`` prints only the response body to stdout, and progress to stderr; status 0."""
    result = invoke("design", "96", "--latent-dim", "128", "--json")
    answer = json.loads(result.stdout)
    assert result.exit_code == 0
    assert answer["verification"]["verdict"] == "verified"
    assert answer["generator"]["output_shape"] == [3, 96, 96]
    assert answer["brief"]["latent_dim"] == 128
    assert "verify" in result.stderr


def test_without_json_the_module_is_printed() -> None:
    """The module goes to stdout, the summary to stderr."""
    result = invoke("design", "218x178", "--latent-dim", "100", "--verify", "none")
    assert result.exit_code == 0
    assert result.stdout.startswith('"""Generator and discriminator for 3×218×178 pictures')
    assert "7×5 → 14×11 → 27×22 → 54×44 → 109×89 → 218×178" in result.stderr
    compile(result.stdout, "model.py", "exec")


def test_output_writes_a_file(tmp_path: Path) -> None:
    """``--output`` writes to a file instead of stdout."""
    path = tmp_path / "model.py"
    result = invoke("design", "28", "--latent-dim", "9", "--verify", "none", "--output", str(path))
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "class Generator" in path.read_text()


@pytest.mark.parametrize(
    ("arguments", "document"),
    [
        (["3", "--latent-dim", "1"], {"resolution": 3, "latent_dim": 1}),
        (["64.0", "--latent-dim", "1"], {"resolution": "64.0", "latent_dim": 1}),
        (["64x64x64x64", "--latent-dim", "1"], {"resolution": [64] * 4, "latent_dim": 1}),
        (["64", "--latent-dim", "0"], {"resolution": 64, "latent_dim": 0}),
        (["64", "--latent-dim", "-1"], {"resolution": 64, "latent_dim": -1}),
        (
            ["64", "--latent-dim", "1", "--exact", "perhaps"],
            {"resolution": 64, "latent_dim": 1, "search": {"exact": "perhaps"}},
        ),
        (
            ["64", "--latent-dim", "1", "--strides", "2,y"],
            {"resolution": 64, "latent_dim": 1, "search": {"strides": [2, "y"]}},
        ),
    ],
)
def test_an_invalid_brief_has_the_error_of_the_library(
    arguments: list[str], document: dict[str, object]
) -> None:
    """Status 2, the message on stderr, and with ``--json`` the error object on stdout."""
    with pytest.raises(InvalidRequest) as caught:
        brief_from_document(document)
    result = invoke("design", *arguments, "--json")
    refused = json.loads(result.stdout)
    assert result.exit_code == 2
    assert refused["detail"] == str(caught.value)
    assert refused["code"] == caught.value.code
    assert str(caught.value) in result.stderr


def test_options_reach_the_brief() -> None:
    """Every option sets its field."""
    result = invoke(
        *["design", "64", "--dimensions", "3", "--latent-dim", "9", "--channels", "1"],
        *["--base-channels", "8", "--max-channels", "32", "--kernel-sizes", "4,6"],
        *["--strides", "2", "--dilations", "1", "--no-output-padding", "--exact", "require"],
        *["--overlap", "even", "--initial-size", "4", "--max-layers", "5"],
        *["--max-parameters", "9000000", "--max-multiply-adds", "900000000"],
        *["--verify", "none", "--json"],
    )
    assert result.exit_code == 0, result.output
    brief = json.loads(result.stdout)["brief"]
    assert brief["resolution"] == [64, 64, 64]
    assert (brief["channels"], brief["base_channels"], brief["max_channels"]) == (1, 8, 32)
    assert brief["budget"] == {"parameters": 9_000_000, "multiply_adds": 900_000_000}
    assert brief["search"] == {
        "kernel_sizes": [4, 6],
        "strides": [2],
        "dilations": [1],
        "output_padding": False,
        "exact": "require",
        "overlap": "even",
        "initial_size": [4, 4, 4],
        "max_layers": 5,
        "anisotropic": False,
    }


def test_the_command_is_installed() -> None:
    """The entry point exists and lists its commands, including those of the service."""
    result = subprocess.run(
        [Path(sys.executable).with_name("gan-designer"), "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in ("design", "serve", "openapi"):
        assert f"  {name} " in result.stdout


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("design", "--json Print the JSON body of the HTTP API instead of text."),
        ("design", "Default: 100, or no latent vector where `initial_map` is given."),
        ("solve", "Length of the latent vector. Default: 100."),
        ("verify", "--json Print the receipt as JSON instead of text."),
        ("sweep", "--json Write rows as JSON lines instead of CSV."),
        ("openapi", "--json Print JSON instead of YAML."),
        ("serve", "Port to listen on. Default: 8000."),
    ],
)
def test_the_help_of_a_command_describes_its_options(command: str, text: str) -> None:
    assert text in " ".join(invoke(command, "--help").stdout.split())


def test_no_stage_is_shown_for_a_verification_that_is_left_out() -> None:
    result = invoke("design", "28", "--latent-dim", "9", "--verify", "none")
    assert result.stderr.splitlines()[:-1] == ["solve …", "assemble …", "render …"]


@pytest.mark.parametrize("path", ["nowhere/model.py", ".", "/dev/full"])
def test_an_output_path_that_cannot_be_written_is_refused(path: str) -> None:
    """One message and status 2; a missing folder is reported before the work starts."""
    result = invoke("design", "28", "--latent-dim", "9", "--verify", "none", "--output", path)
    assert (result.exit_code, type(result.exception)) == (2, SystemExit)
    assert "Error: " in result.stderr
    assert ("render" in result.stderr) == (path == "/dev/full")


def test_a_full_disk_behind_stdout_is_refused() -> None:
    """A failed write to stdout is reported like one to a file."""
    program = [sys.executable, "-c", "from designer.cli import main; main()"]
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            [*program, "design", "28", "--latent-dim", "9", "--verify", "none"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert (result.returncode, "Traceback" in result.stderr) == (2, False)


def test_the_options_of_a_family_make_its_brief() -> None:
    """Every field of a family has an option; omitted options keep their defaults."""
    style = "--discriminator-normalization layer --discriminator-output critic --patch 16"
    result = invoke(
        "design", "64", "--latent-dim", "20", "--upsampling", "resize", "--normalization", "group",
        "--classes", "5", "--encoder", "--output-activation", "sigmoid", *style.split(), "--discriminator-base-channels", "8",
        "--verify", "none", "--json",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    brief = json.loads(result.stdout)["brief"]
    names = ("upsampling", "normalization", "output_activation", "classes", "encoder")
    assert [brief[name] for name in names] == ["resize", "group", "sigmoid", 5, True]
    assert brief["discriminator"] == {
        "normalization": "layer",
        "output": "critic",
        "patch": 16,
        "base_channels": 8,
        "max_channels": None,
        "blocks": None,
    }


def test_a_decoder_starts_from_a_map_and_has_no_discriminator() -> None:
    result = invoke(
        "design",
        "8192",
        "--dimensions",
        "1",
        "--initial-map",
        "80x32",
        "--verify",
        "none",
        "--json",
    )
    answer = json.loads(result.stdout)
    assert answer["brief"]["initial_map"] == {"channels": 80, "size": [32]}
    assert answer["discriminator"] is None
    assert answer["generator"]["input_shape"] == [80, 32]


def test_options_that_contradict_are_refused() -> None:
    result = invoke("design", "64", "--latent-dim", "9", "--no-discriminator", "--patch", "16")
    assert result.exit_code == 2
    assert "--no-discriminator contradicts" in result.stderr


def test_an_id_reproduces_its_design() -> None:
    """``--id`` contains the brief and the windows, so the text is the same."""
    windows = [{"kernel_size": 8, "stride": 4, "padding": 2}, {"kernel_size": 2, "stride": 2}]
    brief = brief_from_document(
        {"resolution": 32, "latent_dim": 9, "chain": windows, "verify": "none"}
    )
    made = design(brief)
    result = invoke("design", "--id", design_document(made)["id"])
    assert result.exit_code == 0
    assert result.stdout == made.source.text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "give a RESOLUTION, a --factor or the --id of a design"),
        (
            ["64", "--id", "1", "--latent-dim", "9", "--encoder"],
            "--id contains the whole brief; omit encoder, latent_dim, resolution",
        ),
        (["--id", "2nothing"], "id"),
    ],
)
def test_an_id_and_a_brief_exclude_each_other(arguments: list[str], words: str) -> None:
    result = invoke("design", *arguments)
    assert result.exit_code == 2
    assert words in result.stderr
