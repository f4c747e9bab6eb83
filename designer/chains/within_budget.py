"""The first chains within a budget; one that does not bind them costs nothing."""

from __future__ import annotations

from itertools import islice

from designer.brief.search_space import Budget
from designer.chains.frontier import FrontierPoint, find_frontier
from designer.chains.ranked_chains import rank_chains
from designer.chains.search_problem import SearchProblem
from designer.chains.solution import chain_figures
from designer.chains.value_function import RemainingBudget, is_within_budget
from designer.geometry.chain import Chain

NO_BUDGET = Budget()
"""The budget that bounds nothing."""


def find_best_chains(problem: SearchProblem, budget: Budget, skip: int, number: int) -> list[Chain]:
    """The chains of a space within a budget, best first, from the place ``skip`` on.

    Where the budget binds one of those that come without it, the frontier tells whether anything
    fits at all, and the least departure that does.

    Raises:
        SearchTooLarge: past the bound on steps.
    """
    remaining: RemainingBudget = (budget.parameters, budget.multiply_adds)
    chains = list(islice(rank_chains(problem), skip + number))
    if all(is_within_budget(chain_figures(chain, problem.widths), remaining) for chain in chains):
        return chains[skip:]
    near = [
        figures[0] for figures in find_frontier(problem) if is_within_budget(figures[2:], remaining)
    ]
    if not near:
        return []
    return list(
        islice(rank_chains(problem, remaining, least_departure=min(near)), skip, skip + number)
    )


def find_frontier_within(problem: SearchProblem, budget: Budget) -> dict[FrontierPoint, Chain]:
    """The frontier of the chains within a budget: those points of the whole frontier that keep it.

    What is as good as a chain within the budget keeps it too, so leaving out the others first
    would leave the same points.
    """
    remaining: RemainingBudget = (budget.parameters, budget.multiply_adds)
    frontier = find_frontier(problem)
    return {
        figures: chain
        for figures, chain in frontier.items()
        if is_within_budget(figures[2:], remaining)
    }
