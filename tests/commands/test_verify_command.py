"""``gan-designer verify``: differences of saved files from their design, and exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from designer.brief.model import Brief
from designer.brief.options import Level
from designer.cli import main
from designer.pipeline.design import design_document
from designer.pipeline.make_design import design
from designer.validation.json_text import document_text


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with a design's module and its JSON."""
    brief = Brief(resolution=16, latent_dim=8, base_channels=4, verify=Level.NONE)
    made = design(brief)
    (tmp_path / "model.py").write_text(made.source.text)
    (tmp_path / "design.json").write_text(document_text(design_document(made)))
    return tmp_path


def verify(files: Path, *options: str) -> Result:
    """Run the command on the files of a folder."""
    arguments = ["verify", str(files / "model.py"), "--design", str(files / "design.json")]
    return CliRunner().invoke(main, [*arguments, *options])


def change(path: Path, before: str, after: str) -> None:
    """Replace the first occurrence of a text in a file."""
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))


@pytest.mark.torch
def test_saved_files_are_verified(files: Path) -> None:
    """Unchanged files have status 0; ``--json`` prints only the receipt to stdout."""
    result = verify(files, "--json")
    assert (result.exit_code, result.stderr) == (0, "verify …\n")
    receipt = json.loads(result.stdout)
    assert receipt["verdict"] == "verified"
    assert receipt["level"] == "standard"
    assert {check["passed"] for check in receipt["checks"]} == {True}
    assert {"name", "passed", "predicted", "measured", "detail"} <= receipt["checks"][0].keys()


@pytest.mark.torch
@pytest.mark.usefixtures("shared_pool")
def test_changed_line_endings_differ(files: Path) -> None:
    """The digest covers line endings."""
    module = files / "model.py"
    module.write_bytes(module.read_bytes().replace(b"\n", b"\r\n"))
    result = verify(files)
    assert result.exit_code == 1
    assert "DIFFERS  text.sha256" in result.stdout.splitlines()


@pytest.mark.torch
@pytest.mark.usefixtures("shared_pool")
def test_differences_are_named(files: Path) -> None:
    """Status 1 and one line per check; failed checks have details."""
    change(files / "model.py", "stride=2", "stride=3")
    change(files / "design.json", '"parameters": ', '"parameters": 1')
    result = verify(files)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert "DIFFERS  design.figures: the file differs in: generator" in lines
    assert any(line.startswith("DIFFERS  text.sha256") for line in lines)
    assert any(line.startswith("DIFFERS  generator.shapes: ") for line in lines)
    assert "ok       discriminator.shapes" in lines
    assert "hostile author" in lines[-2]
    assert lines[-1].startswith("refuted: ")


@pytest.mark.usefixtures("shared_pool")
def test_a_module_that_does_not_compile_differs(files: Path) -> None:
    """Status 1; the module does not run."""
    change(files / "model.py", "import torch", "import (")
    result = verify(files)
    assert result.exit_code == 1
    assert "DIFFERS  text.compiles" in result.stdout


@pytest.mark.parametrize(
    ("design_file", "reason"),
    [("{", "it is not valid JSON"), ("[]", "it has no id"), ('{"id": "x"}', "it has no source")],
)
def test_other_files_are_refused(design_file: str, reason: str, files: Path) -> None:
    """Status 2 and the reason; the module does not run."""
    (files / "design.json").write_text(design_file)
    result = verify(files)
    assert result.exit_code == 2
    assert f"not_a_design): design.json is not the JSON of a design: {reason}" in result.stderr


def test_a_missing_file_is_refused(files: Path) -> None:
    """Status 2, as for any other invalid input."""
    (files / "model.py").unlink()
    assert verify(files).exit_code == 2
