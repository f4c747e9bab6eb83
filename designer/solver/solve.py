"""The best chain from a small map to a picture."""

from __future__ import annotations

from designer.chain import Chain
from designer.errors import NoChain
from designer.layers import Size
from designer.solver.best import evaluate, read_chain
from designer.solver.graph import deepening, explore
from designer.solver.order import NEAR
from designer.solver.problem import Problem
from designer.solver.solution import Solution, weigh_chain
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
    chain = find_best(problem)
    if chain is None:
        side = "×".join(str(side) for side in target)
        raise NoChain(f"no chain of the search space leads to {side}", target=list(target))
    solution = weigh_chain(chain, space=space, widths=widths)
    if budget is not None:
        _refuse_over_budget(solution, budget)
    return solution


def _refuse_over_budget(solution: Solution, budget: Budget) -> None:
    for name in ("parameters", "multiply_adds"):
        bound, figure = getattr(budget, name), getattr(solution, name)
        if bound is not None and figure > bound:
            raise NoChain(
                f"the best chain needs {figure} {name}, over the budget of {bound}",
                **{name: figure, "budget": bound},
            )


def find_best(problem: Problem) -> Chain | None:
    """The first chain of the order, or None where the space has none."""
    if problem.measure.weighs_offsets:
        graph = explore(problem, bound=NEAR, exact_only=True)
        if graph.reaches_start:
            return read_chain(problem, evaluate(problem, graph))
    for graph in deepening(problem):
        if graph.reaches_start:
            return read_chain(problem, evaluate(problem, graph))
    return None
