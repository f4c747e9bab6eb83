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


class Front:
    """Triples against which others are held: whether one of them matches or betters another.

    >>> front = Front([(1, 5, 5), (2, 9, 1)])
    >>> front.beats((2, 5, 6)), front.beats((1, 9, 1)), front.beats((3, 9, 1))
    (True, False, True)
    """

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._firsts: list[int] = []
        self._stairs: list[list[tuple[int, int]]] = []
        for first, second, third in sorted(triples):
            stairs = self._stairs[-1] if self._stairs else []
            if not _is_beaten(stairs, (second, third)):
                kept = [pair for pair in stairs if not (pair[0] >= second and pair[1] >= third)]
                self._firsts.append(first)
                self._stairs.append(sorted([*kept, (second, third)]))

    def beats(self, triple: Triple) -> bool:
        """Whether some triple of the front is at most this one in all three."""
        place = bisect_right(self._firsts, triple[0])
        return place > 0 and _is_beaten(self._stairs[place - 1], triple[1:])


def _is_beaten(stairs: list[tuple[int, int]], pair: tuple[int, int]) -> bool:
    place = bisect_right(stairs, pair)
    return place > 0 and stairs[place - 1][1] <= pair[1]
