"""Questions to others, who may hang: nobody waits for an answer longer than a moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

PARTS_TIMEOUT_S = 2.0
"""Seconds to wait for all that is asked at once: balancers and Prometheus give up after a few."""

CallResult = TypeVar("CallResult")


class BackgroundCalls(Generic[CallResult]):
    """Asks by name, each question in a thread; one that hangs is not asked a second time.

    >>> BackgroundCalls[int]().submit({"two": lambda: 1 + 1})["two"].result(timeout=60)
    2
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(max_workers=16, thread_name_prefix="asker")
        self._futures: dict[str, Future[CallResult]] = {}

    def submit(self, calls: dict[str, Callable[[], CallResult]]) -> dict[str, Future[CallResult]]:
        """The answers that are to come: to each question anew, unless it still hangs."""
        with self._lock:
            for name, call in calls.items():
                if name not in self._futures or self._futures[name].done():
                    self._futures[name] = self._threads.submit(call)
            return {name: self._futures[name] for name in calls}
