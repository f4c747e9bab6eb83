"""The numbers of a ``no_chain`` error, compared with brute force: least figures, nearest sizes."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from designer.brief.search_space import Budget, Exact, SearchSpace
from designer.chains import ChainQuery, search_chains, solve_chain
from designer.chains.query import initial_size_errors
from designer.errors import NoChain
from designer.geometry.layers import Size
from tests.chains.brute_force import TooManyTrials, all_chains, figures_of
from tests.chains.random_spaces import WIDTHS, Case, small_cases
from tests.support import soak_count

example_budget = settings(
    max_examples=soak_count(60, 1500), suppress_health_check=list(HealthCheck)
)
TRIALS = 100_000


def refusal_of(target: Size, space: SearchSpace, budget: Budget | None = None) -> Any:  # noqa: ANN401
    """The facts of the refusal, which are JSON."""
    with pytest.raises(NoChain) as refused:
        solve_chain(target, space=space, widths=WIDTHS, budget=budget)
    return refused.value.facts


@example_budget
@given(case=small_cases())
def test_a_refused_budget_has_the_least_figures_of_all_chains(case: Case) -> None:
    """One less than the least is refused, with both minima and the bound to give up."""
    target, space = case
    figures = [figures_of(found, WIDTHS) for found in all_chains(target, space)]
    if not figures:
        return
    least = [min(column) for column in zip(*figures, strict=True)]
    names = ("parameters", "multiply_adds")
    for chosen in (names[:1], names[1:], names):
        bounds = {name: least[names.index(name)] - 1 for name in chosen}
        facts = refusal_of(target, space, Budget(**bounds))
        assert facts["least"] == dict(zip(names, least, strict=True))
        assert facts["budget"] == bounds
        if len(chosen) == 1:
            assert [f"budget.{chosen[0]}"] in facts["relax"]


def is_reached(size: Size, space: SearchSpace) -> bool:
    """Whether brute force finds a chain."""
    return min(size) > 1 and bool(all_chains(size, space, most=TRIALS))


@example_budget
@given(case=small_cases())
def test_nearest_sides_are_those_of_brute_force(case: Case) -> None:
    """The first side below and above that has a chain, the other sides unchanged."""
    target, space = case
    try:
        if all_chains(target, space):
            return
        facts = refusal_of(target, space)
        for axis, side in enumerate(target):
            assert_nearest_sides(target, axis, space, facts["nearest"][axis])
            assert facts["nearest"][axis]["size"] == side
    except TooManyTrials:
        return


def assert_nearest_sides(target: Size, axis: int, space: SearchSpace, row: dict[str, Any]) -> None:
    """Those of the row, unless the axis alone does not help, as brute force says too."""

    def reached(side: int) -> bool:
        return is_reached((*target[:axis], side, *target[axis + 1 :]), space)

    side = target[axis]
    below = next((near for near in range(side - 1, 1, -1) if reached(near)), None)
    above = next((near for near in range(side + 1, side + 6) if reached(near)), None)
    if below is not None:
        assert row["below"] == below
    if above is not None:
        assert row["above"] == above
    if below is None and above is not None:
        assert row["below"] is None


FAR: dict[str, tuple[Size, int]] = {
    "12 on two axes": ((38, 40), 13),
    "more than 12": ((55, 57), 14),
    "12 and 2": ((38, 41), 13),
    "4 on three axes": ((14, 16, 17), 5),
    "more than 4": ((17, 19, 19), 6),
    "4 and 1": ((14, 14, 16), 5),
}


@pytest.mark.parametrize("name", FAR)
def test_nearest_sizes_are_the_first_of_all_shifts(name: str) -> None:
    """Of those at most 12 pixels away on each axis, on three axes 4: least shift, then least sum.

    The one layer multiplies every side by the stride.
    """
    target, stride = FAR[name]
    space = SearchSpace(
        kernel_sizes=(stride,), strides=(stride,), exact=Exact.REQUIRE, max_layers=1
    )
    facts = refusal_of(target, space)["nearest_sizes"]
    distances = range({2: 12, 3: 4}[len(target)] + 1)
    shifts = sorted(product(distances, repeat=len(target)), key=lambda s: (max(s), sum(s), s))
    for key, sign in (("below", -1), ("above", 1)):
        sizes = (tuple(a + sign * b for a, b in zip(target, s, strict=True)) for s in shifts)
        starts = ((size, [divmod(side, stride) for side in size]) for size in sizes)
        first = next(
            (
                list(size)
                for size, parts in starts
                if not any(rest for _, rest in parts) and 2 <= min(parts)[0] <= 16
            ),
            None,
        )
        assert facts[key] == first, key
    assert (facts["below"] is None) == ("more" in name)


@pytest.mark.parametrize("limit", [1, 2, 3, 6])
def test_the_last_page_has_no_cursor_also_if_it_is_full(limit: int) -> None:
    """There is a next page exactly if chains are left."""
    space = SearchSpace(kernel_sizes=(4, 5), strides=(2,), max_layers=3)
    query = ChainQuery(target=(64, 64), space=space, widths=WIDTHS, limit=limit)
    count, seen, cursor = search_chains(query).count, 0, None
    while seen < count:
        page = search_chains(replace(query, cursor=cursor))
        seen += len(page.solutions)
        cursor = page.next_cursor
        assert (cursor is not None) == (seen < count)
    assert seen == count > 6


def test_an_initial_size_without_errors_has_none() -> None:
    """An empty list, with and without an initial size."""
    space = SearchSpace.default(axes=2)
    assert initial_size_errors((64, 64), space) == []
    assert initial_size_errors((64, 64), replace(space, initial_size=(4, 8))) == []
    assert len(initial_size_errors((64, 64), replace(space, initial_size=(4, 64)))) == 1
