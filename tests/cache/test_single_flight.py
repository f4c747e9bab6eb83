"""Concurrent equal calls in one process: one computes, all get its result, none hangs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from designer.errors import Overloaded, ProbeFailed
from designer.errors.cancellation import Cancelled, cancelled_when, check_cancelled
from service.cache.single_flight import SingleFlight
from service.cache.waiting_slots import WaitingSlots
from tests.wait import wait_until

CALLERS = 12


def call_together(single_flight: SingleFlight, key: str, outcome: object) -> list[Future[object]]:
    """Results of concurrent callers of one key."""
    begun, go = threading.Event(), threading.Event()

    def make() -> object:
        begun.set()
        go.wait(60)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    with ThreadPoolExecutor(CALLERS) as threads:
        first = threads.submit(single_flight.run_once, key, make)
        assert begun.wait(60)
        others = [threads.submit(single_flight.run_once, key, make) for _ in range(CALLERS - 1)]
        wait_until(lambda: all(future.running() for future in others), what="all to call")
        go.set()
    return [first, *others]


def test_concurrent_callers_share_one_call() -> None:
    """All get the same object."""
    made = object()
    callers = call_together(SingleFlight(WaitingSlots(CALLERS)), "key", made)
    assert {id(caller.result()) for caller in callers} == {id(made)}


@pytest.mark.parametrize(
    "accident",
    [Overloaded("9 wait", waiting=9), ProbeFailed("out of time", wall_s=1), MemoryError()],
)
def test_an_accident_is_raised_to_all_callers_and_not_kept(accident: Exception) -> None:
    """No caller hangs, and the next caller tries again."""
    single_flight = SingleFlight(WaitingSlots(CALLERS))
    callers = call_together(single_flight, "key", accident)
    assert [type(caller.exception(timeout=60)) for caller in callers] == [type(accident)] * CALLERS
    assert single_flight.run_once("key", lambda: "made") == "made"


def test_keys_do_not_wait_for_each_other() -> None:
    single_flight = SingleFlight(WaitingSlots(CALLERS))
    assert (
        single_flight.run_once("a", lambda: single_flight.run_once("b", lambda: "inner")) == "inner"
    )


def test_waiting_for_another_call_times_out() -> None:
    """A caller gets Overloaded after the timeout; the computation continues and runs once."""
    single_flight, begun, go = (
        SingleFlight(WaitingSlots(CALLERS), max_wait_s=0.05),
        threading.Event(),
        threading.Event(),
    )
    works = []

    def make() -> str:
        works.append(1)
        begun.set()
        go.wait(60)
        return "made"

    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(single_flight.run_once, "key", make)
        assert begun.wait(60)
        with pytest.raises(Overloaded, match=r"takes longer than 0\.05 s") as refusal:
            single_flight.run_once("key", make)
        go.set()
    assert refusal.value.facts == {"waited_s": 0.05}
    assert (first.result(), len(works)) == ("made", 1)


def test_the_number_of_waiting_callers_is_bounded() -> None:
    """One caller too many fails immediately, and the others get their result."""
    single_flight, begun, go = SingleFlight(WaitingSlots(2)), threading.Event(), threading.Event()

    def make() -> str:
        begun.set()
        go.wait(60)
        return "made"

    with ThreadPoolExecutor(4) as threads:
        first = threads.submit(single_flight.run_once, "key", make)
        assert begun.wait(60)
        others = [threads.submit(single_flight.run_once, "key", make) for _ in range(3)]
        wait_until(lambda: any(future.done() for future in others), what="one to be refused")
        go.set()
    refused = [future.exception() for future in others if future.exception()]
    assert [(type(one), str(one)) for one in refused] == [
        (Overloaded, "2 requests of this process wait already, which is the limit")
    ]
    assert [one.result() for one in (first, *others) if not one.exception()] == ["made"] * 3


class Caller(threading.Thread):
    """Waits for a computation until its client has left."""

    def __init__(self, single_flight: SingleFlight, make: Callable[[], object]) -> None:
        super().__init__()
        self._call = lambda: single_flight.run_once("key", make)
        self.left = threading.Event()
        self.outcome: object = None

    def run(self) -> None:
        try:
            with cancelled_when(self.left.is_set):
                self.outcome = self._call()
        except Cancelled as cancelled:
            self.outcome = cancelled


def test_a_computation_goes_on_while_one_caller_waits() -> None:
    """The first caller leaves, the second gets the result; when both have left, it stops."""
    single_flight = SingleFlight(WaitingSlots(2))
    begun, go, stopped = threading.Event(), threading.Event(), threading.Event()

    def make() -> str:
        begun.set()
        try:
            while not go.wait(0.01):
                check_cancelled()
        except Cancelled:
            stopped.set()
            raise
        return "made"

    first, second = Caller(single_flight, make), Caller(single_flight, make)
    first.start()
    assert begun.wait(60)
    second.start()
    wait_until(lambda: single_flight.callers("key") == 2, what="both to call")
    first.left.set()
    assert not stopped.wait(0.3)
    go.set()
    second.join(60)
    assert second.outcome == "made"
    go.clear()
    third = Caller(single_flight, make)
    third.start()
    third.left.set()
    assert stopped.wait(60)
    third.join(60)
    assert isinstance(third.outcome, Cancelled)


def test_a_caller_that_comes_when_all_have_left_computes_again() -> None:
    """The cancellation of others is not its own."""
    single_flight = SingleFlight(WaitingSlots(2))
    calls: list[Caller] = []

    def abandoned() -> str:
        calls[0].left.set()
        wait_until(lambda: single_flight.callers("key") == 2, what="another to call")
        raise Cancelled

    calls.append(Caller(single_flight, abandoned))
    calls.append(Caller(single_flight, lambda: "again"))
    for caller in calls:
        caller.start()
        wait_until(lambda: single_flight.callers("key") > 0, what="the call")
    for caller in calls:
        caller.join(60)
    assert isinstance(calls[0].outcome, Cancelled)
    assert calls[1].outcome == "again"
