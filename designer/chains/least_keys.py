"""The least key from every state of a graph to a start: dynamic programming over (depth, size).

    value(d, o) = min over the ways on:  initial key, where a chain may start from o
                                         layer key + value(d + 1, i), for every step back to i

The key is one integer whose sums compare like the steps of the order. Under a budget one value is
not enough: the cheapest way on may cost too much. Then a state keeps every value that none other
beats in key, parameters and multiply-adds alike, the least key first; the first of them that fits
what is left of the budget is the exact value there.
"""

from __future__ import annotations

from designer.chains.moves import Step
from designer.chains.pareto_front import Triple, keep_unbeaten
from designer.chains.search_problem import Cost, Problem
from designer.chains.state_graph import Graph, steps_within
from designer.geometry.layers import Size

Label = Triple
"""(key, parameters, multiply_adds) of a way from a state to a start."""

Rest = tuple[int | None, int | None]
"""What is left of a budget of parameters and of multiply-adds; None bounds nothing."""

NO_LIMIT: Rest = (None, None)


class Values:
    """The labels of every state of a graph from which a start can be reached."""

    def __init__(self, problem: Problem, graph: Graph, rest: Rest = NO_LIMIT) -> None:
        self._problem = problem
        self._rest = rest
        self.labels: list[dict[Size, list[Label]]] = [{} for _ in graph.levels]
        find = self._least if rest == NO_LIMIT else self._unbeaten
        for depth in reversed(range(len(graph.levels))):
            for size in graph.levels[depth]:
                steps = steps_within(problem, graph, depth, size)
                labels = find(depth, size, steps)
                if labels:
                    self.labels[depth][size] = labels

    def least(self, depth: int, size: Size, rest: Rest) -> int | None:
        """The least key from a state to a start that the rest of the budget allows, if any."""
        for key, parameters, multiply_adds in self.labels[depth].get(size, ()):
            if fits((parameters, multiply_adds), rest):
                return key
        return None

    def _least(self, depth: int, size: Size, steps: list[Step]) -> list[Label]:
        problem = self._problem
        below = self.labels[depth + 1] if steps else {}
        keys = [
            problem.step_key(depth, step, problem.best_layer(step)) + below[step.before][0][0]
            for step in steps
            if step.before in below
        ]
        if depth and problem.starts_at(size):
            keys.append(problem.initial_key(depth, size))
        return [(min(keys), 0, 0)] if keys else []

    def _unbeaten(self, depth: int, size: Size, steps: list[Step]) -> list[Label]:
        problem = self._problem
        below = self.labels[depth + 1] if steps else {}
        labels: list[Label] = []
        if depth and problem.starts_at(size):
            cost = self._weighed(problem.initial_cost(depth, size))
            labels.append((problem.initial_key(depth, size), *cost))
        for step in steps:
            further = below.get(step.before, [])
            for layer in problem.catalogue.ever_leaner_layers(step.strides, step.offsets):
                problem.effort.spend(len(further))
                key = problem.step_key(depth, step, layer)
                parameters, multiply_adds = self._weighed(problem.step_cost(depth, step, layer))
                labels += [(key + k, parameters + p, multiply_adds + m) for k, p, m in further]
        return keep_unbeaten([label for label in labels if fits(label[1:], self._rest)])

    def _weighed(self, cost: Cost) -> Cost:
        """A cost with 0 for what the budget does not bound, so that it makes no labels of its own."""
        return (
            0 if self._rest[0] is None else cost[0],
            0 if self._rest[1] is None else cost[1],
        )


def fits(cost: Cost, rest: Rest) -> bool:
    """Whether what is left of a budget allows a cost.

    >>> fits((5, 5), (5, None)), fits((5, 5), (None, 4))
    (True, False)
    """
    return all(bound is None or part <= bound for part, bound in zip(cost, rest, strict=True))
