"""Cache store in Redis, shared by replicas, with short timeouts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import LockError, RedisError
from redis.lock import Lock
from redis.retry import Retry

TIMEOUT_S = 0.25
"""Timeout of a connection, and of a reply."""

LOCK_LEASE_S = 10.0
"""Seconds after which a lock expires unless it is renewed, as its holder may have died."""

_PREFIX = "gan-designer:cache:"
_POLL_S = 0.05


class RedisCacheStore:
    """Bytes by key in the Redis at ``url``, each for ``ttl_s`` seconds after it was put."""

    name = "redis"

    def __init__(self, url: str, *, ttl_s: int) -> None:
        self._ttl_s = ttl_s
        self._redis = Redis.from_url(
            url,
            socket_timeout=TIMEOUT_S,
            socket_connect_timeout=TIMEOUT_S,
            retry=Retry(NoBackoff(), 0),
        )

    def get(self, key: str) -> bytes | None:
        """The bytes of a key, or None."""
        found = self._redis.get(_PREFIX + key)
        return found if isinstance(found, bytes) else None

    def put(self, key: str, value: bytes) -> None:
        """Store bytes with the expiry time."""
        self._redis.set(_PREFIX + key, value, ex=self._ttl_s)

    def acquire_lock(self, key: str, *, timeout_s: float) -> Callable[[], None]:
        """A lock that a thread renews while this process lives; it expires afterwards."""
        lock = self._redis.lock(
            f"{_PREFIX}turn:{key}", timeout=LOCK_LEASE_S, sleep=_POLL_S, thread_local=False
        )
        if not lock.acquire(blocking_timeout=timeout_s):
            return lambda: None

        ended = threading.Event()
        threading.Thread(target=_renew, args=(lock, ended), daemon=True).start()

        def end() -> None:
            ended.set()
            with suppress(LockError):  # it has expired
                lock.release()

        return end

    def close(self) -> None:
        """Close the connections."""
        self._redis.close()


def _renew(lock: Lock, ended: threading.Event) -> None:
    """Renew the lease of a lock until it is released, or Redis no longer has it."""
    with suppress(RedisError):
        while not ended.wait(LOCK_LEASE_S / 4):
            lock.reacquire()
