"""A door that shuts after a failure and lets one caller a while try whether it is over."""

from __future__ import annotations

import logging
import threading
import time

logger = logging.getLogger("gan_designer.cache")

PAUSE_S = 2.0
"""Seconds between two tries of what failed."""


class CircuitBreaker:
    """Open while calls succeed; after a failure one call every ``pause_s`` seconds is let through.

    Each change of state is logged once.

    >>> breaker = CircuitBreaker("reading")
    >>> breaker.record_result("no answer")
    >>> breaker.allows_call(), breaker.reason
    (False, 'no answer')
    >>> breaker.record_result(None)
    >>> breaker.allows_call(), breaker.reason
    (True, None)
    """

    def __init__(self, name: str, *, pause_s: float = PAUSE_S) -> None:
        self._name = name
        self._pause_s = pause_s
        self._lock = threading.Lock()
        self._reason: str | None = None
        self._next_try = 0.0

    @property
    def reason(self) -> str | None:
        """What the last call failed from; None where it succeeded."""
        return self._reason

    def allows_call(self) -> bool:
        """Whether a call may be made now; the one that may try keeps the others waiting."""
        if self._reason is None:
            return True
        with self._lock:
            if time.monotonic() < self._next_try:
                return False
            self._next_try = time.monotonic() + self._pause_s
            return True

    def record_result(self, failure: str | None, *, in_full: str = "") -> None:
        """Say how a call ended: None is success; ``in_full`` is for the log alone."""
        if failure is None and self._reason is None:
            return
        with self._lock:
            before, self._reason = self._reason, failure
            self._next_try = time.monotonic() + self._pause_s
        if before is None:
            logger.warning("%s fails and is done without: %s", self._name, in_full or failure)
        elif failure is None:
            logger.warning("%s works again", self._name)
