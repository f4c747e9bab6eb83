"""Single flight: concurrent calls with the same key share one computation."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from typing import Any, TypeVar

from designer.errors import Overloaded
from designer.errors.cancellation import (
    CHECK_INTERVAL_S,
    Cancelled,
    IsCancelled,
    cancelled_when,
    check_cancelled,
    current_cancellation,
)
from service.cache.waiting_slots import WaitingSlots

ComputedValue = TypeVar("ComputedValue")

MAX_WAIT_S = 30.0
"""Seconds that a request waits for another one with the same key."""


@dataclass(frozen=True, slots=True)
class SharedComputation:
    """A computation in progress, and for each caller whether it has left."""

    future: Future[Any] = field(default_factory=Future)
    callers: list[IsCancelled] = field(default_factory=list)

    def is_abandoned(self) -> bool:
        """Whether every caller has left."""
        return all(has_left() for has_left in tuple(self.callers))


class SingleFlight:
    """Computations in progress in this process, by key.

    A call that waits occupies one of the ``slots``. A computation is cancelled when all of its
    callers are.

    >>> SingleFlight(WaitingSlots(1)).run_once("key", lambda: 4)
    4
    """

    def __init__(self, slots: WaitingSlots, *, max_wait_s: float = MAX_WAIT_S) -> None:
        self._max_wait_s = max_wait_s
        self._slots = slots
        self._lock = threading.Lock()
        self._in_flight: dict[str, SharedComputation] = {}

    def run_once(self, key: str, make: Callable[[], ComputedValue]) -> ComputedValue:
        """Result or exception of ``make``, called here or by an earlier thread with the same key.

        Raises:
            Overloaded: if that thread takes longer than the timeout, or too many calls wait.
            Cancelled: if no client waits for this call any more.
        """
        own_computation = SharedComputation()
        with self._lock:
            computation = self._in_flight.setdefault(key, own_computation)
            computation.callers.append(current_cancellation())
        if computation is own_computation:
            self._run(key, computation, make)
            made: ComputedValue = own_computation.future.result()
            return made
        try:
            self._wait_for(computation)
            joined: ComputedValue = computation.future.result()
            return joined
        except Cancelled:  # this caller came when all others had just left
            check_cancelled()
            return self.run_once(key, make)
        finally:
            computation.callers.remove(current_cancellation())

    def callers(self, key: str) -> int:
        """Number of calls with a key that wait for its computation, with the one that computes."""
        with self._lock:
            computation = self._in_flight.get(key)
            return 0 if computation is None else len(computation.callers)

    def _run(
        self, key: str, computation: SharedComputation, make: Callable[[], ComputedValue]
    ) -> None:
        try:
            with cancelled_when(computation.is_abandoned):
                made = make()
        except BaseException as error:
            self._forget(key)
            computation.future.set_exception(error)
        else:
            self._forget(key)
            computation.future.set_result(made)

    def _forget(self, key: str) -> None:
        with self._lock:
            del self._in_flight[key]

    def _wait_for(self, computation: SharedComputation) -> None:
        with self._slots.waiting():
            end = time.monotonic() + self._max_wait_s
            while not wait([computation.future], timeout=CHECK_INTERVAL_S).done:
                check_cancelled()
                if time.monotonic() > end:
                    raise Overloaded(
                        f"another request for the same result takes longer than"
                        f" {self._max_wait_s:g} s",
                        waited_s=self._max_wait_s,
                    )
