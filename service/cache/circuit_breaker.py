"""Circuit breaker: after a failure, one probe at a time until a call succeeds."""

from __future__ import annotations

import logging
import threading
import time

logger = logging.getLogger("gan_designer.cache")

PAUSE_S = 2.0
"""Seconds between two probes after a failure."""


class CircuitBreaker:
    """Allows all calls until one fails; then one every ``pause_s`` seconds until one succeeds.

    Each change between working and failing is logged once.

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
        """The failure of the last call, or None if it succeeded."""
        return self._reason

    def allows_call(self) -> bool:
        """Whether a call is allowed now; allowing a probe starts the pause before the next one."""
        if self._reason is None:
            return True
        with self._lock:
            if time.monotonic() < self._next_try:
                return False
            self._next_try = time.monotonic() + self._pause_s
            return True

    def record_result(self, failure: str | None, *, in_full: str = "") -> None:
        """Record the failure of a call, or None for success; ``in_full`` is only for the log."""
        if failure is None and self._reason is None:
            return
        with self._lock:
            before, self._reason = self._reason, failure
            self._next_try = time.monotonic() + self._pause_s
        if before is None:
            logger.warning("%s fails and is suspended: %s", self._name, in_full or failure)
        elif failure is None:
            logger.warning("%s works again", self._name)
