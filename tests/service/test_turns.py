"""Long computations of a process take turns, and none of them keeps its turn for nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from designer.errors import Overloaded
from designer.errors.cancellation import Cancelled, cancelled_when
from designer.errors.turns import give_back_turn, spend_steps, taking_turns
from service.cache.waiting_slots import WaitingSlots
from service.designs.design_service import DesignService
from service.http.turns import STEPS_WITHOUT_TURN, RequestTurn, TurnQueue
from service.settings.config import Config
from tests.wait import wait_until

MANY = STEPS_WITHOUT_TURN + 1
SLOTS = 8
SOON_S = 5
"""Seconds within which a free turn is taken, on a busy machine too."""


@pytest.fixture
def turns() -> TurnQueue:
    """A queue in which eight computations may wait."""
    return TurnQueue(WaitingSlots(SLOTS))


def compute(turns: TurnQueue, work: Callable[[], object], steps: int = MANY) -> None:
    """A request that spends steps, works and ends."""
    with taking_turns(RequestTurn(turns)):
        spend_steps(steps)
        work()


def is_free(turns: TurnQueue) -> bool:
    """Whether another computation can take the turn at once."""
    end = time.monotonic() + SOON_S

    def take() -> None:
        with cancelled_when(lambda: time.monotonic() > end):
            compute(turns, lambda: None)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(take).exception() is None


def wait_in_order(
    turns: TurnQueue, threads: ThreadPoolExecutor, works: list[Callable[[], object]]
) -> list[Future[None]]:
    """Computations that wait, each after the one before."""
    waiting = []
    for number, work in enumerate(works, start=1):
        waiting.append(threads.submit(compute, turns, work))
        wait_until(lambda: turns.waiting == number, what="a computation to wait")  # noqa: B023
    return waiting


def test_turns_come_in_order_of_arrival(turns: TurnQueue) -> None:
    """One at a time: none begins before the one before has ended."""
    events: list[tuple[str, int]] = []

    def work(number: int) -> Callable[[], None]:
        def record() -> None:
            events.append(("begin", number))
            threading.Event().wait(0.01)
            events.append(("end", number))

        return record

    turns.acquire()
    with ThreadPoolExecutor(SLOTS) as threads:
        waiting = wait_in_order(turns, threads, [work(number) for number in range(SLOTS)])
        assert events == []
        turns.release()
    assert [one.exception() for one in waiting] == [None] * SLOTS
    assert events == [(what, number) for number in range(SLOTS) for what in ("begin", "end")]


def test_few_steps_need_no_turn(turns: TurnQueue) -> None:
    """In one part or in several; the step above the bound waits."""
    turns.acquire()
    with taking_turns(RequestTurn(turns)):
        for _ in range(4):
            spend_steps(STEPS_WITHOUT_TURN // 4)
    with ThreadPoolExecutor(1) as threads:
        (waiting,) = wait_in_order(turns, threads, [lambda: None])
        assert not waiting.done()
        turns.release()


@pytest.mark.parametrize("error", [ValueError, MemoryError, Cancelled, KeyboardInterrupt])
def test_a_failure_ends_the_turn(error: type[BaseException], turns: TurnQueue) -> None:
    """Whatever it is."""

    def fail() -> None:
        raise error

    with pytest.raises(error):
        compute(turns, fail)
    assert is_free(turns)


def test_a_cancelled_computation_leaves_the_queue(turns: TurnQueue) -> None:
    """The one behind it is next."""
    left = threading.Event()
    worked: list[str] = []

    def abandoned() -> None:
        with cancelled_when(left.is_set):
            compute(turns, lambda: worked.append("abandoned"))

    turns.acquire()
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(abandoned)
        wait_until(lambda: turns.waiting == 1, what="the first to wait")
        second = threads.submit(compute, turns, lambda: worked.append("second"))
        wait_until(lambda: turns.waiting == 2, what="the second to wait")
        left.set()
        assert isinstance(first.exception(timeout=60), Cancelled)
        assert turns.waiting == 1
        turns.release()
        assert second.exception(timeout=60) is None
    assert worked == ["second"]
    assert is_free(turns)


def test_a_turn_that_comes_when_its_computation_is_cancelled_goes_to_the_next(
    turns: TurnQueue,
) -> None:
    """The client leaves at the moment that the computation before ends."""

    def leaves() -> bool:
        turns.release()
        return True

    turns.acquire()
    with pytest.raises(Cancelled), cancelled_when(leaves):
        RequestTurn(turns).spend(MANY)
    assert is_free(turns)


def test_the_number_of_waiting_computations_is_bounded() -> None:
    """One too many is refused at once; the others get their turns."""
    turns = TurnQueue(WaitingSlots(2))
    turns.acquire()
    with ThreadPoolExecutor(2) as threads:
        waiting = wait_in_order(turns, threads, [lambda: None] * 2)
        with pytest.raises(Overloaded) as refusal:
            compute(turns, lambda: None)
        assert (str(refusal.value), refusal.value.facts) == (
            "2 requests of this process wait already, which is the limit",
            {"waiting": 2},
        )
        turns.release()
    assert [one.exception() for one in waiting] == [None, None]
    assert is_free(turns)


def test_a_verification_lets_others_compute(turns: TurnQueue) -> None:
    """The turn is free while it is verified, and taken again with the next steps."""
    free = []

    def runner(job: dict[str, Any], *, discard: bool = False) -> dict[str, Any]:
        free.append(is_free(turns))
        return job

    service = DesignService(Config(), runner=runner, store=None)  # type: ignore[arg-type]

    def work() -> None:
        service.run({})
        spend_steps(1)
        with ThreadPoolExecutor(1) as threads:
            (waiting,) = wait_in_order(turns, threads, [lambda: None])
            assert not waiting.done()
            give_back_turn()

    compute(turns, work)
    assert free == [True]


def test_verifications_occupy_slots() -> None:
    """Of the threads that wait, some are left for other requests."""
    begun, go = threading.Event(), threading.Event()

    def runner(job: dict[str, Any], *, discard: bool = False) -> dict[str, Any]:
        begun.set()
        go.wait(60)
        return job

    service = DesignService(Config(threads=1), runner=runner, store=None)  # type: ignore[arg-type]
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(service.run, {})
        assert begun.wait(60)
        with pytest.raises(Overloaded):
            service.run({})
        go.set()
        assert first.result() == {}


def test_without_turns_steps_are_free() -> None:
    """As in the library; only a cancelled computation ends."""
    spend_steps(10**12)
    give_back_turn()
    with cancelled_when(lambda: True), pytest.raises(Cancelled):
        spend_steps(1)
