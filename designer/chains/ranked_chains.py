"""Chains of a search space in the complete order of preference, computed lazily."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from designer.chains.k_best import Ranking
from designer.chains.preference_order import DEPARTURE_SHIFT
from designer.chains.search_problem import SearchProblem
from designer.chains.state_graph import StateGraph, build_state_graph
from designer.chains.value_function import NO_LIMIT, RemainingBudget
from designer.geometry.chain import Chain


def rank_chains(
    problem: SearchProblem, remaining: RemainingBudget = NO_LIMIT, *, least_departure: int = 0
) -> Iterator[Chain]:
    """Every chain of the space within the budget, best first, computed lazily.

    The first step of the order is not a sum, so there are two passes: the wholly exact chains, of
    small departure unless the initial map is given, then all others by increasing departure.
    ``least_departure`` is a known lower bound on the departure of the chains within the budget.

    Raises:
        SearchTooLarge: if the search exceeds the step limit.
    """
    if not problem.reference.weighs_offsets:
        for _, chain in _by_departure(problem, remaining, least_departure):
            yield chain
        return
    most = problem.reference.exact_first_departure
    bound = least_departure if most is None else most
    for _, chain in _by_departure(problem, remaining, bound, most=most, exact_only=True):
        yield chain
    for departure, chain in _by_departure(problem, remaining, least_departure):
        exact = _is_exact(chain)
        if not problem.reference.comes_first(exact=exact, departure=departure):
            yield chain


def _by_departure(
    problem: SearchProblem,
    remaining: RemainingBudget,
    bound: int,
    *,
    most: int | None = None,
    exact_only: bool = False,
) -> Iterator[tuple[int, Chain]]:
    """Every chain with its departure, by the key; ``bound`` is the first bound on departure.

    The last bound is ``most``, without one the largest departure.
    """
    previous_bound = -1
    while True:
        graph = build_state_graph(problem, bound=bound, exact_only=exact_only)
        left_out = graph.next_bound
        for key, chain in _rank_graph(problem, graph, remaining):
            departure = key >> DEPARTURE_SHIFT
            if departure > bound:
                left_out = min(departure, left_out or departure)
                break
            if departure > previous_bound:
                yield departure, chain
        if left_out is None or (most is not None and left_out > most):
            return
        previous_bound, bound = bound, max(left_out, bound + bound // 2)


def _rank_graph(
    problem: SearchProblem, graph: StateGraph, remaining: RemainingBudget
) -> Iterable[tuple[int, Chain]]:
    return Ranking(problem, graph, remaining) if graph.reaches_start else ()


def _is_exact(chain: Chain) -> bool:
    return all(window.offset == 0 for windows in chain.windows for window in windows)
