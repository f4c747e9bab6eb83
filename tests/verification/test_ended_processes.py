"""Verifying processes that end while a source runs: a killed one differs from a stopped one."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from designer.errors import ProbeEnded, ProbeFailed
from designer.verification import Limits, Pool
from designer.verification.sandbox.process_tree import descendants
from tests.verification.test_pool import EMPTY_JOB, raised_by
from tests.wait import wait_until

pytestmark = pytest.mark.torch

SLEEP = "import time\ntime.sleep(600)"


@pytest.fixture(scope="module")
def other_processes() -> set[int]:
    """The processes of pools that other tests of this run have started."""
    return descendants(os.getpid())


@pytest.fixture(scope="module")
def busy_pool(other_processes: set[int]) -> Iterator[Pool]:
    """A pool of one worker that other tests do not use; its fork server has started."""
    del other_processes  # they are listed before
    with Pool(workers=1, limits=Limits(timeout_s=4), max_waiting=0) as pool:
        raised_by("", pool)
        yield pool


@pytest.mark.parametrize("victim", ["fork server", "worker"])
def test_a_killed_process_differs_from_one_that_was_stopped(
    busy_pool: Pool, other_processes: set[int], victim: str
) -> None:
    """The error says that a process ended, which a caller may try again, and the pool goes on."""
    caught: list[BaseException] = []

    def run() -> None:
        try:
            busy_pool.run({**EMPTY_JOB, "text": SLEEP})
        except ProbeFailed as failed:
            caught.append(failed)

    before = descendants(os.getpid())
    running = threading.Thread(target=run)
    running.start()
    wait_until(lambda: bool(descendants(os.getpid()) - before), what="the worker of the source")
    tree = sorted(descendants(os.getpid()) - other_processes)
    os.kill(tree[0] if victim == "fork server" else tree[-1], signal.SIGKILL)
    running.join(timeout=30)
    (failed,) = caught
    assert isinstance(failed, ProbeEnded)
    assert failed.code == "probe_failed"
    assert raised_by("raise ValueError('served')", busy_pool) == "ValueError: served"


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
