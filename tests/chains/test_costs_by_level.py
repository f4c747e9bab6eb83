"""Costs that depend on the number of layers: those of self-attention, whose levels count from the stem."""

from __future__ import annotations

from itertools import islice

import pytest

from designer.brief.residual_widths import ResidualWidths
from designer.brief.search_space import Budget, SearchSpace
from designer.chains.frontier import FrontierPoint, find_frontier
from designer.chains.preference_order import DEPARTURE_SHIFT
from designer.chains.ranked_chains import rank_chains
from designer.chains.search_problem import SearchProblem
from designer.chains.solution import chain_figures, chain_key
from designer.chains.within_budget import find_best_chains
from designer.geometry.chain import Chain
from designer.geometry.resampling import Upsampling

CASES = {
    "first": ((36, 36), (1,)),
    "second": ((30, 30), (2,)),
    "both, uneven": ((45, 27), (1, 2)),
    "signal": ((90,), (1, 3)),
}


def problem_of(case: str, upsampling: Upsampling) -> SearchProblem:
    """A small space, whose chains have one to five layers."""
    target, attention = CASES[case]
    widths = ResidualWidths(
        latent_dim=4,
        channels=3,
        base_channels=16,
        max_channels=64,
        upsampling=upsampling,
        attention=attention,
    )
    space = SearchSpace(kernel_sizes=(3, 4), strides=(2, 3), output_padding=False, max_layers=6)
    return SearchProblem(target=target, space=space, widths=widths)


def figures_of(problem: SearchProblem) -> dict[tuple[int, int], list[Chain]]:
    """Every chain in the order of preference, by its parameters and multiply-adds."""
    found: dict[tuple[int, int], list[Chain]] = {}
    for chain in rank_chains(problem):
        found.setdefault(chain_figures(chain, problem.widths), []).append(chain)
    return found


@pytest.mark.parametrize("upsampling", [Upsampling.RESIZE, Upsampling.TRANSPOSED])
@pytest.mark.parametrize("case", CASES)
def test_the_best_chains_within_a_budget_are_the_first_of_all_that_fit(
    case: str, upsampling: Upsampling
) -> None:
    """At budgets in between: the list of all chains, filtered."""
    problem = problem_of(case, upsampling)
    chains = list(islice(rank_chains(problem), 3000))
    figures = [chain_figures(chain, problem.widths) for chain in chains]
    assert len({len(chain.windows) for chain in chains}) > 1
    for share in (0.02, 0.2, 0.6):
        for part, name in enumerate(("parameters", "multiply_adds")):
            limit = sorted(each[part] for each in figures)[int(share * len(figures))]
            fitting = [c for c, each in zip(chains, figures, strict=True) if each[part] <= limit]
            budget = Budget(**{name: limit})
            assert find_best_chains(problem, budget, 0, 4) == fitting[:4], (name, limit)


@pytest.mark.parametrize("upsampling", [Upsampling.RESIZE, Upsampling.TRANSPOSED])
@pytest.mark.parametrize("case", CASES)
def test_the_frontier_is_that_of_all_chains(case: str, upsampling: Upsampling) -> None:
    """By comparing every pair of points."""
    problem = problem_of(case, upsampling)
    points: set[FrontierPoint] = set()
    for (parameters, multiply_adds), chains in figures_of(problem).items():
        for chain in chains:
            key = chain_key(chain, reference=problem.reference, widths=problem.widths)
            departure = key >> DEPARTURE_SHIFT
            points.add((departure, len(chain.windows), parameters, multiply_adds))
    best = {p for p in points if not any(q != p and _is_at_least_as_good(q, p) for q in points)}
    assert {*find_frontier(problem)} == best


def _is_at_least_as_good(one: FrontierPoint, other: FrontierPoint) -> bool:
    return all(a <= b for a, b in zip(one, other, strict=True))
