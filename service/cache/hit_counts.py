"""How often each tier of the cache was asked, and how often it knew."""

from __future__ import annotations

import threading
from collections.abc import Callable

Listener = Callable[[str, str], None]
"""Called with the tier and the outcome, ``hit`` or ``miss``."""


class Tally:
    """Counts per tier and outcome; safe for many threads.

    >>> tally = Tally()
    >>> tally.note("memory", found=True)
    >>> tally.counts
    {'memory': {'hit': 1, 'miss': 0}}
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[str, dict[str, int]] = {}
        self._listeners: tuple[Listener, ...] = ()

    def listen(self, listener: Listener) -> None:
        """Tell the listener of everything that is counted from now on."""
        self._listeners += (listener,)

    def note(self, tier: str, *, found: bool) -> None:
        """Count one question to a tier."""
        outcome = "hit" if found else "miss"
        with self._lock:
            self._counts.setdefault(tier, {"hit": 0, "miss": 0})[outcome] += 1
        for listener in self._listeners:
            listener(tier, outcome)

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """The counts of this process so far."""
        with self._lock:
            return {tier: dict(outcomes) for tier, outcomes in self._counts.items()}
