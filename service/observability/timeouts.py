"""Questions to others, who may hang: nobody waits for an answer longer than a moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

PATIENCE_S = 2.0
"""Seconds to wait for all that is asked at once: balancers and Prometheus give up after a few."""

Answer = TypeVar("Answer")


class Asker(Generic[Answer]):
    """Asks by name, each question in a thread; one that hangs is not asked a second time.

    >>> Asker[int]().ask({"two": lambda: 1 + 1})["two"].result(timeout=60)
    2
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(max_workers=16, thread_name_prefix="asker")
        self._asked: dict[str, Future[Answer]] = {}

    def ask(self, questions: dict[str, Callable[[], Answer]]) -> dict[str, Future[Answer]]:
        """The answers that are to come: to each question anew, unless it still hangs."""
        with self._lock:
            for name, question in questions.items():
                if name not in self._asked or self._asked[name].done():
                    self._asked[name] = self._threads.submit(question)
            return {name: self._asked[name] for name in questions}
