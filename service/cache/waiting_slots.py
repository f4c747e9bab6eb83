"""A bound on the threads of a web process that wait for each other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from designer.errors import Overloaded


class WaitingSlots:
    """Slots of requests that wait: for a turn, a verification, or the result of an equal request.

    Each of them occupies a thread. The number of slots leaves threads for other requests.

    >>> slots = WaitingSlots(1)
    >>> with slots.waiting(), slots.waiting():
    ...     pass
    Traceback (most recent call last):
    designer.errors.Overloaded: 1 requests of this process wait already, which is the limit
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self._free = threading.BoundedSemaphore(number)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Occupy a slot during the block.

        Raises:
            Overloaded: if none is free.
        """
        if not self._free.acquire(blocking=False):
            raise Overloaded(
                f"{self.number} requests of this process wait already, which is the limit",
                waiting=self.number,
            )
        try:
            yield
        finally:
            self._free.release()


def slots_of_threads(threads: int) -> int:
    """Three quarters of the threads of a web process, at least one.

    >>> [slots_of_threads(threads) for threads in (1, 2, 8, 64)]
    [1, 1, 6, 48]
    """
    return max(1, threads * 3 // 4)
