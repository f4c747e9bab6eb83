"""Hits and misses of each tier of the cache."""

from __future__ import annotations

import threading
from collections.abc import Callable

LookupListener = Callable[[str, str], None]
"""Called with the tier and the outcome, ``hit`` or ``miss``."""


class HitCounts:
    """Thread-safe counts per tier and outcome.

    >>> hit_counts = HitCounts()
    >>> hit_counts.count_lookup("memory", found=True)
    >>> hit_counts.counts
    {'memory': {'hit': 1, 'miss': 0}}
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[str, dict[str, int]] = {}
        self._listeners: tuple[LookupListener, ...] = ()

    def add_listener(self, listener: LookupListener) -> None:
        """Call the listener for every later lookup."""
        self._listeners += (listener,)

    def count_lookup(self, tier: str, *, found: bool) -> None:
        """Count one lookup in a tier."""
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
