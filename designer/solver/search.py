"""Everything that is asked of a space of chains, on one path: the best, the next, the frontier."""

from __future__ import annotations

from itertools import islice

from designer.chain import Chain
from designer.errors import NoChain
from designer.layers import Size
from designer.solver.frontier import find_frontier
from designer.solver.ordering import ranked_chains
from designer.solver.problem import Problem
from designer.solver.solution import Solution, weigh_chain
from designer.solver.values import NO_LIMIT, fits
from designer.space import Budget, SearchSpace
from designer.widths import Widths


def solve_chain(
    target: Size, *, space: SearchSpace, widths: Widths, budget: Budget | None = None
) -> Solution:
    """The chain that the order of preference puts first, of all in the space.

    >>> widths = Widths(latent_dim=100, channels=3, base_channels=64, max_channels=512)
    >>> solution = solve_chain((97, 97), space=SearchSpace.default(axes=2), widths=widths)
    >>> [size[0] for size in solution.chain.sizes]
    [6, 12, 24, 48, 97]

    Raises:
        NoChain: where no chain of the space leads to the target.
        SearchTooLarge: where the search would look at more steps than the bound allows.
    """
    problem = Problem(target=target, space=space, widths=widths)
    chains = best_chains(problem, budget, 1)
    if not chains:
        side = "×".join(str(side) for side in target)
        raise NoChain(f"no chain of the search space leads to {side}", target=list(target))
    return weigh_chain(chains[0], space=space, widths=widths)


def best_chains(problem: Problem, budget: Budget | None, number: int) -> list[Chain]:
    """The first chains within a budget; one that does not bind them costs nothing.

    Where it binds, the frontier tells whether anything fits and the least departure that does.
    """
    chains = list(islice(ranked_chains(problem), number))
    rest = NO_LIMIT if budget is None else (budget.parameters, budget.multiply_adds)
    if all(fits(_cost(problem, chain), rest) for chain in chains):
        return chains
    near = [figures[0] for figures in find_frontier(problem) if fits(figures[2:], rest)]
    return list(islice(ranked_chains(problem, rest, start=min(near)), number)) if near else []


def _cost(problem: Problem, chain: Chain) -> tuple[int, int]:
    solution = weigh_chain(chain, space=problem.space, widths=problem.widths)
    return solution.parameters, solution.multiply_adds
