"""The README's commands print what it shows, in a clean copy of the project."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.documented_commands import Shell, console_commands

ROOT = Path(__file__).parents[1]
NOT_COPIED = (".git", ".venv", ".hypothesis", ".*_cache", "__pycache__", "*.egg-info", "build")


@contextmanager
def clean_copy() -> Iterator[Path]:
    """A copy of the project without build results, in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "gan-designer"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*NOT_COPIED))
        yield copy


@pytest.mark.slow
def test_the_quick_start_does_what_it_shows() -> None:
    """Both ways to start the service, the curl commands and the examples print what is shown.

    No program of the project is in PATH before the README's own command activates its environment.
    """
    commands = console_commands((ROOT / "README.md").read_text())
    assert [command for command, _ in commands if command.endswith(" serve")] == [
        "make serve",
        "gan-designer serve",
    ]
    with clean_copy() as copy, Shell(copy) as shell:
        shell.environment["PIP_NO_COMPILE"] = "no"  # that is, on: imports compile what they need
        for command, shown in commands:
            shell.run(command, shown)


@pytest.mark.parametrize(
    ("command", "shown"),
    [("echo two", "three\n"), ("echo one; false", "one\n"), ("echo one; exit 0", "one\n")],
)
def test_a_wrong_readme_fails(tmp_path: Path, command: str, shown: str) -> None:
    """A different output, a non-zero exit status and the end of the shell are errors."""
    with pytest.raises(AssertionError, match=r"two|one"):
        Shell(tmp_path).run(command, shown)


def test_the_commands_of_a_document_share_one_shell(tmp_path: Path) -> None:
    """A reader who is in another folder after a command stays there; so does the test."""
    shell = Shell(tmp_path)
    shell.run("mkdir inside && cd inside && export COLOR=red", "")
    shell.run("echo $(basename $PWD) $COLOR", "inside red\n")
    with pytest.raises(AssertionError, match="No such file"):
        shell.run("ls inside", "")
