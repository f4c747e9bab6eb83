"""In-process LRU cache with a limit in bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

CachedValue = TypeVar("CachedValue")

ENTRY_BYTES = 512
"""Estimated overhead of one entry besides its key and value."""


class LruCache(Generic[CachedValue]):
    """Values up to ``max_bytes`` in total; the least recently used one is evicted first.

    >>> kept: LruCache[str] = LruCache(max_bytes=2000)
    >>> for name in "abc":
    ...     kept.put(name, name.upper(), size=400)
    >>> [kept.get(name) for name in "abc"]
    [None, 'B', 'C']
    """

    def __init__(self, *, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._entries: OrderedDict[Hashable, tuple[CachedValue, int]] = OrderedDict()
        self._bytes = 0

    @property
    def size(self) -> int:
        """Total size of the entries in bytes."""
        return self._bytes

    def get(self, key: Hashable) -> CachedValue | None:
        """The value of a key, which becomes the most recently used, or None."""
        with self._lock:
            found = self._entries.get(key)
            if found is None:
                return None
            self._entries.move_to_end(key)
            return found[0]

    def put(self, key: Hashable, value: CachedValue, *, size: int) -> None:
        """Store a value of ``size`` bytes, unless it needs more than half of the cache."""
        size += ENTRY_BYTES
        with self._lock:
            if key in self._entries:
                self._bytes -= self._entries.pop(key)[1]
            if size > self._max_bytes // 2:
                return
            self._entries[key] = (value, size)
            self._bytes += size
            while self._bytes > self._max_bytes:
                _, (_, freed) = self._entries.popitem(last=False)
                self._bytes -= freed
