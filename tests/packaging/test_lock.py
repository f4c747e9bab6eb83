"""constraints.txt pins all requirements of pyproject.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PINS = {
    canonicalize_name(name): version
    for name, _, version in (
        line.partition("==")
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if not line.startswith("#")
    )
}


def requirements() -> list[str]:
    """All requirements of the project: run time, checks and build."""
    project = PYPROJECT["project"]
    extras = project["optional-dependencies"].values()
    return [
        *project["dependencies"],
        *(requirement for extra in extras for requirement in extra),
        *PYPROJECT["build-system"]["requires"],
    ]


@pytest.mark.parametrize("text", requirements())
def test_every_requirement_is_pinned_within_its_bounds(text: str) -> None:
    """`make lock` has run since the requirement was changed."""
    requirement = Requirement(text)
    assert requirement.specifier.contains(PINS[canonicalize_name(requirement.name)])


def test_no_pin_is_of_one_machine_alone() -> None:
    """A local version (2.13.0+cpu) is not available on other indexes."""
    assert [pin for pin in PINS.values() if "+" in pin] == []


def test_no_pin_brings_cuda() -> None:
    """The lock is for the CPU build."""
    assert [name for name in PINS if name.startswith(("nvidia-", "triton", "cuda-"))] == []
