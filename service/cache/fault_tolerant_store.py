"""A store whose failures are misses: broken, slow, full or absent, it costs speed and no answer."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from redis.exceptions import RedisError

from service.cache.circuit_breaker import PAUSE_S, CircuitBreaker

StoreResult = TypeVar("StoreResult")

FAILURES = (OSError, sqlite3.Error, RedisError, ValueError)
"""What the stores fail with."""

SLOW_S = 0.5
"""A call that takes longer is a failure too: making the answer might have been quicker."""


class CacheStore(Protocol):
    """Bytes by key, somewhere; every call may raise one of ``FAILURES``."""

    name: str

    def get(self, key: str) -> bytes | None:
        """The bytes of a key, None where they are not there."""

    def put(self, key: str, value: bytes) -> None:
        """Keep bytes."""

    def acquire_lock(self, key: str, *, timeout_s: float) -> Callable[[], None]:
        """Wait until nobody else makes what the key names, or ``timeout_s``; gives what ends it."""

    def close(self) -> None:
        """Let go of what is open."""


class FaultTolerantStore:
    """A store behind breakers, one each for reading, for writing and for taking turns.

    A full disk thus does not keep anybody from reading.
    """

    def __init__(self, store: CacheStore, *, pause_s: float = PAUSE_S) -> None:
        self.name = store.name
        self._store = store
        self._reading = CircuitBreaker(f"reading the cache ({store.name})", pause_s=pause_s)
        self._writing = CircuitBreaker(f"writing the cache ({store.name})", pause_s=pause_s)
        self._locking = CircuitBreaker(f"taking turns ({store.name})", pause_s=pause_s)

    def get(self, key: str) -> bytes | None:
        """The bytes of a key; None where they are not there, or cannot be had."""
        return _attempt(self._reading, lambda: self._store.get(key), slow_s=SLOW_S)

    def put(self, key: str, value: bytes) -> None:
        """Keep bytes, if that is possible."""
        _attempt(self._writing, lambda: self._store.put(key, value), slow_s=SLOW_S)

    @contextmanager
    def lock(self, key: str, *, timeout_s: float) -> Iterator[None]:
        """Hold the turn for a key, or nothing where turns cannot be had."""
        end = _attempt(
            self._locking,
            lambda: self._store.acquire_lock(key, timeout_s=timeout_s),
            slow_s=timeout_s + SLOW_S,
        )
        try:
            yield
        finally:
            if end is not None:
                _attempt(self._locking, end, slow_s=SLOW_S)

    def state(self) -> dict[str, str | None]:
        """Whether it works, tried now: the backend, ``ok`` or ``degraded``, and why."""
        self.get("state")
        if self._writing.reason is not None:
            self.put("state", b"")
        if self._locking.reason is not None:
            with self.lock("state", timeout_s=0.0):
                pass
        breakers = (self._reading, self._writing, self._locking)
        reason = next((breaker.reason for breaker in breakers if breaker.reason is not None), None)
        return {
            "backend": self.name,
            "state": "ok" if reason is None else "degraded",
            "reason": reason,
        }

    def close(self) -> None:
        """Let go of what is open."""
        self._store.close()


def public_message(error: Exception) -> str:
    """What anybody may know of an error: its kind, and words that name no host, path or account.

    >>> public_message(PermissionError(13, "Permission denied", "/srv/secret"))
    'PermissionError: Permission denied'
    >>> public_message(RedisError("Error 111 connecting to 10.0.0.5:6379"))
    'RedisError'
    """
    words = {OSError: getattr(error, "strerror", None), sqlite3.Error: str(error)}
    harmless = next((text for kind, text in words.items() if isinstance(error, kind)), None)
    return f"{type(error).__name__}: {harmless}" if harmless else type(error).__name__


def _attempt(
    breaker: CircuitBreaker, call: Callable[[], StoreResult], *, slow_s: float
) -> StoreResult | None:
    """What the call gives; None where the door is shut or the call fails."""
    if not breaker.allows_call():
        return None
    start = time.monotonic()
    try:
        found = call()
    except FAILURES as error:
        breaker.record_result(public_message(error), in_full=f"{type(error).__name__}: {error}")
        return None
    taken = time.monotonic() - start
    breaker.record_result(
        None if taken <= slow_s else f"it took {taken:.1f} s, more than {slow_s:g}"
    )
    return found
