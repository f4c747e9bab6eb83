"""Entry points of the solver: search a space, find its best chain, count its chains."""

from __future__ import annotations

from dataclasses import dataclass

from designer.brief.search_space import Budget, SearchSpace
from designer.brief.widths import Widths
from designer.chains.count import count_chains
from designer.chains.no_chain_error import no_chain_error
from designer.chains.page_cursor import read_cursor, write_cursor
from designer.chains.query import ChainQuery, initial_size_errors
from designer.chains.search_problem import SearchProblem
from designer.chains.solution import Solution, evaluate_chain
from designer.chains.within_budget import NO_BUDGET, find_best_chains, find_frontier_within
from designer.geometry.chain import Chain
from designer.geometry.layers import Size
from designer.validation.field_validators import refuse


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainSearch:
    """The result of a chain search.

    ``count`` is the exact number of chains in the space, ignoring the budget. ``solutions`` is
    one page of the chains within the budget, best first, and ``next_cursor`` identifies the next
    page, None after the last. ``frontier`` has one chain for each non-dominated point of
    departure, layers, parameters and multiply-adds. ``states`` is the number of search steps.
    """

    count: int
    solutions: tuple[Solution, ...]
    frontier: tuple[Solution, ...]
    states: int
    next_cursor: str | None


def search_chains(query: ChainQuery) -> ChainSearch:
    """The number of chains, one page of the best ones, and the frontier.

    >>> widths = Widths(latent_dim=100, channels=3, base_channels=64, max_channels=512)
    >>> query = ChainQuery(target=(64, 64), space=SearchSpace.default(axes=2), widths=widths)
    >>> search = search_chains(query)
    >>> search.count, len(search.solutions), [size[0] for size in search.solutions[0].chain.sizes]
    (2420376, 10, [4, 8, 16, 32, 64])

    Raises:
        InvalidRequest: if the cursor was not issued for this query.
        NoChain: if no chain of the space is within the budget, with the reason.
        SearchTooLarge: if the search exceeds the step limit.
    """
    start_index = read_cursor(query)
    problem = SearchProblem(target=query.target, space=query.space, widths=query.widths)
    budget = query.budget or NO_BUDGET
    chains = find_best_chains(problem, budget, start_index, query.limit + 1)
    if not chains and not start_index:
        raise no_chain_error(problem, budget)
    more = len(chains) > query.limit
    frontier = find_frontier_within(problem, budget).values()
    return ChainSearch(
        count=count_chains(problem),
        solutions=tuple(_evaluate(problem, chain) for chain in chains[: query.limit]),
        frontier=tuple(_evaluate(problem, chain) for chain in frontier),
        states=problem.step_limit.spent,
        next_cursor=write_cursor(query, start_index + query.limit) if more else None,
    )


def solve_chain(
    target: Size,
    *,
    space: SearchSpace,
    widths: Widths,
    budget: Budget | None = None,
    kept: tuple[str, ...] = (),
) -> Solution:
    """The first chain of the space in the order of preference.

    ``kept`` names constraints that a refusal must not advise to relax.

    >>> widths = Widths(latent_dim=100, channels=3, base_channels=64, max_channels=512)
    >>> solution = solve_chain((97, 97), space=SearchSpace.default(axes=2), widths=widths)
    >>> [size[0] for size in solution.chain.sizes]
    [6, 12, 24, 48, 97]

    Raises:
        InvalidRequest: if the initial size cannot grow to the target.
        NoChain: if no chain of the space is within the budget, with the reason.
        SearchTooLarge: if the search exceeds the step limit.
    """
    refuse(initial_size_errors(target, space))
    return solve_problem(
        SearchProblem(target=target, space=space, widths=widths, kept=kept), budget
    )


def solve_problem(problem: SearchProblem, budget: Budget | None = None) -> Solution:
    """The first chain of a problem, as ``solve_chain``; solved once more, it takes few steps."""
    chains = find_best_chains(problem, budget or NO_BUDGET, 0, 1)
    if not chains:
        raise no_chain_error(problem, budget or NO_BUDGET)
    return _evaluate(problem, chains[0])


def count_space(target: Size, *, space: SearchSpace, widths: Widths) -> int:
    """The exact number of chains from an allowed initial map to the target.

    >>> widths = Widths(latent_dim=100, channels=3, base_channels=64, max_channels=512)
    >>> count_space((1080, 1920), space=SearchSpace.default(axes=2), widths=widths)
    49813310421

    Raises:
        SearchTooLarge: if the search exceeds the step limit.
    """
    return count_chains(SearchProblem(target=target, space=space, widths=widths))


def _evaluate(problem: SearchProblem, chain: Chain) -> Solution:
    return evaluate_chain(chain, space=problem.space, widths=problem.widths)
