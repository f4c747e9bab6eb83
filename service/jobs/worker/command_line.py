"""The command line of a worker."""

from __future__ import annotations

import sys

PROGRAM = "service.jobs.worker.celery_program"
"""The module that Celery loads in a worker; tests replace it."""


def worker_command(name: str, *, program: str = PROGRAM) -> list[str]:
    """The command that runs a worker with this name.

    Workers do not communicate with each other: gossip, mingling and heartbeats are disabled.
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
