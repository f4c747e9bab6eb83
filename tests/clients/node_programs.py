"""Programs of npm packages, which the environment for tests has installed beside this file."""

from __future__ import annotations

import subprocess
from pathlib import Path

FOLDER = Path(__file__).parent
MODULES = FOLDER / "node_modules"


def run_program(name: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """A program of an installed package, with its output.

    Raises:
        FileNotFoundError: if it is not installed; `.ci/environment test` installs it.
    """
    command = [str(MODULES / ".bin" / name), *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
