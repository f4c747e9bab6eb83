"""``gan-designer doctor``: the layers of the sandbox on this machine, and exit status."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from designer.cli import main
from designer.commands import doctor, verify
from designer.errors import SourceNotRun
from designer.verification.sandbox.layers import LAYER_NAMES, REQUIRED_LAYERS, SANDBOX_LAYERS
from tests.commands.test_verify_command import files as files


def run_doctor(*options: str, **variables: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, ["doctor", *options], env=variables)


class LesserPool:
    """Stands for a pool on a machine with seccomp and limits only."""

    def __init__(self, **_: object) -> None: ...

    def __enter__(self) -> LesserPool:
        return self

    def __exit__(self, *_: object) -> None: ...

    def run(self, job: dict[str, Any], *, discard: bool = False) -> dict[str, Any]:
        """Refuse foreign texts."""
        if job.get("foreign"):
            raise SourceNotRun("sandbox_incomplete", missing=["filesystem"])
        return {}

    def state(self) -> SimpleNamespace:
        """The restrictions of the machine."""
        return SimpleNamespace(enforced=("seccomp", "resource-limits"))


@pytest.mark.torch
def test_this_machine_is_described() -> None:
    """All layers; the status is 0 exactly if the required ones hold."""
    result = run_doctor("--json")
    found = json.loads(result.stdout)
    assert [layer["layer"] for layer in found["layers"]] == list(LAYER_NAMES)
    active = {layer["layer"] for layer in found["layers"] if layer["holds"]}
    assert {"limits", "environment"} <= active
    assert set(found["missing"]) == set(REQUIRED_LAYERS) - active
    assert result.exit_code == (3 if found["missing"] else 0)


def test_a_lesser_machine_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each missing layer has what it needs; a required one ends in status 3."""
    monkeypatch.setattr(doctor, "Pool", LesserPool)
    result = run_doctor()
    assert result.exit_code == 3
    lines = result.stdout.splitlines()
    needs = {layer.name: layer.needs for layer in SANDBOX_LAYERS}
    assert lines[0].startswith("ok ")
    assert lines[0].endswith(" system calls from a list only")
    (filesystem,) = (line for line in lines if line.split()[1] == "filesystem")
    assert filesystem.startswith("MISSING ")
    assert filesystem.endswith(f"; needs {needs['filesystem']}")
    (user,) = (line for line in lines if line.split()[1] == "user")
    assert user.startswith("missing ")
    assert lines[-1] == "foreign texts are not run: the sandbox lacks filesystem"


@pytest.mark.parametrize(
    ("options", "variable", "status"),
    [
        ([], "seccomp,limits", 0),
        ([], "", 0),
        ([], " seccomp , network ", 0),
        ([], "processes", 3),
        (["--sandbox-require", "user"], "seccomp", 3),
        (["--sandbox-require", ""], "user", 0),
        ([], "firewall", 2),
        (["--sandbox-require", "Seccomp"], "seccomp", 2),
    ],
)
def test_the_required_layers_are_chosen(
    options: list[str], variable: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the service's variable, or by the option; an unknown layer is refused by name."""
    monkeypatch.setattr(doctor, "Pool", LesserPool)
    result = run_doctor(*options, GAN_DESIGNER_SANDBOX_REQUIRE=variable)
    assert result.exit_code == status
    assert ("no such layer; known are seccomp, limits" in result.stderr) == (status == 2)


def test_a_foreign_module_is_refused_on_a_lesser_machine(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``verify`` runs nothing, names the missing layer and ends in status 3."""
    monkeypatch.setattr(verify, "Pool", LesserPool)
    module = files / "model.py"
    module.write_text(f"{module.read_text()}\nimport os\n")
    arguments = ["verify", str(module), "--design", str(files / "design.json"), "--json"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 3
    assert json.loads(result.stdout)["code"] == "source_not_run"
    assert "it lacks filesystem" in result.stderr
