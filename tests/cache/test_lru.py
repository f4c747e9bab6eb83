"""The LRU cache has a size limit and evicts the least recently used entry."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

from service.cache.lru import ENTRY_BYTES, LruCache

steps = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.one_of(st.none(), st.integers(0, 900))), max_size=60
)


@given(steps=steps)
def test_the_lru_cache_behaves_like_a_list(steps: list[tuple[str, int | None]]) -> None:
    """It equals a list implementation; None reads a key, a number stores that many bytes."""
    most = 4 * ENTRY_BYTES
    recent: LruCache[int] = LruCache(max_bytes=most)
    slow: list[tuple[str, int]] = []
    for key, size in steps:
        if size is None:
            found = [entry for entry in slow if entry[0] == key]
            assert recent.get(key) == (found[0][1] if found else None)
            slow = [entry for entry in slow if entry[0] != key] + found
        else:
            recent.put(key, size, size=size)
            slow = [entry for entry in slow if entry[0] != key]
            if size + ENTRY_BYTES <= most // 2:
                slow.append((key, size))
            while sum(held + ENTRY_BYTES for _, held in slow) > most:
                slow.pop(0)
        assert recent.size == sum(held + ENTRY_BYTES for _, held in slow) <= most


def test_the_size_is_right_after_concurrent_use() -> None:
    """The size equals the sum over its entries."""
    recent: LruCache[int] = LruCache(max_bytes=40 * ENTRY_BYTES)

    def work(thread: int) -> None:
        for step in range(2000):
            recent.put(step * 7 % 97, thread, size=step % 50)
            recent.get(step * 5 % 97)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(8)))
    for key in range(97):
        recent.put(key, 0, size=0)
    kept = [key for key in range(97) if recent.get(key) is not None]
    assert recent.size == len(kept) * ENTRY_BYTES == 40 * ENTRY_BYTES
