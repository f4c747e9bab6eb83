"""Count, ranking, frontier and budgets equal brute force on small spaces."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import pytest
from hypothesis import HealthCheck, given, settings

from designer.brief.search_space import Budget, SearchSpace
from designer.brief.widths import Widths
from designer.chains.count import count_chains
from designer.chains.frontier import find_frontier
from designer.chains.preference_order import window_columns
from designer.chains.ranked_chains import rank_chains
from designer.chains.search_problem import SearchProblem
from designer.chains.within_budget import find_best_chains
from designer.geometry.chain import Chain
from designer.geometry.resampling import Upsampling
from tests.chains.brute_force import Found, departure_of, figures_of
from tests.chains.brute_force import best_chains as brute_force
from tests.chains.random_spaces import FROM_MAP, NARROW, WIDTHS, Case, small_cases
from tests.support import soak_count

example_budget = settings(
    max_examples=soak_count(100, 3000), suppress_health_check=list(HealthCheck)
)


def as_found(chain: Chain) -> tuple[object, ...]:
    return list(chain.sizes), [window_columns(step) for step in chain.windows]


def as_chain(found: Found) -> tuple[object, ...]:
    return found[0], [tuple(zip(*layer, strict=True)) for layer in found[1]]


@example_budget
@given(case=small_cases())
def test_count_equals_brute_force(case: Case) -> None:
    """The recurrences count exactly the chains that brute force finds."""
    target, space = case
    problem = SearchProblem(target=target, space=space, widths=WIDTHS)
    assert count_chains(problem) == len(brute_force(target, space, WIDTHS))


@pytest.mark.parametrize("widths", [NARROW, FROM_MAP], ids=["latent vector", "map"])
@example_budget
@given(case=small_cases())
def test_chains_come_in_the_whole_order_each_once(widths: Widths, case: Case) -> None:
    """The complete ranking of a space equals the sorted list of brute force."""
    target, space = case
    problem = SearchProblem(target=target, space=space, widths=widths)
    ranked = [as_found(chain) for chain in rank_chains(problem)]
    assert ranked == [as_chain(found) for found in brute_force(target, space, widths)]


@pytest.mark.parametrize(
    "widths",
    [*(replace(NARROW, upsampling=kind) for kind in Upsampling), FROM_MAP],
    ids=[*Upsampling, "map"],
)
@example_budget
@given(case=small_cases())
def test_frontier_equals_brute_force(widths: Widths, case: Case) -> None:
    """The frontier has every non-dominated point, with the first chain in order that has it."""
    target, space = case
    given_map = widths.latent_dim is None
    problem = SearchProblem(target=target, space=space, widths=widths)
    first: dict[tuple[int, ...], Found] = {}
    for found in brute_force(target, space, widths):
        parameters, multiply_adds = figures_of(found, widths)
        departure = departure_of(found, space, given_map=given_map)
        point = (departure, len(found[1]), parameters, multiply_adds)
        first.setdefault(point, found)
    non_dominated = {
        point: as_chain(found)
        for point, found in first.items()
        if not any(
            other != point and all(a <= b for a, b in zip(other, point, strict=True))
            for other in first
        )
    }
    frontier = find_frontier(problem)
    assert {point: as_found(chain) for point, chain in frontier.items()} == non_dominated
    assert list(frontier) == sorted(frontier)


@pytest.mark.parametrize("upsampling", Upsampling)
@pytest.mark.parametrize("bounded", ["parameters", "multiply_adds", "both"])
@example_budget
@given(case=small_cases())
def test_best_within_a_budget_equal_brute_force(
    bounded: str, upsampling: Upsampling, case: Case
) -> None:
    """With budgets between the least and the greatest figures, the chains within come in order."""
    target, space = case
    widths = replace(NARROW, upsampling=upsampling)
    found = brute_force(target, space, widths)
    if not found:
        return
    figures = sorted(figures_of(one, widths) for one in found)
    parameters = figures[len(figures) // 3][0]
    multiply_adds = sorted(figure[1] for figure in figures)[len(figures) // 3]
    budget = Budget(
        parameters=None if bounded == "multiply_adds" else parameters,
        multiply_adds=None if bounded == "parameters" else multiply_adds,
    )
    kept = [
        as_chain(one)
        for one in found
        if (bounded == "multiply_adds" or figures_of(one, widths)[0] <= parameters)
        and (bounded == "parameters" or figures_of(one, widths)[1] <= multiply_adds)
    ]
    problem = SearchProblem(target=target, space=space, widths=widths)
    assert [as_found(chain) for chain in find_best_chains(problem, budget, 0, 10)] == kept[:10]


def test_a_budget_that_excludes_no_chain_adds_no_steps() -> None:
    """The chains and the number of steps are the same."""
    space = SearchSpace.default(axes=2)
    free = SearchProblem(target=(218, 178), space=space, widths=WIDTHS)
    bound = SearchProblem(target=(218, 178), space=space, widths=WIDTHS)
    budget = Budget(parameters=10**9, multiply_adds=10**12)
    assert find_best_chains(free, Budget(), 0, 5) == find_best_chains(bound, budget, 0, 5)
    assert free.step_limit.spent == bound.step_limit.spent


def test_ranking_is_lazy() -> None:
    """The first chains of 79 quadrillion are found in few steps."""
    problem = SearchProblem(target=(16384, 16384), space=SearchSpace.default(axes=2), widths=WIDTHS)
    chains = list(islice(rank_chains(problem), 50))
    assert len({as_tuple(chain) for chain in chains}) == 50
    assert problem.step_limit.spent < 20_000


def as_tuple(chain: Chain) -> tuple[object, ...]:
    return chain.sizes, chain.windows
