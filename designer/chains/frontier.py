"""The frontier over departure, layers, parameters and multiply-adds: what can be traded for what.

Labels (departure, parameters, multiply-adds) are carried back from the picture, one set for every
size at every depth; what follows a state does not depend on how it was reached, so a label that
another one matches or betters there is never needed. Parameters and multiply-adds grow with a
layer's taps, while its departure depends on strides and offsets alone: so only the layers of the
fewest taps can be on the frontier.
"""

from __future__ import annotations

from typing import NamedTuple

from designer.chains.moves import Step
from designer.chains.pareto_front import Front, keep_unbeaten
from designer.chains.preference_order import NEAR, Columns, windows_of
from designer.chains.search_problem import Problem
from designer.geometry.chain import Chain
from designer.geometry.layers import Size

STEPS_PER_LABEL = 4
"""What carrying a label one layer on is charged, in steps looked at: it takes about as long."""

Point = tuple[int, int, int]
"""(departure, parameters, multiply_adds) of the layers between a state and the picture."""


class Label(NamedTuple):
    """The best way to a state with these figures: its last layer, and the label before it."""

    key: int
    size: Size
    columns: Columns | tuple[()]
    previous: Label | None

    @property
    def ranks(self) -> tuple[Columns | tuple[()], ...]:
        """The windows from the picture's end, as the last step of the order compares them."""
        before = self.previous.ranks if self.previous else ()
        return (*before, self.columns)


State = dict[tuple[Point, bool], Label]
"""Labels by their figures and whether all their layers are exact."""

Figures = tuple[int, int, int, int]
"""(departure, layers, parameters, multiply_adds) of a whole generator."""


def find_frontier(problem: Problem) -> dict[Figures, Chain]:
    """One chain for each point: no other is as good in all four figures and better in one.

    Where several chains have a point's figures, it is the first of them in the order of
    preference. The points come in ascending order.

    Raises:
        SearchTooLarge: past the bound on steps.
    """
    nothing = Label(0, problem.target, (), None)
    level: dict[Size, State] = {problem.target: {((0, 0, 0), True): nothing}}
    ends: dict[Figures, Label] = {}
    for depth in range(1, problem.space.max_layers + 1):
        level = _one_layer_back(problem, level, depth)
        ends.update(_ends_at(problem, level, depth, list(ends)))
        level = _promising(problem, level, depth, list(ends))
    return {figures: _chain_of(ends[figures]) for figures in sorted(ends)}


def _one_layer_back(problem: Problem, level: dict[Size, State], depth: int) -> dict[Size, State]:
    before: dict[Size, State] = {}
    for size, state in level.items():
        for step in problem.moves.back(size):
            problem.effort.spend(STEPS_PER_LABEL * len(state))
            _extend(problem, state, before.setdefault(step.before, {}), depth - 1, step)
    return before


def _promising(
    problem: Problem, level: dict[Size, State], depth: int, ends: list[Figures]
) -> dict[Size, State]:
    """The labels worth carrying on.

    They are unbeaten at their state, and with the least that one more layer and a stem add still
    unbeaten by the generators found so far, which have no more layers.
    """
    if depth == problem.space.max_layers:
        return {}
    front = _front_of(ends)
    parameters, multiply_adds = problem.least_cost(depth)
    promising = {}
    for size, state in level.items():
        kept = {
            point
            for point in keep_unbeaten({point for point, _ in state})
            if not front.beats((point[0], point[1] + parameters, point[2] + multiply_adds))
        }
        if kept:
            promising[size] = {place: label for place, label in state.items() if place[0] in kept}
    return promising


def _extend(problem: Problem, state: State, into: State, depth: int, step: Step) -> None:
    """Put every label of a state, one layer longer, into the state before it."""
    layer = problem.catalogue.leanest_layer(step.strides, step.offsets)
    parameters, multiply_adds = problem.step_cost(depth, step, layer)
    own_key = problem.step_key(depth, step, layer)
    for ((departure, so_far, done), exact), label in state.items():
        point = (departure + step.departure, so_far + parameters, done + multiply_adds)
        place = (point, exact and step.exact)
        found = Label(label.key + own_key, step.before, layer.columns, label)
        other = into.get(place)
        if other is None or _precedes(found, other):
            into[place] = found


def _precedes(one: Label, other: Label) -> bool:
    return one.key < other.key or (one.key == other.key and one.ranks < other.ranks)


def _ends_at(
    problem: Problem, level: dict[Size, State], depth: int, ends: list[Figures]
) -> dict[Figures, Label]:
    """The frontier's points of so many layers."""
    front = _front_of(ends)
    found: dict[Point, tuple[bool, Label]] = {}
    for size, state in level.items():
        if not problem.starts_at(size):
            continue
        parameters, multiply_adds = problem.initial_cost(depth, size)
        departure = problem.measure.initial_departure(size)
        key = problem.initial_key(depth, size)
        for (before, exact), label in state.items():
            point = (before[0] + departure, before[1] + parameters, before[2] + multiply_adds)
            if front.beats(point):
                continue
            late = problem.measure.weighs_offsets and not (exact and point[0] <= NEAR)
            whole = (late, label._replace(key=label.key + key))
            if point not in found or _comes_first(whole, found[point]):
                found[point] = whole
    return {
        (point[0], depth, point[1], point[2]): found[point][1] for point in keep_unbeaten(found)
    }


def _comes_first(one: tuple[bool, Label], other: tuple[bool, Label]) -> bool:
    return one[0] < other[0] or (one[0] == other[0] and _precedes(one[1], other[1]))


def _front_of(ends: list[Figures]) -> Front:
    return Front((figures[0], figures[2], figures[3]) for figures in ends)


def _chain_of(label: Label) -> Chain:
    sizes, columns = [label.size], []
    while label.previous is not None:
        columns.append(label.columns)
        label = label.previous
        sizes.append(label.size)
    return Chain(
        sizes=tuple(sizes), windows=tuple(windows_of(column) for column in columns if column)
    )
