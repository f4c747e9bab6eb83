"""Nearest-neighbor resizing along one axis, as torch computes it."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from functools import lru_cache


def nearest_repeats(before: int, after: int) -> list[int]:
    """Number of times torch's ``nearest`` mode repeats each pixel.

    >>> nearest_repeats(4, 9)
    [3, 2, 2, 2]
    """
    repeats = [0] * before
    for source in nearest_sources(before, after):
        repeats[min(source, before - 1)] += 1
    return repeats


@lru_cache(maxsize=4)
def nearest_sources(before: int, after: int) -> Sequence[int]:
    """Source position of each pixel x in torch's ``nearest`` mode: ⌊x·i/o⌋ in single precision.

    >>> [*nearest_sources(2, 5)]
    [0, 0, 0, 1, 1]
    """
    return array("i", _sources(range(after), before, after))


def has_uniform_repeats(before: int, after: int) -> bool:
    """Whether torch's ``nearest`` mode repeats every pixel after/before times, a whole number.

    False for some whole factors S: if 1/S is rounded down, pixel S·k may be taken from k − 1.

    >>> [has_uniform_repeats(4, after) for after in (8, 9, 4 * 40, 4 * 41)]
    [True, False, True, False]
    """
    factor, remainder = divmod(after, before)
    return not remainder and [*_sources(range(0, after, factor), before, after)] == [*range(before)]


def _sources(pixels: range, before: int, after: int) -> Iterator[int]:
    (scale,) = array("f", [before / after])
    return map(int, array("f", [pixel * scale for pixel in pixels]))
