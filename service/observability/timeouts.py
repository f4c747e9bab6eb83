"""Calls in background threads, so that one that hangs does not block its caller."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

PARTS_TIMEOUT_S = 2.0
"""Seconds to wait for all calls: load balancers and Prometheus time out after a few seconds."""

CallResult = TypeVar("CallResult")


class BackgroundCalls(Generic[CallResult]):
    """Runs calls by name in threads; a call that hangs is not started a second time.

    >>> BackgroundCalls[int]().submit({"two": lambda: 1 + 1})["two"].result(timeout=60)
    2
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(max_workers=16, thread_name_prefix="asker")
        self._futures: dict[str, Future[CallResult]] = {}

    def submit(self, calls: dict[str, Callable[[], CallResult]]) -> dict[str, Future[CallResult]]:
        """Future results by name, of new calls, or of earlier ones that still run."""
        with self._lock:
            for name, call in calls.items():
                if name not in self._futures or self._futures[name].done():
                    self._futures[name] = self._threads.submit(call)
            return {name: self._futures[name] for name in calls}
