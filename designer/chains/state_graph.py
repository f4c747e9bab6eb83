"""The part of the search space within a bound on departure, as sizes by depth."""

from __future__ import annotations

from dataclasses import dataclass

from designer.chains.backward_steps import BackwardStep
from designer.chains.search_problem import SearchProblem
from designer.geometry.layers import Size


@dataclass(frozen=True, slots=True, kw_only=True)
class StateGraph:
    """The sizes by depth that chains of at most ``bound`` departure may pass.

    ``levels[d]`` maps a size d layers before the picture to the least departure between them.
    ``next_bound`` is the least departure that was excluded, or None if none was. The graph also
    contains paths beyond the bound; the departure in their keys identifies them.
    """

    levels: tuple[dict[Size, int], ...]
    bound: int
    exact_only: bool
    next_bound: int | None
    reaches_start: bool


def build_state_graph(
    problem: SearchProblem, *, bound: int, exact_only: bool = False
) -> StateGraph:
    """The graph of sizes within the bound, built backwards from the picture.

    Raises:
        SearchTooLarge: if the search exceeds the step limit.
    """
    levels: list[dict[Size, int]] = [{problem.target: 0}]
    beyond: list[int] = []
    reaches_start = False
    while levels[-1] and len(levels) <= problem.space.max_layers:
        level: dict[Size, int] = {}
        for size, departure in levels[-1].items():
            steps = problem.backward_steps.from_size(size)
            problem.step_limit.spend(len(steps))
            for step in steps:
                if exact_only and not step.exact:
                    continue
                reached = departure + step.departure
                if reached > bound:
                    beyond.append(reached)
                elif reached < level.get(step.before, reached + 1):
                    level[step.before] = reached
        levels.append(level)
        for size, departure in level.items():
            if problem.starts_at(size, len(levels) - 1):
                total = departure + problem.reference.initial_departure(size)
                if total > bound:
                    beyond.append(total)
                else:
                    reaches_start = True
    return StateGraph(
        levels=tuple(levels),
        bound=bound,
        exact_only=exact_only,
        next_bound=min(beyond, default=None),
        reaches_start=reaches_start,
    )


def steps_in_graph(
    problem: SearchProblem, graph: StateGraph, depth: int, size: Size
) -> list[BackwardStep]:
    """The backward steps from a size that stay in the graph."""
    if depth + 1 >= len(graph.levels):
        return []
    departure, below = graph.levels[depth][size], graph.levels[depth + 1]
    return [
        step
        for step in problem.backward_steps.from_size(size)
        if step.before in below
        and departure + step.departure <= graph.bound
        and not (graph.exact_only and not step.exact)
    ]
