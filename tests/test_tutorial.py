"""The commands of the tutorial and of docs/audits.md do what the pages show.

They run in an empty folder, with this environment's programs, as after a reader's installation.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.documented_commands import Shell, console_commands

ROOT = Path(__file__).parents[1]


@pytest.mark.torch
@pytest.mark.slow
def test_the_tutorial_does_what_it_shows(tmp_path: Path) -> None:
    """From a size to a design, its module, its bundle and a first training run."""
    commands = console_commands((ROOT / "docs" / "tutorial.md").read_text())
    assert any("train.py" in command for command, _ in commands)
    with Shell(tmp_path, programs=Path(sys.executable).parent) as shell:
        for command, shown in commands:
            shell.run(command, shown)
    assert (tmp_path / "training" / "generator.pt").is_file()


@pytest.mark.torch
@pytest.mark.slow
def test_the_audit_page_does_what_it_shows(tmp_path: Path) -> None:
    """Every console block of docs/audits.md, in order."""
    commands = console_commands((ROOT / "docs" / "audits.md").read_text())
    assert len(commands) == 2
    with Shell(tmp_path, programs=Path(sys.executable).parent) as shell:
        for command, shown in commands:
            shell.run(command, shown)
