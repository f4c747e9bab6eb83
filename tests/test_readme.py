"""The README's commands do what it shows, on a clean copy of the project.

Every line of a ``console`` block that starts with ``$`` is run in a shell, in order; what follows it
is what it prints, with ``...`` for what is left out. A command that serves stays until the next one
that serves, on a free port instead of 8000.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from doctest import ELLIPSIS, OutputChecker
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parents[1]
NOT_COPIED = (".git", ".venv", ".hypothesis", ".*_cache", "__pycache__", "*.egg-info", "build")


def console_commands(text: str) -> list[tuple[str, str]]:
    r"""The commands of a document's console blocks, each with the output shown below it.

    >>> console_commands("```console\n$ echo 1\n1\n$ true\n```\n")
    [('echo 1', '1\n'), ('true', '')]
    """
    blocks = re.findall(r"^```console\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)
    return [
        (command, shown)
        for block in blocks
        for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, flags=re.MULTILINE)
    ]


def assert_shows(printed: str, shown: str) -> None:
    """What a command printed is what the document shows."""
    assert OutputChecker().check_output(shown, printed, ELLIPSIS), f"printed:\n{printed}"


def assert_answers_with_a_design(curl: str, environment: dict[str, str]) -> None:
    """A curl line gives a verified design."""
    done = subprocess.run(curl, shell=True, env=environment, capture_output=True, check=True)
    assert json.loads(done.stdout)["verification"]["verdict"] == "verified"


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Shell:
    """Runs a document's commands in a folder, one server at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.server: subprocess.Popen[str] | None = None
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
        path = f"{folder / '.venv/bin'}{os.pathsep}{inherited['PATH']}"
        self.environment = {**inherited, "PATH": path, "COLUMNS": "100"}

    def run(self, command: str, shown: str) -> None:
        """Run one command and compare what it prints."""
        if command.endswith(" serve"):
            self.serve(command, shown)
            return
        done = subprocess.run(
            command.replace(":8000", f":{self.port}"),
            shell=True,
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert_shows(done.stdout.replace(f":{self.port}", ":8000"), shown)
        assert done.returncode == 0, done.stdout

    def serve(self, command: str, shown: str) -> None:
        """Start a server, and try the curl line that it prints."""
        self.stop()
        self.port = free_port()
        self.server = subprocess.Popen(
            command,
            shell=True,
            cwd=self.folder,
            env=self.environment | {"PORT": str(self.port)},
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.server.stdout is not None
        printed = ""
        for line in self.server.stdout:
            printed += line
            if line.startswith("curl "):
                break
        self.wait()
        assert_shows(printed.replace(f":{self.port}", ":8000"), shown)
        assert_answers_with_a_design(printed.splitlines()[-1], self.environment)

    def wait(self) -> None:
        """Wait until the server answers."""
        assert self.server is not None
        while self.server.poll() is None:
            try:
                urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=10).close()
                return
            except (URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        raise AssertionError(f"the server ended with {self.server.returncode}")

    def stop(self) -> None:
        """End the server, if one runs."""
        if self.server is None:
            return
        if self.server.poll() is None:
            os.killpg(self.server.pid, signal.SIGTERM)
        self.server.communicate(timeout=60)
        self.server = None


@contextmanager
def clean_copy() -> Iterator[Path]:
    """The project as a stranger gets it, in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "gan-designer"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*NOT_COPIED))
        yield copy


@pytest.mark.slow
def test_the_quick_start_does_what_it_shows() -> None:
    """Both ways to set it up, the curl lines, and the examples with their answers."""
    commands = console_commands((ROOT / "README.md").read_text())
    assert [command for command, _ in commands if command.endswith(" serve")] == [
        "make serve",
        "gan-designer serve",
    ]
    with clean_copy() as copy:
        shell = Shell(copy)
        try:
            for command, shown in commands:
                shell.run(command, shown)
        finally:
            shell.stop()


@pytest.mark.parametrize(
    ("command", "shown"), [("echo two", "three\n"), ("echo one; exit 1", "one\n")]
)
def test_a_wrong_readme_fails(tmp_path: Path, command: str, shown: str) -> None:
    """Another output than the one that is shown, or a failure, fails."""
    with pytest.raises(AssertionError, match=r"two|one"):
        Shell(tmp_path).run(command, shown)
