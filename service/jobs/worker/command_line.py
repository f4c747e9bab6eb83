"""The command line of a worker."""

from __future__ import annotations

import sys

PROGRAM = "service.jobs.worker.celery_program"
"""The module that Celery loads in a worker; tests replace it."""


def worker_command(name: str, *, program: str = PROGRAM) -> list[str]:
    """The command that runs a worker with this name.

    Workers do not communicate with each other: gossip, mingling and heartbeats are disabled.
    ``-P``: nothing is imported from the folder that the command is called in.
    """
    options = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return [
        sys.executable,
        "-P",
        "-m",
        "service.jobs.worker.celery_main",
        program,
        "--quiet",
        "worker",
        "-n",
        name,
        *options,
    ]
