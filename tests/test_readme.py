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
    """Both ways to start the service, the curl commands and the examples print what is shown."""
    commands = console_commands((ROOT / "README.md").read_text())
    assert [command for command, _ in commands if command.endswith(" serve")] == [
        "make serve",
        "gan-designer serve",
    ]
    with clean_copy() as copy, Shell(copy) as shell:
        for command, shown in commands:
            shell.run(command, shown)


@pytest.mark.parametrize(
    ("command", "shown"), [("echo two", "three\n"), ("echo one; exit 1", "one\n")]
)
def test_a_wrong_readme_fails(tmp_path: Path, command: str, shown: str) -> None:
    """A different output or a non-zero exit status is an error."""
    with pytest.raises(AssertionError, match=r"two|one"):
        Shell(tmp_path).run(command, shown)
