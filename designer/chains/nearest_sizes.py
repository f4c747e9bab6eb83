"""The nearest sizes that have a chain in a search space."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from designer.chains.reachability import find_reachability
from designer.chains.search_problem import SearchProblem
from designer.errors import SearchTooLarge
from designer.geometry.layers import Size

MAX_SHIFT_PX = {1: 0, 2: 12, 3: 4}
"""Largest shift in pixels when all axes are shifted together, by number of axes."""

MARGIN_ABOVE_PX = 64
"""Larger sides are tried up to twice the side plus this margin."""


def find_nearest_sides(
    problem: SearchProblem, axis: int, *, max_side: int
) -> tuple[int | None, int | None]:
    """The nearest feasible side below and above on one axis, the other sides unchanged.

    Larger sides are tried up to about twice the requested one. None if there is none, or none
    is found within the step limit.
    """
    side = problem.target[axis]
    max_side = min(max_side, 2 * side + MARGIN_ABOVE_PX)
    below = (_replace_side(problem.target, axis, other) for other in range(side - 1, 1, -1))
    above = (_replace_side(problem.target, axis, other) for other in range(side + 1, max_side + 1))
    found = _first_feasible(problem, below, above)
    smaller, larger = (size[axis] if size else None for size in found)
    return smaller, larger


def find_nearest_sizes(problem: SearchProblem, *, max_side: int) -> tuple[Size | None, Size | None]:
    """The nearest feasible sizes that are not larger, and not smaller, than the target on any axis.

    Only sizes within ``MAX_SHIFT_PX`` are tried: ascending by the largest shift, then by the sum
    of the shifts. None if none of them is feasible.
    """
    axes = len(problem.target)
    shifts = sorted(
        product(range(MAX_SHIFT_PX[axes] + 1), repeat=axes),
        key=lambda shift: (max(shift), sum(shift), shift),
    )
    below = (_shift_size(problem.target, shift, -1) for shift in shifts[1:])
    above = (_shift_size(problem.target, shift, 1) for shift in shifts[1:])
    within_limit = (size for size in above if max(size) <= max_side)
    return _first_feasible(problem, below, within_limit)


def _first_feasible(
    problem: SearchProblem, below: Iterator[Size], above: Iterator[Size]
) -> tuple[Size | None, Size | None]:
    """The first feasible size of each list; they alternate so that both share the step limit."""
    lists, found = [below, above], [None, None]  # type: list[Iterator[Size]], list[Size | None]
    pending = [0, 1]
    while pending:
        for number in tuple(pending):
            size = next(lists[number], None)
            try:
                reached = size is None or (
                    min(size) > 1 and find_reachability(problem, size).reaches_start
                )
            except SearchTooLarge:
                return found[0], found[1]
            if reached:
                found[number] = size
                pending.remove(number)
    return found[0], found[1]


def _replace_side(size: Size, axis: int, side: int) -> Size:
    return (*size[:axis], side, *size[axis + 1 :])


def _shift_size(size: Size, shift: Size, sign: int) -> Size:
    return tuple(side + sign * distance for side, distance in zip(size, shift, strict=True))
