"""The core without the extras: the library and its commands run with the core's packages alone."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
SITE = Path(sysconfig.get_path("purelib"))


def required_packages(requirements: list[str]) -> set[str]:
    """The names of all distributions that requirements bring, without extras."""
    todo, found = [Requirement(text) for text in requirements], set()
    while todo:
        requirement = todo.pop()
        name = canonicalize_name(requirement.name)
        applies = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if applies and name not in found:
            found.add(name)
            todo += map(Requirement, distribution(name).requires or [])
    return found


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packages with links to the core's own, and to the project with its commands."""
    folder = tmp_path_factory.mktemp("core")
    for name in required_packages(PROJECT["dependencies"]):
        for file in distribution(name).files or []:
            top = file.parts[0]
            if top not in ("..", "__pycache__") and not (folder / top).exists():
                (folder / top).symlink_to(SITE / top)
    for package in ("designer", "service"):
        (folder / package).symlink_to(ROOT / package)
    points = PROJECT["entry-points"]["gan_designer.commands"]
    information = folder / "gan_designer-0.dist-info"
    information.mkdir()
    information.joinpath("METADATA").write_text("Metadata-Version: 2.4\nName: gan-designer\n")
    information.joinpath("entry_points.txt").write_text(
        "\n".join(["[gan_designer.commands]", *(f"{name} = {at}" for name, at in points.items())])
    )
    return folder


def run(core: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A fresh interpreter that sees the standard library and this folder only."""
    return subprocess.run(
        [sys.executable, "-S", *arguments],
        cwd=core.parent,
        env={"PYTHONPATH": str(core), "PATH": os.environ["PATH"], "HOME": str(core.parent)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_core_is_small() -> None:
    names = {canonicalize_name(Requirement(text).name) for text in PROJECT["dependencies"]}
    assert names == {"click", "numpy", "rich", "torch"}


def test_the_folder_lacks_the_service(core: Path) -> None:
    """Otherwise the other tests here would show nothing."""
    result = run(core, "-c", "import flask")
    assert result.returncode == 1
    assert "No module named 'flask'" in result.stderr


@pytest.mark.torch
def test_a_design_is_verified(core: Path) -> None:
    arguments = ["28", "--latent-dim", "8", "--base-channels", "4"]
    result = run(core, "-m", "designer", "design", *arguments)
    assert result.returncode == 0, result.stderr
    assert "verified" in result.stderr
    assert "class Generator" in result.stdout


def test_a_command_of_the_service_names_its_extra(core: Path) -> None:
    """In one sentence, with the status of invalid input; the help lists it all the same."""
    for name in PROJECT["entry-points"]["gan_designer.commands"]:
        result = run(core, "-m", "designer", name, "--anything")
        assert result.returncode == 2
        assert result.stderr.startswith(f"Error: {name} needs ")
        assert result.stderr.endswith("install 'gan-designer[service]'\n")
        assert result.stderr.count("\n") == 1
    shown = run(core, "-m", "designer", "-h").stdout
    assert "serve    Not installed: it needs the extra service." in shown
