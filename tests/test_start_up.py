"""Programs without verification load neither torch, numpy nor flask, so they start in milliseconds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

HEAVY_PACKAGES = ("torch", "numpy", "flask", "marshmallow", "flask_smorest")
"""Packages that a program without verification must not load."""


def heavy_packages_loaded_by(statement: str) -> set[str]:
    """The heavy packages that a fresh interpreter has loaded after ``statement``."""
    program = (
        f"import sys\n{statement}\nprint(*(n for n in {HEAVY_PACKAGES!r} if n in sys.modules))"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


def test_importing_designer_loads_nothing_heavy() -> None:
    """A notebook that only solves does not wait for torch."""
    assert heavy_packages_loaded_by("import designer") == set()


@pytest.mark.parametrize(
    "arguments",
    [
        ["solve", "64", "--json"],
        ["design", "64", "--latent-dim", "100", "--verify", "none", "--json"],
        ["layer", "conv-transpose", "--help"],
    ],
    ids=["solve", "design", "layer"],
)
def test_a_command_loads_nothing_heavy(arguments: list[str]) -> None:
    """The command line starts in milliseconds; only the verifying process loads torch."""
    call = f"from designer.cli import main; main({arguments}, standalone_mode=False)"
    assert heavy_packages_loaded_by(call) == set()


def test_pictures_of_plain_networks_load_nothing_heavy() -> None:
    """Web processes draw them; only the gradients of residual networks need numpy."""
    draw = "from designer.pictures.design_pictures import draw_design; draw_design({}.gan)"
    made = "__import__('designer').design(16, verify='none'{})"
    assert heavy_packages_loaded_by(draw.format(made.format(""))) == set()
    residual = made.format(", architecture='resnet'")
    assert heavy_packages_loaded_by(draw.format(residual)) == {"numpy"}


def test_a_heavy_import_is_detected() -> None:
    """The check of loaded packages finds flask if it is loaded."""
    assert heavy_packages_loaded_by("import designer, flask") == {"flask"}
