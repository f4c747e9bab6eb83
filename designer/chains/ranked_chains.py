"""Chains of a search space in the complete order of preference, computed lazily."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from designer.chains.k_best import Ranking
from designer.chains.preference_order import DEPARTURE_SHIFT, MAX_EXACT_FIRST_DEPARTURE
from designer.chains.search_problem import SearchProblem
from designer.chains.state_graph import StateGraph, build_state_graph
from designer.chains.value_function import NO_LIMIT, RemainingBudget
from designer.geometry.chain import Chain


def rank_chains(
    problem: SearchProblem, remaining: RemainingBudget = NO_LIMIT, *, least_departure: int = 0
) -> Iterator[Chain]:
    """Every chain of the space within the budget, best first, computed lazily.

    The first step of the order is not a sum, so there are two passes: the wholly exact chains of
    small departure, then all others by increasing departure. ``least_departure`` is a known lower
    bound on the departure of the chains within the budget.

    Raises:
        SearchTooLarge: if the search exceeds the step limit.
    """
    exact_first = problem.reference.weighs_offsets
    if exact_first:
        graph = build_state_graph(problem, bound=MAX_EXACT_FIRST_DEPARTURE, exact_only=True)
        for key, chain in _rank_graph(problem, graph, remaining):
            if key >> DEPARTURE_SHIFT > MAX_EXACT_FIRST_DEPARTURE:
                break
            yield chain
    previous_bound, bound = -1, least_departure
    while True:
        graph = build_state_graph(problem, bound=bound)
        left_out = graph.next_bound
        for key, chain in _rank_graph(problem, graph, remaining):
            departure = key >> DEPARTURE_SHIFT
            if departure > bound:
                left_out = min(departure, left_out or departure)
                break
            if departure > previous_bound and not (
                exact_first and departure <= MAX_EXACT_FIRST_DEPARTURE and _is_exact(chain)
            ):
                yield chain
        if left_out is None:
            return
        previous_bound, bound = bound, max(left_out, bound + bound // 2)


def _rank_graph(
    problem: SearchProblem, graph: StateGraph, remaining: RemainingBudget
) -> Iterable[tuple[int, Chain]]:
    return Ranking(problem, graph, remaining) if graph.reaches_start else ()


def _is_exact(chain: Chain) -> bool:
    return all(window.offset == 0 for windows in chain.windows for window in windows)
