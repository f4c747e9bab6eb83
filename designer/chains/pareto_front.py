"""Pareto fronts of triples of figures, each to be minimized."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

Triple = tuple[int, int, int]


def keep_non_dominated(triples: Iterable[Triple]) -> list[Triple]:
    """The triples that no other triple matches or beats in all three figures, ascending.

    >>> keep_non_dominated([(2, 9, 1), (1, 5, 5), (3, 6, 5), (3, 4, 9)])
    [(1, 5, 5), (2, 9, 1), (3, 4, 9)]
    """
    kept: list[Triple] = []
    staircase: list[tuple[int, int]] = []
    for triple in sorted(triples):
        _, second, third = triple
        index = bisect_right(staircase, (second, third))
        if index and staircase[index - 1][1] <= third:
            continue
        while index < len(staircase) and staircase[index][1] >= third:
            del staircase[index]
        staircase.insert(index, (second, third))
        kept.append(triple)
    return kept


class ParetoFront:
    """Triples, and whether one of them matches or beats a given triple in all three figures.

    >>> front = ParetoFront([(1, 5, 5), (2, 9, 1)])
    >>> front.dominates((2, 5, 6)), front.dominates((1, 9, 1)), front.dominates((3, 9, 1))
    (True, False, True)
    """

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._firsts: list[int] = []
        self._staircases: list[list[tuple[int, int]]] = []
        for first, second, third in sorted(triples):
            staircase = self._staircases[-1] if self._staircases else []
            if not _is_dominated(staircase, (second, third)):
                kept = [pair for pair in staircase if not (pair[0] >= second and pair[1] >= third)]
                self._firsts.append(first)
                self._staircases.append(sorted([*kept, (second, third)]))

    def dominates(self, triple: Triple) -> bool:
        """Whether some triple of the front is at most this one in all three."""
        index = bisect_right(self._firsts, triple[0])
        return index > 0 and _is_dominated(self._staircases[index - 1], triple[1:])


def _is_dominated(staircase: list[tuple[int, int]], pair: tuple[int, int]) -> bool:
    index = bisect_right(staircase, pair)
    return index > 0 and staircase[index - 1][1] <= pair[1]
