"""What is unbeaten among triples of figures, all of them the smaller the better."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

Triple = tuple[int, int, int]


def keep_unbeaten(triples: Iterable[Triple]) -> list[Triple]:
    """The triples that no other matches or betters in all three, ascending.

    >>> keep_unbeaten([(2, 9, 1), (1, 5, 5), (3, 6, 5), (3, 4, 9)])
    [(1, 5, 5), (2, 9, 1), (3, 4, 9)]
    """
    kept: list[Triple] = []
    stairs: list[tuple[int, int]] = []
    for triple in sorted(triples):
        _, width, depth = triple
        place = bisect_right(stairs, (width, depth))
        if place and stairs[place - 1][1] <= depth:
            continue
        while place < len(stairs) and stairs[place][1] >= depth:
            del stairs[place]
        stairs.insert(place, (width, depth))
        kept.append(triple)
    return kept
