"""The least key from every state of a graph to an initial map: dynamic programming.

    value(d, o) = min over the moves:  initial key, if a chain may start from o
                                       layer key + value(d + 1, i), for every backward step to i

The key is one integer whose sums compare like the steps of the order. With a budget one value is
not enough, as the continuation with the least key may cost too much. Then a state has every value
that is not dominated in key, parameters and multiply-adds, the least key first; the first of them
within the remaining budget is the exact value.
"""

from __future__ import annotations

from designer.chains.backward_steps import BackwardStep
from designer.chains.pareto_front import Triple, keep_non_dominated
from designer.chains.search_problem import SearchProblem
from designer.chains.state_graph import StateGraph, steps_in_graph
from designer.geometry.cost import Cost
from designer.geometry.layers import Size

CostToGo = Triple
"""(key, parameters, multiply_adds) of a path from a state to an initial map."""

RemainingBudget = tuple[int | None, int | None]
"""Remaining parameters and multiply-adds of a budget; None is unlimited."""

NO_LIMIT: RemainingBudget = (None, None)


class ValueFunction:
    """The costs to go of every state of a graph from which an initial map can be reached."""

    def __init__(
        self, problem: SearchProblem, graph: StateGraph, remaining: RemainingBudget = NO_LIMIT
    ) -> None:
        self._problem = problem
        self._remaining = remaining
        self.costs_to_go: list[dict[Size, list[CostToGo]]] = [{} for _ in graph.levels]
        find = self._unbounded_costs if remaining == NO_LIMIT else self._pareto_costs
        for depth in reversed(range(len(graph.levels))):
            for size in graph.levels[depth]:
                steps = steps_in_graph(problem, graph, depth, size)
                costs_to_go = find(depth, size, steps)
                if costs_to_go:
                    self.costs_to_go[depth][size] = costs_to_go

    def least_key(self, depth: int, size: Size, remaining: RemainingBudget) -> int | None:
        """The least key from a state to an initial map within the remaining budget, if any."""
        for key, parameters, multiply_adds in self.costs_to_go[depth].get(size, ()):
            if is_within_budget((parameters, multiply_adds), remaining):
                return key
        return None

    def _unbounded_costs(self, depth: int, size: Size, steps: list[BackwardStep]) -> list[CostToGo]:
        problem = self._problem
        below = self.costs_to_go[depth + 1] if steps else {}
        keys = [
            problem.step_key(depth, step, problem.best_layer(step)) + below[step.before][0][0]
            for step in steps
            if step.before in below
        ]
        if depth and problem.starts_at(size, depth):
            keys.append(problem.initial_key(depth, size))
        return [(min(keys), 0, 0)] if keys else []

    def _pareto_costs(self, depth: int, size: Size, steps: list[BackwardStep]) -> list[CostToGo]:
        problem = self._problem
        below = self.costs_to_go[depth + 1] if steps else {}
        costs_to_go: list[CostToGo] = []
        if depth and problem.starts_at(size, depth):
            cost = self._bounded_parts(problem.initial_cost(depth, size))
            costs_to_go.append((problem.initial_key(depth, size), *cost))
        for step in steps:
            further = below.get(step.before, [])
            for layer in problem.catalogue.pareto_layers(step.strides, step.offsets):
                problem.step_limit.spend(len(further))
                key = problem.step_key(depth, step, layer)
                parameters, multiply_adds = self._bounded_parts(
                    problem.step_cost(depth, step, layer)
                )
                costs_to_go += [(key + k, parameters + p, multiply_adds + m) for k, p, m in further]
        return keep_non_dominated(
            [label for label in costs_to_go if is_within_budget(label[1:], self._remaining)]
        )

    def _bounded_parts(self, cost: Cost) -> Cost:
        """A cost with 0 for each unlimited part, so that it adds no non-dominated labels."""
        return (
            0 if self._remaining[0] is None else cost[0],
            0 if self._remaining[1] is None else cost[1],
        )


def is_within_budget(cost: Cost, remaining: RemainingBudget) -> bool:
    """Whether a cost is within the remaining budget.

    >>> is_within_budget((5, 5), (5, None)), is_within_budget((5, 5), (None, 4))
    (True, False)
    """
    return all(bound is None or part <= bound for part, bound in zip(cost, remaining, strict=True))
