"""The cache: JSON texts by key, in this process first, then in a store that others share."""

from __future__ import annotations

from contextlib import AbstractContextManager
from hashlib import sha256
from pathlib import Path

from designer.verification.limits import MIB
from service.cache.checksummed_text import seal, unseal
from service.cache.fault_tolerant_store import Guarded, Store
from service.cache.hit_counts import Tally
from service.cache.lru import Recent
from service.cache.redis_store import Shared
from service.cache.sqlite_store import Disk
from service.settings.config import Config

TURN_PATIENCE_S = 30.0
"""Seconds to wait for another process that makes the same; after them it is made here too."""

_DAY_S = 86_400


class Cache:
    """Texts by name. Whatever goes wrong with the store, a text is there or it is not.

    ``namespace`` holds what all names depend on: another one sees nothing of this.
    """

    def __init__(
        self, store: Store, *, memory_bytes: int, namespace: str = "", tally: Tally | None = None
    ) -> None:
        self.tally = tally or Tally()
        self._recent: Recent[bytes] = Recent(most_bytes=memory_bytes)
        self._store = Guarded(store)
        self._namespace = namespace

    def get(self, name: str) -> str | None:
        """The text of a name, None where it is not kept or not as it was kept."""
        key = self._key(name)
        text = unseal(key, self._recent.get(key))
        self.tally.note("memory", found=text is not None)
        if text is not None:
            return text
        kept = self._store.get(key)
        text = unseal(key, kept)
        self.tally.note(self._store.name, found=text is not None)
        if kept is not None and text is not None:
            self._recent.put(key, kept, size=len(key) + len(kept))
        return text

    def put(self, name: str, text: str) -> None:
        """Keep a text."""
        key = self._key(name)
        kept = seal(key, text)
        self._recent.put(key, kept, size=len(key) + len(kept))
        self._store.put(key, kept)

    def turn(self, name: str) -> AbstractContextManager[None]:
        """Entered by one process at a time, as far as that can be had."""
        return self._store.turn(self._key(name), patience_s=TURN_PATIENCE_S)

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
        open_store(config), memory_bytes=config.cache_memory_mib * MIB // 2, namespace=namespace
    )


def open_store(config: Config) -> Store:
    """Redis where there is one, else a file of this machine."""
    if config.redis_url:
        return Shared(config.redis_url, keep_s=config.cache_days * _DAY_S)
    return Disk(Path(config.state_folder), most_bytes=config.cache_disk_mib * MIB)
