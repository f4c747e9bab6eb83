"""The nearest sizes that some chain of a space does lead to."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from designer.chains.reachability import find_reach
from designer.chains.search_problem import Problem
from designer.errors import SearchTooLarge
from designer.geometry.layers import Size

RINGS = {1: 0, 2: 12, 3: 4}
"""How far all axes are moved at once, in pixels, by number of axes."""

NEAREST_ABOVE = 64
"""How far above twice a side the nearest one is still looked for."""


def nearest_on_axis(problem: Problem, axis: int, *, most: int) -> tuple[int | None, int | None]:
    """The nearest feasible side below and above on one axis, the other sides as asked.

    Above, sides of up to about twice the one asked for are tried. None where there is none, or
    none was found within the bound on steps.
    """
    side = problem.target[axis]
    most = min(most, 2 * side + NEAREST_ABOVE)
    below = (_with_side(problem.target, axis, other) for other in range(side - 1, 1, -1))
    above = (_with_side(problem.target, axis, other) for other in range(side + 1, most + 1))
    found = _nearest_of(problem, below, above)
    smaller, larger = (size[axis] if size else None for size in found)
    return smaller, larger


def nearest_sizes(problem: Problem, *, most: int) -> tuple[Size | None, Size | None]:
    """The nearest feasible sizes that are nowhere larger, and nowhere smaller, than the target.

    Of those within a few pixels on every axis the one whose farthest side is nearest, then the
    one whose sides differ least in sum. None where there is none so near.
    """
    axes = len(problem.target)
    moves = sorted(
        product(range(RINGS[axes] + 1), repeat=axes), key=lambda move: (max(move), sum(move), move)
    )
    below = (_moved(problem.target, move, -1) for move in moves[1:])
    above = (_moved(problem.target, move, 1) for move in moves[1:])
    served = (size for size in above if max(size) <= most)
    return _nearest_of(problem, below, served)


def _nearest_of(
    problem: Problem, below: Iterator[Size], above: Iterator[Size]
) -> tuple[Size | None, Size | None]:
    """The first feasible size of each of two lists, taken in turns so that both get their share."""
    lists, found = [below, above], [None, None]  # type: list[Iterator[Size]], list[Size | None]
    waiting = [0, 1]
    while waiting:
        for number in tuple(waiting):
            size = next(lists[number], None)
            try:
                reached = size is None or (min(size) > 1 and find_reach(problem, size).starts)
            except SearchTooLarge:
                return found[0], found[1]
            if reached:
                found[number] = size
                waiting.remove(number)
    return found[0], found[1]


def _with_side(size: Size, axis: int, side: int) -> Size:
    return (*size[:axis], side, *size[axis + 1 :])


def _moved(size: Size, move: Size, sign: int) -> Size:
    return tuple(side + sign * distance for side, distance in zip(size, move, strict=True))
