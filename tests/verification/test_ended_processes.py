"""Verifying processes that end while a source runs: a killed one differs from a stopped one."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from designer.errors import ProbeEnded, ProbeFailed
from designer.verification import Limits, Pool
from designer.verification.sandbox.process_tree import parent_pids
from tests.verification.test_pool import EMPTY_JOB, raised_by
from tests.wait import wait_until

pytestmark = pytest.mark.torch

SLEEP = "import time\ntime.sleep(600)"


@pytest.fixture(scope="module")
def busy_pool() -> Iterator[Pool]:
    """A pool of one worker that other tests do not use; its fork server has started."""
    with Pool(workers=1, limits=Limits(timeout_s=4), max_waiting=0) as pool:
        raised_by("", pool)
        yield pool


def children_of(parent: int) -> set[int]:
    """The process ids of the children of a process."""
    return {child for child, its_parent in parent_pids().items() if its_parent == parent}


@pytest.mark.parametrize("victim", ["fork server", "worker"])
def test_a_killed_process_differs_from_one_that_was_stopped(victim: str) -> None:
    """The error says that a process ended, which a caller may try again, and the pool goes on."""
    caught: list[BaseException] = []
    children = children_of(os.getpid())
    with Pool(workers=1, limits=Limits(), max_waiting=0) as pool:

        def run() -> None:
            try:
                pool.run({**EMPTY_JOB, "text": SLEEP})
            except ProbeFailed as failed:
                caught.append(failed)

        raised_by("", pool)
        (fork_server,) = children_of(os.getpid()) - children
        running = threading.Thread(target=run)
        running.start()
        wait_until(lambda: bool(children_of(fork_server)), what="the worker of the source")
        (worker,) = children_of(fork_server)
        os.kill(fork_server if victim == "fork server" else worker, signal.SIGKILL)
        running.join(timeout=30)
        (failed,) = caught
        assert isinstance(failed, ProbeEnded)
        assert failed.code == "probe_failed"
        assert raised_by("raise ValueError('served')", pool) == "ValueError: served"


def test_a_source_beyond_its_deadline_was_not_killed(busy_pool: Pool) -> None:
    """A second attempt would take as long."""
    with pytest.raises(ProbeFailed, match="ran for more than 4 s") as failed:
        busy_pool.run({**EMPTY_JOB, "text": SLEEP})
    assert not isinstance(failed.value, ProbeEnded)


def test_a_source_beyond_its_processor_time_was_not_killed() -> None:
    """The kernel ends its process, but a second attempt would end the same way."""
    with Pool(workers=1, limits=Limits(cpu_s=1)) as pool:
        with pytest.raises(ProbeFailed, match="ended while it ran the source") as failed:
            pool.run({**EMPTY_JOB, "text": "while True: pass"})
        assert not isinstance(failed.value, ProbeEnded)


def test_a_source_cannot_claim_to_have_been_killed(busy_pool: Pool) -> None:
    """A source that runs out of memory says so itself: no kill, and no second attempt."""
    with pytest.raises(ProbeFailed, match="memory") as failed:
        busy_pool.run({**EMPTY_JOB, "text": "raise MemoryError"})
    assert not isinstance(failed.value, ProbeEnded)
