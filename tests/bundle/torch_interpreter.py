"""Python commands: in a new interpreter, or in a fork of one that has imported torch and pytest.

An import of torch takes seconds of processor time; a test of bundles runs dozens of commands.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

PROGRAM = """
import gc, json, os, runpy, sys
import pytest, torch, torch._dynamo  # optimizers import it

def run(folder, arguments, outputs):
    os.chdir(folder)
    for number, output in zip((1, 2), outputs):
        os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    sys.path[0] = folder
    kind, *rest = arguments
    if kind == "-c":
        sys.argv = [kind, *rest[1:]]
        exec(rest[0], {"__name__": "__main__"})
    elif kind == "-m":
        sys.argv = rest
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    else:
        sys.argv = arguments
        runpy.run_path(kind, run_name="__main__")

gc.freeze()  # the end of a fork looks at its own objects alone: a second less
for line in sys.stdin:
    child = os.fork()
    if not child:
        run(**json.loads(line))
        sys.exit()
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def run_in(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a Python command in a folder, without access to this project."""
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
    )


def environment(home: Path) -> dict[str, str]:
    """The variables of a command."""
    return {"PATH": os.environ["PATH"], "HOME": str(home), "OMP_NUM_THREADS": "1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TorchInterpreter:
    """The running interpreter: its ends of two pipes, and a folder for the outputs."""

    requests: IO[str]
    statuses: IO[str]
    folder: Path

    @classmethod
    @contextmanager
    def start(cls) -> Iterator[TorchInterpreter]:
        """An interpreter without access to this project, which ends with the block."""
        with (
            TemporaryDirectory(prefix="interpreter-") as name,
            subprocess.Popen(
                [sys.executable, "-c", PROGRAM],
                cwd=name,
                env=environment(Path(name)),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            ) as process,
        ):
            assert process.stdin is not None
            assert process.stdout is not None
            yield cls(requests=process.stdin, statuses=process.stdout, folder=Path(name))

    def run(self, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a Python command in a folder: ``-c``, ``-m`` or a script, as of a new interpreter."""
        outputs = [self.folder / name for name in ("stdout", "stderr")]
        request = {"folder": str(folder), "arguments": arguments, "outputs": [*map(str, outputs)]}
        print(json.dumps(request), file=self.requests, flush=True)
        status = int(self.statuses.readline())
        out, err = (output.read_text() for output in outputs)
        return subprocess.CompletedProcess(arguments, status, out, err)
