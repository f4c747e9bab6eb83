"""The command lines of workers, and how one is bound to whoever started it."""

from __future__ import annotations

import sys

PROGRAM = "service.jobs.worker.celery_program"
"""What Celery loads in a worker; tests put their own in its place."""


def worker_command(name: str, *, program: str = PROGRAM) -> list[str]:
    """The command that is a worker of this name.

    Workers need not know of each other: gossip, mingling and heartbeats are left out.
    """
    options = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return [
        sys.executable,
        "-m",
        "celery",
        "-A",
        program,
        "--quiet",
        "worker",
        "-n",
        name,
        *options,
    ]
