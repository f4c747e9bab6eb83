"""A store whose failures are misses: broken, slow, full or absent, it costs speed and no answer."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from redis.exceptions import RedisError

from service.cache.circuit_breaker import PAUSE_S, Breaker

Found = TypeVar("Found")

FAILURES = (OSError, sqlite3.Error, RedisError, ValueError)
"""What the stores fail with."""

SLOW_S = 0.5
"""A call that takes longer is a failure too: making the answer might have been quicker."""


class Store(Protocol):
    """Bytes by key, somewhere; every call may raise one of ``FAILURES``."""

    name: str

    def get(self, key: str) -> bytes | None:
        """The bytes of a key, None where they are not there."""

    def put(self, key: str, value: bytes) -> None:
        """Keep bytes."""

    def take_turn(self, key: str, *, patience_s: float) -> Callable[[], None]:
        """Wait until nobody else makes what the key names, or ``patience_s``; gives what ends it."""

    def close(self) -> None:
        """Let go of what is open."""


class Guarded:
    """A store behind breakers, one each for reading, for writing and for taking turns.

    A full disk thus does not keep anybody from reading.
    """

    def __init__(self, store: Store, *, pause_s: float = PAUSE_S) -> None:
        self.name = store.name
        self._store = store
        self._reading = Breaker(f"reading the cache ({store.name})", pause_s=pause_s)
        self._writing = Breaker(f"writing the cache ({store.name})", pause_s=pause_s)
        self._turns = Breaker(f"taking turns ({store.name})", pause_s=pause_s)

    def get(self, key: str) -> bytes | None:
        """The bytes of a key; None where they are not there, or cannot be had."""
        return _attempt(self._reading, lambda: self._store.get(key), slow_s=SLOW_S)

    def put(self, key: str, value: bytes) -> None:
        """Keep bytes, if that is possible."""
        _attempt(self._writing, lambda: self._store.put(key, value), slow_s=SLOW_S)

    @contextmanager
    def turn(self, key: str, *, patience_s: float) -> Iterator[None]:
        """Hold the turn for a key, or nothing where turns cannot be had."""
        end = _attempt(
            self._turns,
            lambda: self._store.take_turn(key, patience_s=patience_s),
            slow_s=patience_s + SLOW_S,
        )
        try:
            yield
        finally:
            if end is not None:
                _attempt(self._turns, end, slow_s=SLOW_S)

    def state(self) -> dict[str, str | None]:
        """Whether it works, tried now: the backend, ``ok`` or ``degraded``, and why."""
        self.get("state")
        if self._writing.reason is not None:
            self.put("state", b"")
        if self._turns.reason is not None:
            with self.turn("state", patience_s=0.0):
                pass
        doors = (self._reading, self._writing, self._turns)
        reason = next((door.reason for door in doors if door.reason is not None), None)
        return {
            "backend": self.name,
            "state": "ok" if reason is None else "degraded",
            "reason": reason,
        }

    def close(self) -> None:
        """Let go of what is open."""
        self._store.close()


def told(error: Exception) -> str:
    """What anybody may know of an error: its kind, and words that name no host, path or account.

    >>> told(PermissionError(13, "Permission denied", "/srv/secret"))
    'PermissionError: Permission denied'
    >>> told(RedisError("Error 111 connecting to 10.0.0.5:6379"))
    'RedisError'
    """
    words = {OSError: getattr(error, "strerror", None), sqlite3.Error: str(error)}
    harmless = next((text for kind, text in words.items() if isinstance(error, kind)), None)
    return f"{type(error).__name__}: {harmless}" if harmless else type(error).__name__


def _attempt(door: Breaker, call: Callable[[], Found], *, slow_s: float) -> Found | None:
    """What the call gives; None where the door is shut or the call fails."""
    if not door.admits():
        return None
    start = time.monotonic()
    try:
        found = call()
    except FAILURES as error:
        door.report(told(error), in_full=f"{type(error).__name__}: {error}")
        return None
    taken = time.monotonic() - start
    door.report(None if taken <= slow_s else f"it took {taken:.1f} s, more than {slow_s:g}")
    return found
