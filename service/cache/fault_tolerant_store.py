"""Wrapper of a cache store that turns its failures into cache misses."""

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
"""Exceptions that stores raise."""

SLOW_S = 0.5
"""A call that takes longer counts as a failure: computing the result may be faster."""


class CacheStore(Protocol):
    """A store of bytes by key; every call may raise one of ``FAILURES``."""

    name: str

    def get(self, key: str) -> bytes | None:
        """The bytes of a key, or None."""

    def put(self, key: str, value: bytes) -> None:
        """Store bytes."""

    def acquire_lock(self, key: str, *, timeout_s: float) -> Callable[[], None]:
        """Wait for the lock of a key, at most ``timeout_s``; return its release function."""

    def close(self) -> None:
        """Close connections and files."""


class FaultTolerantStore:
    """A store with one circuit breaker each for reading, writing and locking.

    Reading thus still works on a full disk.
    """

    def __init__(self, store: CacheStore, *, pause_s: float = PAUSE_S) -> None:
        self.name = store.name
        self._store = store
        self._reading = CircuitBreaker(f"reading the cache ({store.name})", pause_s=pause_s)
        self._writing = CircuitBreaker(f"writing the cache ({store.name})", pause_s=pause_s)
        self._locking = CircuitBreaker(f"locking the cache ({store.name})", pause_s=pause_s)

    def get(self, key: str) -> bytes | None:
        """The bytes of a key, or None if they are missing or the store fails."""
        return _attempt(self._reading, lambda: self._store.get(key), slow_s=SLOW_S)

    def put(self, key: str, value: bytes) -> None:
        """Store bytes; failures are ignored."""
        _attempt(self._writing, lambda: self._store.put(key, value), slow_s=SLOW_S)

    @contextmanager
    def lock(self, key: str, *, timeout_s: float) -> Iterator[None]:
        """Hold the lock of a key; without a lock if the store fails."""
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
        """Result of testing the store now: its name, ``ok`` or ``degraded``, and the reason."""
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
        """Close the store."""
        self._store.close()


def public_message(error: Exception) -> str:
    """Description of an error for clients: its class, and text without hosts, paths or accounts.

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
    """Result of the call, or None if the breaker does not allow it or it fails."""
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
