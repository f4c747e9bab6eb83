"""Chains of a space in the whole order of preference: the best one, or one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from designer.chains.k_best import Ranking
from designer.chains.least_keys import NO_LIMIT, Rest
from designer.chains.preference_order import DEPARTURE_SHIFT, NEAR
from designer.chains.search_problem import Problem
from designer.chains.state_graph import Graph, explore
from designer.geometry.chain import Chain


def ranked_chains(problem: Problem, rest: Rest = NO_LIMIT, *, start: int = 0) -> Iterator[Chain]:
    """Every chain of the space that the budget allows, best first, found as it is asked for.

    The first step of the order is no sum, so there are two runs: the wholly exact chains near the
    usual design, and then all others by growing departure. No chain is known to be of less
    departure than ``start``.

    Raises:
        SearchTooLarge: past the bound on steps.
    """
    exact_first = problem.measure.weighs_offsets
    if exact_first:
        graph = explore(problem, bound=NEAR, exact_only=True)
        for key, chain in _ranked(problem, graph, rest):
            if key >> DEPARTURE_SHIFT > NEAR:
                break
            yield chain
    done, bound = -1, start
    while True:
        graph = explore(problem, bound=bound)
        left_out = graph.next_bound
        for key, chain in _ranked(problem, graph, rest):
            departure = key >> DEPARTURE_SHIFT
            if departure > bound:
                left_out = min(departure, left_out or departure)
                break
            if departure > done and not (exact_first and departure <= NEAR and _is_exact(chain)):
                yield chain
        if left_out is None:
            return
        done, bound = bound, max(left_out, bound + bound // 2)


def _ranked(problem: Problem, graph: Graph, rest: Rest) -> Iterable[tuple[int, Chain]]:
    return Ranking(problem, graph, rest) if graph.reaches_start else ()


def _is_exact(chain: Chain) -> bool:
    return all(window.offset == 0 for windows in chain.windows for window in windows)
