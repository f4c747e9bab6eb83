"""Chunks: runs of rows that one message carries, a few seconds of work each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set

from designer.brief.model import Level

MAX_CHUNK_ROWS = {Level.NONE: 200, Level.STANDARD: 25, Level.FULL: 25}
"""Maximum rows of a chunk by level. A worker splits a chunk that exceeds ``CHUNK_S``.

Chunks of expensive rows are therefore as long: shorter ones only add messages.
"""

CHUNKS_PER_SWEEP = 16
"""Number of chunks of a short sweep, so that several workers share it."""

CHUNK_S = 4.0
"""Seconds after which a worker returns the rest of a chunk to the queue."""

Chunk = tuple[int, int]
"""Row indices from the first number up to but excluding the second."""


def chunk_length(total: int, level: Level) -> int:
    """Number of rows per message.

    >>> chunk_length(500, Level.NONE), chunk_length(10_000, Level.STANDARD)
    (32, 25)
    >>> chunk_length(16, Level.FULL), chunk_length(10_000, Level.FULL)
    (1, 25)
    """
    return max(1, min(MAX_CHUNK_ROWS[level], -(-total // CHUNKS_PER_SWEEP)))


def split_indices(indices: Iterable[int], length: int) -> Iterator[Chunk]:
    """Ascending indices as gapless chunks of at most ``length`` rows.

    >>> list(split_indices([0, 1, 2, 3, 7, 8], 3))
    [(0, 3), (3, 4), (7, 9)]
    """
    start = stop = 0
    for index in indices:
        if index != stop or index - start >= length:
            if start < stop:
                yield start, stop
            start = index
        stop = index + 1
    if start < stop:
        yield start, stop


def indices_outside(indices: Iterable[int], taken: Iterable[Chunk]) -> list[int]:
    """The indices that are in none of the taken chunks.

    >>> indices_outside([0, 1, 2, 3], [(1, 3)])
    [0, 3]
    """
    busy: Set[int] = {index for start, stop in taken for index in range(start, stop)}
    return [index for index in indices if index not in busy]


def split_in_half(start: int, stop: int) -> list[Chunk]:
    """The rest of a chunk as up to two halves, so that two workers can take it.

    >>> split_in_half(3, 8), split_in_half(3, 4)
    ([(3, 6), (6, 8)], [(3, 4)])
    """
    middle = (start + stop + 1) // 2
    return [(a, b) for a, b in ((start, middle), (middle, stop)) if a < b]
