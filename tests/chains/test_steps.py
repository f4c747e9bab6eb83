"""The numbers of steps of searches, which answers have as ``states``: they change on purpose only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import islice

import pytest

from designer.brief.search_space import Budget, SearchSpace
from designer.chains.count import count_chains
from designer.chains.frontier import find_frontier
from designer.chains.nearest_sizes import find_nearest_sides
from designer.chains.ranked_chains import rank_chains
from designer.chains.search import solve_problem
from designer.chains.search_problem import SearchProblem
from designer.chains.within_budget import find_best_chains
from tests.chains.random_spaces import WIDTHS

ALIKE = SearchSpace.default(axes=2)
APART = SearchSpace.default(axes=2, anisotropic=True)
TIGHT = Budget(parameters=2_000_000)
FEW = Budget(multiply_adds=20_000_000)

Search = Callable[[SearchProblem], object]

SEARCHES: dict[str, tuple[SearchSpace, Search, int]] = {
    "count": (ALIKE, count_chains, 842),
    "count of axes apart": (APART, count_chains, 2_001),
    "the best chains": (ALIKE, lambda problem: list(islice(rank_chains(problem), 20)), 2_662),
    "the best chains of axes apart": (
        APART,
        lambda problem: list(islice(rank_chains(problem), 20)),
        7_868,
    ),
    "the best hundreds": (ALIKE, lambda problem: list(islice(rank_chains(problem), 400)), 62_488),
    "within a budget": (ALIKE, lambda problem: find_best_chains(problem, TIGHT, 0, 5), 2_452),
    "within a budget of operations": (
        ALIKE,
        lambda problem: find_best_chains(problem, FEW, 0, 5),
        2_563,
    ),
    "frontier": (ALIKE, find_frontier, 1_032),
    "nearest sides": (ALIKE, lambda problem: find_nearest_sides(problem, 0, max_side=99), 519),
}


@pytest.mark.parametrize("name", SEARCHES)
def test_a_search_takes_as_many_steps_as_ever(name: str) -> None:
    """On every machine; the limit on steps, and so what is refused, depends on them."""
    space, search, steps = SEARCHES[name]
    problem = SearchProblem(target=(62, 45), space=space, widths=WIDTHS)
    search(problem)
    assert problem.step_limit.spent == steps


def test_other_widths_share_the_tables_of_a_problem() -> None:
    """The chain is that of a problem of its own, and takes few steps more."""
    narrow = replace(WIDTHS, base_channels=8)
    problem = SearchProblem(target=(62, 45), space=ALIKE, widths=WIDTHS)
    solve_problem(problem)
    spent = problem.step_limit.spent
    other = problem.with_widths(narrow)
    alone = SearchProblem(target=(62, 45), space=ALIKE, widths=narrow)
    assert solve_problem(other) == solve_problem(alone)
    assert other.widths == narrow
    assert problem.widths == WIDTHS
    assert other.step_limit.spent - spent < alone.step_limit.spent / 2
