"""Runs the commands that a document shows and compares what they print.

Every line of a ``console`` block that starts with ``$`` is run, in order and in one shell, as a reader
would; lines that start with ``>`` continue it. The lines below a command are its output, with ``...``
for omitted text. A command that serves runs until the next one that serves, on a free port instead of
8000.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import time
import weakref
from doctest import ELLIPSIS, OutputChecker
from functools import cached_property
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

END = "end-of-the-output"
"""Printed after the output of each command, before its exit status."""


def console_commands(text: str) -> list[tuple[str, str]]:
    r"""The commands of a document's console blocks, each with the output shown below it.

    >>> console_commands("```console\n$ echo 1\n1\n$ cat <<END\n> 2\n> END\n2\n```\n")
    [('echo 1', '1\n'), ('cat <<END\n2\nEND', '2\n')]
    """
    blocks = re.findall(r"^```console\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)
    return [
        (re.sub(r"^> ?", "", command, flags=re.MULTILINE), shown)
        for block in blocks
        for command, shown in re.findall(
            r"^\$ (.*(?:\n>.*)*)\n((?:(?!\$ ).*\n)*)", block, flags=re.MULTILINE
        )
    ]


def assert_shows(printed: str, shown: str) -> None:
    """What a command printed is what the document shows."""
    assert OutputChecker().check_output(shown, printed, ELLIPSIS), f"printed:\n{printed}"


def assert_answers_with_a_design(curl: str, environment: dict[str, str]) -> None:
    """A curl line gives a verified design."""
    done = subprocess.run(curl, shell=True, env=environment, capture_output=True, check=True)
    assert json.loads(done.stdout)["verification"]["verdict"] == "verified"


def free_port() -> int:
    """A port of 127.0.0.1 that no process listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Shell:
    """Runs a document's commands in one bash, one server at a time; leaving it ends the server.

    The bash starts in a folder, and what a command does to it holds for the later ones: another
    working directory, an activated environment. The folder ``programs`` comes first in PATH; by default
    that of the environment in ``folder``, if there is one at the start.
    """

    def __init__(self, folder: Path, *, programs: Path | None = None) -> None:
        self.folder = folder
        self.port = free_port()
        self.server: subprocess.Popen[str] | None = None
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
        programs = programs or folder / ".venv" / "bin"
        first = f"{programs}{os.pathsep}" if programs.is_dir() else ""
        self.environment = {**inherited, "PATH": first + inherited["PATH"], "COLUMNS": "100"}

    def __enter__(self) -> Shell:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @cached_property
    def bash(self) -> subprocess.Popen[str]:
        """The bash that runs the commands, from the first one to the end of this object."""
        bash = subprocess.Popen(
            ["bash"],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        weakref.finalize(self, bash.communicate)
        return bash

    def run(self, command: str, shown: str) -> None:
        """Run one command and compare what it prints."""
        if command.endswith(" serve"):
            self.serve(command, shown)
            return
        printed, status = self.execute(command.replace(":8000", f":{self.port}"))
        assert_shows(printed.replace(f":{self.port}", ":8000"), shown)
        assert status == 0, printed

    def execute(self, command: str) -> tuple[str, int]:
        """The output and the exit status of one command."""
        assert self.bash.stdin is not None
        assert self.bash.stdout is not None
        print(
            f"eval {shlex.quote(command)} </dev/null\necho {END} $?",
            file=self.bash.stdin,
            flush=True,
        )
        printed = ""
        for line in self.bash.stdout:
            output, end, status = line.partition(END)
            printed += output
            if end:
                return printed, int(status)
        raise AssertionError(f"the command ended the shell; printed:\n{printed}")

    def exported_variables(self) -> dict[str, str]:
        """The environment that the bash gives to its commands now."""
        printed, _ = self.execute("env -0")
        return dict(entry.split("=", 1) for entry in printed.split("\0") if entry)

    def serve(self, command: str, shown: str) -> None:
        """Start a server, and try the curl line that it prints."""
        self.stop()
        self.port = free_port()
        environment = self.exported_variables()
        self.server = subprocess.Popen(
            command,
            shell=True,
            cwd=environment["PWD"],
            env=environment | {"PORT": str(self.port)},
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
        assert_answers_with_a_design(printed.splitlines()[-1], environment)

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
