"""Supervisor of the web server's worker: starts it, restarts it if it exits, ends with the server.

    gunicorn ──► this process ──► Celery worker ──► its child processes ──► fork servers

It stays in the server's process group. Each process ends when its parent does: this one polls for
its parent, the worker and its child processes are killed by the kernel, and fork servers read the
end of their input. A lock in the state folder limits servers on that folder to one worker.
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

COMMAND = [sys.executable, "-P", "-m", "service.jobs.worker.embedded"]

_POLL_S = 0.2
_STOP_TIMEOUT_S = 3.0
_MAX_PAUSE_S = 10.0


def start_embedded_worker(**settings: Any) -> subprocess.Popen[bytes]:  # noqa: ANN401 - Popen's own
    """The supervisor process, as a child of the calling process.

    The kernel signals the parent's end, too: the parent may end before the supervisor first polls.
    """
    return subprocess.Popen(
        COMMAND, stdin=subprocess.DEVNULL, preexec_fn=terminate_with_parent, **settings
    )


def terminate_with_parent() -> None:
    """Have the kernel send SIGTERM to this process when its parent ends."""
    die_with_parent(signal.SIGTERM)


def stop_embedded_worker(process: subprocess.Popen[bytes]) -> None:
    """End the supervisor, and with it the worker."""
    stop_process(process, timeout_s=2 * _STOP_TIMEOUT_S)


class WorkerSupervisor:
    """Keeps one worker running while ``wanted``."""

    def __init__(self, store: JobStore, *, program: str, wanted: Callable[[], bool]) -> None:
        self._store = store
        self._program = program
        self._wanted = wanted
        self._pause = Event()

    def run(self) -> None:
        """Start the worker and restart it whenever it exits, until it is not wanted.

        The pause doubles, up to a limit, while workers exit soon after their start: a worker that
        cannot run at all must not take processor time from the web processes.
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
        """Wait, at most as long as a worker is wanted."""
        until = time.monotonic() + seconds
        while self._wanted() and time.monotonic() < until:
            self._pause.wait(_POLL_S)


def stop_process(process: subprocess.Popen[bytes], *, timeout_s: float) -> None:
    """Terminate a process, and kill it after ``timeout_s``; lost rows are recovered."""
    process.terminate()
    try:
        process.wait(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def main(program: str = PROGRAM) -> None:
    """Supervise a worker until the parent ends or SIGTERM arrives."""
    parent, stop_requested = os.getppid(), Event()
    signal.signal(signal.SIGTERM, lambda *_: stop_requested.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C: the server sends SIGTERM when it ends
    config = Config.from_environment()
    folder = Path(config.state_folder)
    lock = FileLock(folder / "worker.lock")

    def wanted() -> bool:
        return not stop_requested.is_set() and os.getppid() == parent

    while wanted():
        # Another server holds the lock, or the folder or the process cannot be created.
        with suppress(Timeout, OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with lock.acquire(timeout=_POLL_S):
                WorkerSupervisor(open_job_store(config), program=program, wanted=wanted).run()
        stop_requested.wait(_POLL_S)


if __name__ == "__main__":
    main(*sys.argv[1:])
