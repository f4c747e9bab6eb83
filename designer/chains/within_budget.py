"""The first chains within a budget; one that does not bind them costs nothing."""

from __future__ import annotations

from itertools import islice

from designer.brief.search_space import Budget
from designer.chains.frontier import Figures, find_frontier
from designer.chains.least_keys import Rest, fits
from designer.chains.ranked_chains import ranked_chains
from designer.chains.search_problem import Problem
from designer.chains.solution import chain_figures
from designer.geometry.chain import Chain

NO_BUDGET = Budget()
"""The budget that bounds nothing."""


def first_chains(problem: Problem, budget: Budget, skip: int, number: int) -> list[Chain]:
    """The chains of a space within a budget, best first, from the place ``skip`` on.

    Where the budget binds one of those that come without it, the frontier tells whether anything
    fits at all, and the least departure that does.

    Raises:
        SearchTooLarge: past the bound on steps.
    """
    rest: Rest = (budget.parameters, budget.multiply_adds)
    chains = list(islice(ranked_chains(problem), skip + number))
    if all(fits(chain_figures(chain, problem.widths), rest) for chain in chains):
        return chains[skip:]
    near = [figures[0] for figures in find_frontier(problem) if fits(figures[2:], rest)]
    if not near:
        return []
    return list(islice(ranked_chains(problem, rest, start=min(near)), skip, skip + number))


def frontier_within(problem: Problem, budget: Budget) -> dict[Figures, Chain]:
    """The frontier of the chains within a budget: those points of the whole frontier that keep it.

    What is as good as a chain within the budget keeps it too, so leaving out the others first
    would leave the same points.
    """
    rest: Rest = (budget.parameters, budget.multiply_adds)
    frontier = find_frontier(problem)
    return {figures: chain for figures, chain in frontier.items() if fits(figures[2:], rest)}
