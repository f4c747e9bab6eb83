"""Single flight: concurrent calls with the same key share one computation."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Any, TypeVar

from designer.errors import Overloaded

ComputedValue = TypeVar("ComputedValue")

MAX_WAIT_S = 30.0
"""Seconds that a request waits for another one with the same key."""


class SingleFlight:
    """Computations in progress in this process, by key.

    At most ``max_waiting`` calls wait at a time, as each of them occupies a thread.

    >>> SingleFlight(max_waiting=1).run_once("key", lambda: 4)
    4
    """

    def __init__(self, *, max_waiting: int, max_wait_s: float = MAX_WAIT_S) -> None:
        self._max_wait_s = max_wait_s
        self._waiting_slots = threading.BoundedSemaphore(max_waiting)
        self._max_waiting = max_waiting
        self._lock = threading.Lock()
        self._in_flight: dict[str, Future[Any]] = {}

    def run_once(self, key: str, make: Callable[[], ComputedValue]) -> ComputedValue:
        """Result or exception of ``make``, called here or by an earlier thread with the same key.

        Raises:
            Overloaded: if that thread takes longer than the timeout, or too many calls wait.
        """
        own_future: Future[ComputedValue] = Future()
        with self._lock:
            in_flight: Future[ComputedValue] = self._in_flight.setdefault(key, own_future)
        if in_flight is not own_future:
            return self._wait_for(in_flight)
        try:
            own_future.set_result(make())
        except BaseException as error:
            own_future.set_exception(error)
        finally:
            with self._lock:
                del self._in_flight[key]
        return own_future.result()

    def _wait_for(self, in_flight: Future[ComputedValue]) -> ComputedValue:
        if not self._waiting_slots.acquire(blocking=False):
            raise Overloaded(
                f"{self._max_waiting} requests already wait for results of other requests",
                waiting=self._max_waiting,
            )
        try:
            in_time = wait([in_flight], timeout=self._max_wait_s).done
        finally:
            self._waiting_slots.release()
        if not in_time:
            raise Overloaded(
                f"another request for the same result takes longer than {self._max_wait_s:g} s",
                waited_s=self._max_wait_s,
            )
        return in_flight.result()
