"""``gan-designer sweep`` as a subprocess in a folder of its own."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from service.jobs.store.protocol import JobRow
from service.jobs.store.sqlite import SqliteStore
from tests.service.servers import ROOT
from tests.wait import TIMEOUT_S

PROGRAM = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from designer.cli import main
from service.commands.sweep.command import sweep
main.add_command(sweep)
main()
"""
"""The command line, interrupted as from a terminal even if the tests run in a shell's background."""

SMALL = ["--resolution", "8,12x16", "--latent-dim", "4..6:2", "--base-channels", "4"]


class Command:
    """The command and its folder, with access to its store."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder = folder
        self.store = SqliteStore(folder / ".gan-designer" / "jobs.sqlite")
        self._environment = {**os.environ, "PYTHONPATH": str(ROOT), **variables}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start it in its own process group, as a terminal does."""
        return subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "sweep", *arguments],
            cwd=self.folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """The exit status, stdout and stderr."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=4 * TIMEOUT_S)
        return process.returncode, out, err

    def lines(self, name: str) -> list[str]:
        """The lines of a file; none if it does not exist."""
        file = self.folder / name
        return file.read_text().splitlines() if file.exists() else []

    def ask(self, query: str) -> list[Any]:
        """Result of a query on the store's file, without the store's code."""
        with closing(sqlite3.connect(self.folder / ".gan-designer" / "jobs.sqlite")) as db:
            return db.execute(query).fetchall()

    def attempts(self) -> dict[int, int]:
        """Number of attempts by row."""
        return dict(self.ask("SELECT position, count FROM attempts"))


def start_command(command: Command, *arguments: str) -> tuple[subprocess.Popen[str], str]:
    """The running command and the id of its job."""
    process = command.start(*arguments)
    assert process.stderr is not None
    first = process.stderr.readline()
    assert first.startswith("job "), first + process.communicate()[1]
    return process, first.removeprefix("job ").partition(":")[0]


def put_row(command: Command, job_id: str, index: int, **members: object) -> None:
    """Store a row as a worker does."""
    body = {"index": index, "resolution": [8, 8], "verdict": "verified", "problem": None, **members}
    failed = body["problem"] is not None
    assert command.store.put_row(job_id, JobRow(index=index, body=json.dumps(body), failed=failed))
