"""A job that no caller waits for any more leaves the queue, or is stopped, and the next one runs."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable

import pytest

from designer.errors.cancellation import Cancelled, cancelled_when
from designer.verification import Limits, Pool, fork_server_client
from tests.service.processes import children
from tests.verification.test_pool import EMPTY_JOB, raised_by
from tests.wait import wait_until

pytestmark = pytest.mark.torch

ENDLESS = {**EMPTY_JOB, "text": "while True: pass"}


class CancellableCaller(threading.Thread):
    """Runs an endless job until it is cancelled; ``outcome`` is what was raised."""

    def __init__(self, pool: Pool) -> None:
        super().__init__()
        self._pool = pool
        self.left = threading.Event()
        self.outcome: BaseException | None = None

    def run(self) -> None:
        try:
            with cancelled_when(self.left.is_set):
                self._pool.run(ENDLESS)
        except BaseException as error:
            self.outcome = error

    def leave(self) -> None:
        """Cancel the job and wait until the call has ended."""
        self.left.set()
        self.join(60)
        assert isinstance(self.outcome, Cancelled), self.outcome


def started(pool: Pool, *, busy: int, waiting: int) -> Callable[[], bool]:
    """Whether so many jobs run and wait."""
    return lambda: (pool.state().busy, pool.state().waiting) == (busy, waiting)


def test_a_cancelled_job_is_stopped_and_its_process_serves_the_next() -> None:
    """The fork server stays: only the worker is replaced."""
    with Pool(workers=1, limits=Limits()) as own_pool:
        assert raised_by("raise ValueError('ready')", own_pool) == "ValueError: ready"
        for _ in range(2):
            caller = CancellableCaller(own_pool)
            caller.start()
            wait_until(started(own_pool, busy=1, waiting=0), what="the endless job to run")
            caller.leave()
            start = time.monotonic()
            assert raised_by("raise ValueError('next')", own_pool) == "ValueError: next"
            assert time.monotonic() - start < 60  # far below the limit of the endless job


def test_a_cancelled_caller_leaves_the_queue() -> None:
    """The place in the queue is free at once, while the worker stays busy with another job."""
    with Pool(workers=1, limits=Limits(), max_waiting=1) as own_pool:
        busy, queued = CancellableCaller(own_pool), CancellableCaller(own_pool)
        busy.start()
        wait_until(started(own_pool, busy=1, waiting=0), what="the endless job to run")
        queued.start()
        wait_until(started(own_pool, busy=1, waiting=1), what="the second job to wait")
        queued.leave()
        assert started(own_pool, busy=1, waiting=0)()
        busy.leave()


def test_a_job_that_has_ended_is_not_affected_by_a_late_cancellation(pool: Pool) -> None:
    """A message that comes after the reply is ignored; results are not shifted by one."""
    for _ in range(3):
        deadline = time.monotonic() + 0.15
        try:
            with cancelled_when(lambda end=deadline: time.monotonic() > end):
                pool.run({**EMPTY_JOB, "text": "import time\ntime.sleep(0.15)"})
        except Cancelled:
            pass
        assert raised_by("raise ValueError('own')", pool) == "ValueError: own"


def test_a_fork_server_that_confirms_no_cancellation_is_replaced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The caller sees the cancellation, as does one that waits for the same result."""
    monkeypatch.setattr(fork_server_client, "_GRACE_S", 0.2)
    others = set(children(os.getpid()))
    with Pool(workers=1, limits=Limits()) as own_pool:
        assert raised_by("raise ValueError('ready')", own_pool) == "ValueError: ready"
        caller = CancellableCaller(own_pool)
        caller.start()
        wait_until(started(own_pool, busy=1, waiting=0), what="the endless job to run")
        (server,) = set(children(os.getpid())) - others
        os.kill(server, signal.SIGSTOP)
        caller.leave()
        monkeypatch.undo()
        assert raised_by("raise ValueError('next')", own_pool) == "ValueError: next"
