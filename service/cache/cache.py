"""Cache of JSON texts: an in-process LRU cache before a store that processes share."""

from __future__ import annotations

from contextlib import AbstractContextManager
from hashlib import sha256
from pathlib import Path

from designer.verification.limits import MIB
from service.cache.checksummed_text import pack_text, unpack_text
from service.cache.fault_tolerant_store import CacheStore, FaultTolerantStore
from service.cache.hit_counts import HitCounts
from service.cache.lru import LruCache
from service.cache.redis_store import RedisCacheStore
from service.cache.sqlite_store import SqliteCacheStore
from service.settings.config import Config

KEY_LOCK_TIMEOUT_S = 30.0
"""Seconds to wait for another process that computes the same entry before computing it here."""

_DAY_S = 86_400


class Cache:
    """Texts by name; a failing store is a cache miss, never an error.

    Caches with different ``namespace`` share no entries.
    """

    def __init__(
        self,
        store: CacheStore,
        *,
        memory_bytes: int,
        namespace: str = "",
        hit_counts: HitCounts | None = None,
    ) -> None:
        self.hit_counts = hit_counts or HitCounts()
        self._memory: LruCache[bytes] = LruCache(max_bytes=memory_bytes)
        self._store = FaultTolerantStore(store)
        self._namespace = namespace

    def get(self, name: str) -> str | None:
        """The text of a name, or None if it is missing or damaged."""
        key = self._key(name)
        text = unpack_text(key, self._memory.get(key))
        self.hit_counts.count_lookup("memory", found=text is not None)
        if text is not None:
            return text
        entry = self._store.get(key)
        text = unpack_text(key, entry)
        self.hit_counts.count_lookup(self._store.name, found=text is not None)
        if entry is not None and text is not None:
            self._memory.put(key, entry, size=len(key) + len(entry))
        return text

    def put(self, name: str, text: str) -> None:
        """Store a text in both tiers."""
        key = self._key(name)
        entry = pack_text(key, text)
        self._memory.put(key, entry, size=len(key) + len(entry))
        self._store.put(key, entry)

    def lock(self, name: str) -> AbstractContextManager[None]:
        """Lock between processes; best effort, as the store may fail or the wait time out."""
        return self._store.lock(self._key(name), timeout_s=KEY_LOCK_TIMEOUT_S)

    def state(self) -> dict[str, str | None]:
        """Result of testing the store now: ``backend``, ``state`` (ok, degraded), ``reason``."""
        return self._store.state()

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def _key(self, name: str) -> str:
        return sha256(f"{self._namespace}\n{name}".encode()).hexdigest()


def open_cache(config: Config, *, namespace: str = "") -> Cache:
    """The configured cache; the store is opened on first use."""
    return Cache(
        open_cache_store(config),
        memory_bytes=config.cache_memory_mib * MIB // 2,
        namespace=namespace,
    )


def open_cache_store(config: Config) -> CacheStore:
    """Redis if configured, otherwise an SQLite file in the state folder."""
    if config.redis_url:
        return RedisCacheStore(config.redis_url, ttl_s=config.cache_days * _DAY_S)
    return SqliteCacheStore(Path(config.state_folder), max_bytes=config.cache_disk_mib * MIB)
