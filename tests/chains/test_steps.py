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
from designer.chains.step_limit import STEPS_PER_CHECK, StepLimit
from designer.chains.within_budget import find_best_chains
from designer.errors.turns import taking_turns
from tests.chains.random_spaces import WIDTHS
from tests.support import CountingTurn

ALIKE = SearchSpace.default(axes=2)
APART = SearchSpace.default(axes=2, anisotropic=True)
TIGHT = Budget(parameters=2_000_000)
FEW = Budget(multiply_adds=20_000_000)

Search = Callable[[SearchProblem], object]

SEARCHES: dict[str, tuple[SearchSpace, Search, int]] = {
    "count": (ALIKE, count_chains, 1_040),
    "count of axes apart": (APART, count_chains, 2_001),
    "the best chains": (ALIKE, lambda problem: list(islice(rank_chains(problem), 20)), 3_040),
    "the best chains of axes apart": (
        APART,
        lambda problem: list(islice(rank_chains(problem), 20)),
        12_332,
    ),
    "the best hundreds": (ALIKE, lambda problem: list(islice(rank_chains(problem), 400)), 63_346),
    "within a budget": (ALIKE, lambda problem: find_best_chains(problem, TIGHT, 0, 5), 3_346),
    "within a budget of operations": (
        ALIKE,
        lambda problem: find_best_chains(problem, FEW, 0, 5),
        4_367,
    ),
    "frontier": (ALIKE, find_frontier, 1_224),
    "nearest sides": (ALIKE, lambda problem: find_nearest_sides(problem, 0, max_side=99), 561),
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


def test_a_search_reports_all_its_steps() -> None:
    """Once there are enough of them since the last report."""
    turn = CountingTurn()
    with taking_turns(turn):
        step_limit = StepLimit(10**9)
        step_limit.spend(STEPS_PER_CHECK - 1)
        assert turn.spent == 0
        step_limit.spend(1)
        assert turn.spent == STEPS_PER_CHECK
        step_limit.spend(5 * STEPS_PER_CHECK + 3)
    assert turn.spent == 6 * STEPS_PER_CHECK + 3
