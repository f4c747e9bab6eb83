"""What was asked for last, in this process, bounded in bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

CachedValue = TypeVar("CachedValue")

ENTRY_BYTES = 512
"""What the books of one entry cost beside its key and its value."""


class LruCache(Generic[CachedValue]):
    """Values up to ``max_bytes`` in all; the one that nobody asked for the longest time goes first.

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
        """Bytes that are kept now."""
        return self._bytes

    def get(self, key: Hashable) -> CachedValue | None:
        """The value of a key, from now on the last to go; None where it is not kept."""
        with self._lock:
            found = self._entries.get(key)
            if found is None:
                return None
            self._entries.move_to_end(key)
            return found[0]

    def put(self, key: Hashable, value: CachedValue, *, size: int) -> None:
        """Keep a value of so many bytes; one that would drive out most of the others is not kept."""
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
