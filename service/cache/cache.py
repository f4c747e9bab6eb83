"""The cache: JSON texts by key, in this process first, then in a store that others share."""

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
"""Seconds to wait for another process that makes the same; after them it is made here too."""

_DAY_S = 86_400


class Cache:
    """Texts by name. Whatever goes wrong with the store, a text is there or it is not.

    ``namespace`` holds what all names depend on: another one sees nothing of this.
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
        """The text of a name, None where it is not kept or not as it was kept."""
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
        """Keep a text."""
        key = self._key(name)
        entry = pack_text(key, text)
        self._memory.put(key, entry, size=len(key) + len(entry))
        self._store.put(key, entry)

    def lock(self, name: str) -> AbstractContextManager[None]:
        """Entered by one process at a time, as far as that can be had."""
        return self._store.lock(self._key(name), timeout_s=KEY_LOCK_TIMEOUT_S)

    def state(self) -> dict[str, str | None]:
        """Whether the store works, tried now: ``backend``, ``state`` (ok, degraded), ``reason``."""
        return self._store.state()

    def close(self) -> None:
        """Let go of what is open."""
        self._store.close()

    def _key(self, name: str) -> str:
        return sha256(f"{self._namespace}\n{name}".encode()).hexdigest()


def open_cache(config: Config, *, namespace: str = "") -> Cache:
    """The cache that the settings ask for; nothing is opened before its first use."""
    return Cache(
        open_cache_store(config),
        memory_bytes=config.cache_memory_mib * MIB // 2,
        namespace=namespace,
    )


def open_cache_store(config: Config) -> CacheStore:
    """Redis where there is one, else a file of this machine."""
    if config.redis_url:
        return RedisCacheStore(config.redis_url, ttl_s=config.cache_days * _DAY_S)
    return SqliteCacheStore(Path(config.state_folder), max_bytes=config.cache_disk_mib * MIB)
