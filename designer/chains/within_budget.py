"""The best chains within a budget; a budget that excludes none of them adds no search steps."""

from __future__ import annotations

from functools import partial
from heapq import merge
from itertools import islice

from designer.brief.search_space import Budget
from designer.chains.frontier import FrontierPoint, find_frontier
from designer.chains.preference_order import DEPARTURE_SHIFT, WindowColumns, window_columns
from designer.chains.ranked_chains import rank_chains
from designer.chains.search_problem import SearchProblem
from designer.chains.solution import chain_figures, chain_key
from designer.chains.value_function import RemainingBudget, is_within_budget
from designer.geometry.chain import Chain

NO_BUDGET = Budget()
"""The budget without limits."""


def find_best_chains(problem: SearchProblem, budget: Budget, skip: int, number: int) -> list[Chain]:
    """Up to ``number`` chains of a space within a budget, best first, after the first ``skip``.

    If the budget excludes one of the best chains without it, the frontier shows whether any chain
    is within the budget, and the least departure of those that are.

    Raises:
        SearchTooLarge: if the search exceeds the step limit.
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
    ranked = (
        rank_chains(each, remaining, least_departure=min(near)) for each in problem.by_levels()
    )
    return list(islice(merge(*ranked, key=partial(_rank, problem)), skip, skip + number))


def _rank(problem: SearchProblem, chain: Chain) -> tuple[bool, int, list[WindowColumns]]:
    """The place of a chain in the order of preference, less than that of the chains after it."""
    key = chain_key(chain, reference=problem.reference, widths=problem.widths)
    exact = all(window.offset == 0 for windows in chain.windows for window in windows)
    weighed = problem.reference.weighs_offsets
    first = weighed and problem.reference.comes_first(exact=exact, departure=key >> DEPARTURE_SHIFT)
    return not first, key, [window_columns(step) for step in reversed(chain.windows)]


def find_frontier_within(problem: SearchProblem, budget: Budget) -> dict[FrontierPoint, Chain]:
    """The frontier of the chains within a budget: the frontier points within it.

    A chain that dominates one within the budget is within it too, so filtering the chains first
    would give the same points.
    """
    remaining: RemainingBudget = (budget.parameters, budget.multiply_adds)
    frontier = find_frontier(problem)
    return {
        figures: chain
        for figures, chain in frontier.items()
        if is_within_budget(figures[2:], remaining)
    }
