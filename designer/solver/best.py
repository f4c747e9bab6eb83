"""The best chain of a graph: dynamic programming over (depth from the picture, size).

    value(d, o) = min over the ways on:  initial key, where a chain may start from o
                                         layer key + value(d + 1, i), for every step back to i

The key is one integer whose sums compare like the steps of the order. At equal keys the window
nearest the picture decides, and since that window fixes the size before it, the choice at one
state settles the tie: what comes after need not be compared.
"""

from __future__ import annotations

from typing import NamedTuple

from designer.chain import Chain
from designer.layers import Size, Windows
from designer.solver.graph import Graph, steps_within
from designer.solver.moves import Step
from designer.solver.order import windows_of
from designer.solver.problem import Problem


class Value(NamedTuple):
    """The least key from a state to a start, and the step that gives it (None: start here)."""

    key: int
    step: Step | None


Values = tuple[dict[Size, Value], ...]
"""Per depth, the value of every size from which a start can be reached."""


def evaluate(problem: Problem, graph: Graph) -> Values:
    """The value of every state of a graph, from the deepest up to the picture."""
    values: list[dict[Size, Value]] = [{} for _ in graph.levels]
    for depth in reversed(range(len(graph.levels))):
        below = values[depth + 1] if depth + 1 < len(values) else {}
        for size in graph.levels[depth]:
            value = _evaluate_state(problem, graph, below, depth, size)
            if value is not None:
                values[depth][size] = value
    return tuple(values)


def _evaluate_state(
    problem: Problem, graph: Graph, below: dict[Size, Value], depth: int, size: Size
) -> Value | None:
    best: Value | None = None
    if depth and problem.starts_at(size):
        best = Value(problem.initial_key(depth, size), None)
    for step in steps_within(problem, graph, depth, size):
        further = below.get(step.before)
        if further is None:
            continue
        scale = problem.scales[depth] * step.positions
        key = step.layer.key + step.layer.taps * scale + further.key
        if best is None or key < best.key or (key == best.key and _precedes(step, best.step)):
            best = Value(key, step)
    return best


def _precedes(step: Step, other: Step | None) -> bool:
    assert other is not None, "chains of different lengths have different keys"
    return step.layer.columns < other.layer.columns


def read_chain(problem: Problem, values: Values) -> Chain:
    """The best chain: the best step at every state, from the picture to the start."""
    sizes: list[Size] = [problem.target]
    windows: list[Windows] = []
    depth = 0
    while (step := values[depth][sizes[0]].step) is not None:
        sizes.insert(0, step.before)
        windows.insert(0, windows_of(step.layer.columns))
        depth += 1
    return Chain(sizes=tuple(sizes), windows=tuple(windows))
