"""The worker beside the web server: started with it, started again where it dies, ended with it.

    gunicorn ──► this process ──► celery worker ──► its processes ──► keepers

It stays in the server's process group. Each process ends when the one before it does: this one looks
for its parent, the worker and its processes are killed by the kernel, keepers see their input end.
Servers on one state folder have one such worker: a lock in the folder says whose.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Any
from uuid import uuid4

from filelock import FileLock, Timeout

from designer.verification.sandbox.privileges import die_with_parent
from service.jobs.store.open_store import open_job_store
from service.jobs.store.protocol import JobStore
from service.jobs.worker.command_line import PROGRAM, worker_command
from service.jobs.worker.recovery import UNAVAILABLE_ERRORS
from service.settings.config import Config

COMMAND = [sys.executable, "-m", "service.jobs.worker.embedded"]

_POLL_S = 0.2
_STOP_TIMEOUT_S = 3.0
_MAX_PAUSE_S = 10.0


def start_embedded_worker(**settings: Any) -> subprocess.Popen[bytes]:  # noqa: ANN401 - Popen's own
    """The process that keeps a worker, for whoever calls this.

    The kernel tells it, too, when its parent ends: it may end before this process looks.
    """
    return subprocess.Popen(
        COMMAND, stdin=subprocess.DEVNULL, preexec_fn=terminate_with_parent, **settings
    )


def terminate_with_parent() -> None:
    """Be told to end when the parent does."""
    die_with_parent(signal.SIGTERM)


def stop_embedded_worker(process: subprocess.Popen[bytes]) -> None:
    """End that process, and with it the worker."""
    stop_process(process, timeout_s=2 * _STOP_TIMEOUT_S)


class WorkerSupervisor:
    """Keeps one worker alive while ``wanted``."""

    def __init__(self, store: JobStore, *, program: str, wanted: Callable[[], bool]) -> None:
        self._store = store
        self._program = program
        self._wanted = wanted
        self._pause = Event()

    def run(self) -> None:
        """Start the worker, again wherever it ends, until it is not wanted.

        One that ends soon after its start is started again after twice the pause, up to a bound:
        where it cannot work at all, trying takes nothing from the web processes.
        """
        pause_s = _POLL_S
        while self._wanted():
            started = time.monotonic()
            name = f"embedded-{uuid4().hex[:12]}@{os.uname().nodename}"
            command = worker_command(name, program=self._program)
            worker = subprocess.Popen(
                command, stdout=subprocess.DEVNULL, preexec_fn=die_with_parent
            )
            while self._wanted() and worker.poll() is None:
                self._pause.wait(_POLL_S)
            stop_process(worker, timeout_s=_STOP_TIMEOUT_S)
            with suppress(*UNAVAILABLE_ERRORS):
                self._store.remove_worker(name)
            ended_early = time.monotonic() - started < _MAX_PAUSE_S
            pause_s = min(2 * pause_s, _MAX_PAUSE_S) if ended_early else _POLL_S
            self._wait(pause_s)

    def _wait(self, seconds: float) -> None:
        """Wait, as long as a worker is wanted."""
        until = time.monotonic() + seconds
        while self._wanted() and time.monotonic() < until:
            self._pause.wait(_POLL_S)


def stop_process(process: subprocess.Popen[bytes], *, timeout_s: float) -> None:
    """Let a process finish what it is at if that is soon, else kill it: rows are made up for."""
    process.terminate()
    try:
        process.wait(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def main(program: str = PROGRAM) -> None:
    """Keep a worker until the parent ends or a signal comes."""
    parent, stop_requested = os.getppid(), Event()
    signal.signal(signal.SIGTERM, lambda *_: stop_requested.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal: the server tells when it ends
    config = Config.from_environment()
    folder = Path(config.state_folder)
    lock = FileLock(folder / "worker.lock")

    def wanted() -> bool:
        return not stop_requested.is_set() and os.getppid() == parent

    while wanted():
        with suppress(
            Timeout, OSError
        ):  # another server has it; or folder or process cannot be had
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with lock.acquire(timeout=_POLL_S):
                WorkerSupervisor(open_job_store(config), program=program, wanted=wanted).run()
        stop_requested.wait(_POLL_S)


if __name__ == "__main__":
    main(*sys.argv[1:])
