"""Equal requests at the same time make one thing once: one makes it, the others wait for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Any, TypeVar

from designer.errors import Overloaded

Made = TypeVar("Made")

PATIENCE_S = 30.0
"""Seconds that a request waits for one that makes the same."""


class Flight:
    """What is being made in this process, by key.

    At most ``most_waiting`` wait at a time: each of them holds a thread that could serve somebody.

    >>> Flight(most_waiting=1).once("key", lambda: 4)
    4
    """

    def __init__(self, *, most_waiting: int, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._seats = threading.BoundedSemaphore(most_waiting)
        self._most_waiting = most_waiting
        self._lock = threading.Lock()
        self._flying: dict[str, Future[Any]] = {}

    def once(self, key: str, make: Callable[[], Made]) -> Made:
        """What ``make`` gives or raises, here or in the thread that began with the key before.

        Raises:
            Overloaded: where that thread takes longer than anybody waits, or too many wait already.
        """
        mine: Future[Made] = Future()
        with self._lock:
            flying: Future[Made] = self._flying.setdefault(key, mine)
        if flying is not mine:
            return self._await(flying)
        try:
            mine.set_result(make())
        except BaseException as error:
            mine.set_exception(error)
        finally:
            with self._lock:
                del self._flying[key]
        return mine.result()

    def _await(self, flying: Future[Made]) -> Made:
        if not self._seats.acquire(blocking=False):
            raise Overloaded(
                f"{self._most_waiting} requests wait already for what others make",
                waiting=self._most_waiting,
            )
        try:
            in_time = wait([flying], timeout=self._patience_s).done
        finally:
            self._seats.release()
        if not in_time:
            raise Overloaded(
                f"the same is being made for another request, for more than {self._patience_s:g} s",
                waited_s=self._patience_s,
            )
        return flying.result()
