"""Equal requests in one process: one works, all are answered, nobody hangs."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from designer.errors import Overloaded, ProbeFailed
from service.cache.single_flight import Flight
from tests.wait import wait_until

CALLERS = 12


def call_together(flight: Flight, key: str, outcome: object) -> list[Future[object]]:
    """Many callers of one key while the first works, and what each got."""
    begun, go = threading.Event(), threading.Event()

    def make() -> object:
        begun.set()
        go.wait(60)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    with ThreadPoolExecutor(CALLERS) as threads:
        first = threads.submit(flight.once, key, make)
        assert begun.wait(60)
        others = [threads.submit(flight.once, key, make) for _ in range(CALLERS - 1)]
        wait_until(lambda: all(future.running() for future in others), what="all to call")
        go.set()
    return [first, *others]


def test_one_works_for_all() -> None:
    """And all get the very same."""
    made = object()
    callers = call_together(Flight(most_waiting=CALLERS), "key", made)
    assert {id(caller.result()) for caller in callers} == {id(made)}


@pytest.mark.parametrize(
    "accident",
    [Overloaded("9 wait", waiting=9), ProbeFailed("out of time", wall_s=1), MemoryError()],
)
def test_an_accident_is_told_to_all_and_forgotten(accident: Exception) -> None:
    """Nobody hangs, and the next caller has a try of his own."""
    flight = Flight(most_waiting=CALLERS)
    callers = call_together(flight, "key", accident)
    assert [type(caller.exception(timeout=60)) for caller in callers] == [type(accident)] * CALLERS
    assert flight.once("key", lambda: "made") == "made"


def test_keys_do_not_wait_for_each_other() -> None:
    flight = Flight(most_waiting=CALLERS)
    assert flight.once("a", lambda: flight.once("b", lambda: "inner")) == "inner"


def test_waiting_ends() -> None:
    """Past its patience a caller is told to come back; the work goes on, and is done once."""
    flight, begun, go = (
        Flight(most_waiting=CALLERS, patience_s=0.05),
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
        first = threads.submit(flight.once, "key", make)
        assert begun.wait(60)
        with pytest.raises(Overloaded, match=r"for more than 0\.05 s") as refusal:
            flight.once("key", make)
        go.set()
    assert refusal.value.facts == {"waited_s": 0.05}
    assert (first.result(), len(works)) == ("made", 1)


def test_no_more_wait_than_may() -> None:
    """Whoever is one too many hears it at once, and the others get what they wait for."""
    flight, begun, go = Flight(most_waiting=2), threading.Event(), threading.Event()

    def make() -> str:
        begun.set()
        go.wait(60)
        return "made"

    with ThreadPoolExecutor(4) as threads:
        first = threads.submit(flight.once, "key", make)
        assert begun.wait(60)
        others = [threads.submit(flight.once, "key", make) for _ in range(3)]
        wait_until(lambda: any(future.done() for future in others), what="one to be refused")
        go.set()
    refused = [future.exception() for future in others if future.exception()]
    assert [(type(one), str(one)) for one in refused] == [
        (Overloaded, "2 requests wait already for what others make")
    ]
    assert [one.result() for one in (first, *others) if not one.exception()] == ["made"] * 3
