"""The frontier over departure, layers, parameters and multiply-adds.

Labels (departure, parameters, multiply-adds) are propagated backwards from the picture, one set
for every size at every depth. What follows a state does not depend on how it was reached, so
labels dominated at their state are dropped. Parameters and multiply-adds grow with a layer's
weights, while its departure depends on strides and offsets alone: only the layers with the fewest
weights can be on the frontier.
"""

from __future__ import annotations

from typing import NamedTuple

from designer.chains.backward_steps import BackwardStep
from designer.chains.pareto_front import ParetoFront, keep_non_dominated
from designer.chains.preference_order import WindowColumns, windows_from_columns
from designer.chains.search_problem import SearchProblem
from designer.geometry.chain import Chain
from designer.geometry.layers import Size

STEPS_PER_LABEL = 4
"""Search steps charged for extending one label by one layer, which takes about as long."""

PathCosts = tuple[int, int, int]
"""(departure, parameters, multiply_adds) of the layers between a state and the picture."""


class PathLabel(NamedTuple):
    """The preferred path to a state with these costs: its last layer and the label before it."""

    key: int
    size: Size
    columns: WindowColumns | tuple[()]
    previous: PathLabel | None

    @property
    def tie_break(self) -> tuple[WindowColumns | tuple[()], ...]:
        """The windows from the picture backwards, as the last step of the order compares them."""
        before = self.previous.tie_break if self.previous else ()
        return (*before, self.columns)


LabelSet = dict[tuple[PathCosts, bool], PathLabel]
"""Labels by their costs and whether all their layers are exact."""

FrontierPoint = tuple[int, int, int, int]
"""(departure, layers, parameters, multiply_adds) of a whole generator."""


def find_frontier(problem: SearchProblem) -> dict[FrontierPoint, Chain]:
    """One chain for each frontier point, in ascending order of the points.

    No chain is at least as good as a point in all four figures and better in one. If several
    chains have the same figures, the first of them in the order of preference is returned.

    Raises:
        SearchTooLarge: if the search exceeds the step limit.
    """
    found: dict[FrontierPoint, Chain] = {}
    for each in problem.by_levels():
        front = _pareto_front([*found])
        points = _points_of(each).items()
        found |= {p: chain for p, chain in points if not front.dominates((p[0], p[2], p[3]))}
    return {figures: found[figures] for figures in sorted(found)}


def _points_of(problem: SearchProblem) -> dict[FrontierPoint, Chain]:
    """The frontier of a problem in which a layer has one cost at a depth."""
    root = PathLabel(0, problem.target, (), None)
    level: dict[Size, LabelSet] = {problem.target: {((0, 0, 0), True): root}}
    frontier: dict[FrontierPoint, PathLabel] = {}
    for depth in range(1, problem.space.max_layers + 1):
        level = _one_layer_back(problem, level, depth)
        frontier.update(_points_at_depth(problem, level, depth, list(frontier)))
        level = _prune_labels(problem, level, depth, list(frontier))
    return {figures: _build_chain(label) for figures, label in frontier.items()}


def _one_layer_back(
    problem: SearchProblem, level: dict[Size, LabelSet], depth: int
) -> dict[Size, LabelSet]:
    before: dict[Size, LabelSet] = {}
    for size, labels in level.items():
        for step in problem.backward_steps.from_size(size):
            problem.step_limit.spend(STEPS_PER_LABEL * len(labels))
            _extend_labels(problem, labels, before.setdefault(step.before, {}), depth - 1, step)
    return before


def _prune_labels(
    problem: SearchProblem, level: dict[Size, LabelSet], depth: int, frontier: list[FrontierPoint]
) -> dict[Size, LabelSet]:
    """The labels worth extending.

    They are not dominated at their state nor, with the least cost of one more layer and a stem
    added, by the generators found so far, which have no more layers.
    """
    if depth == problem.space.max_layers:
        return {}
    pareto_front = _pareto_front(frontier)
    parameters, multiply_adds = problem.least_cost(depth)
    kept_labels = {}
    for size, labels in level.items():
        kept = {
            point
            for point in keep_non_dominated({point for point, _ in labels})
            if not pareto_front.dominates(
                (point[0], point[1] + parameters, point[2] + multiply_adds)
            )
        }
        if kept:
            kept_labels[size] = {
                label_key: label for label_key, label in labels.items() if label_key[0] in kept
            }
    return kept_labels


def _extend_labels(
    problem: SearchProblem, labels: LabelSet, into: LabelSet, depth: int, step: BackwardStep
) -> None:
    """Add every label of a state, extended by one layer, to the labels of the state before."""
    layer = problem.catalogue.cheapest_layer(step.strides, step.offsets)
    parameters, multiply_adds = problem.step_cost(depth, step, layer)
    step_key = problem.step_key(depth, step, layer)
    for ((departure, path_parameters, path_multiply_adds), exact), label in labels.items():
        point = (
            departure + step.departure,
            path_parameters + parameters,
            path_multiply_adds + multiply_adds,
        )
        label_key = (point, exact and step.exact)
        found = PathLabel(label.key + step_key, step.before, layer.columns, label)
        other = into.get(label_key)
        if other is None or _precedes(found, other):
            into[label_key] = found


def _precedes(one: PathLabel, other: PathLabel) -> bool:
    return one.key < other.key or (one.key == other.key and one.tie_break < other.tie_break)


def _points_at_depth(
    problem: SearchProblem, level: dict[Size, LabelSet], depth: int, frontier: list[FrontierPoint]
) -> dict[FrontierPoint, PathLabel]:
    """The frontier points with ``depth`` layers."""
    pareto_front = _pareto_front(frontier)
    found: dict[PathCosts, tuple[bool, PathLabel]] = {}
    for size, labels in level.items():
        if not problem.starts_at(size, depth):
            continue
        parameters, multiply_adds = problem.initial_cost(depth, size)
        departure = problem.reference.initial_departure(size)
        key = problem.initial_key(depth, size)
        for (before, exact), label in labels.items():
            point = (before[0] + departure, before[1] + parameters, before[2] + multiply_adds)
            if pareto_front.dominates(point):
                continue
            early = problem.reference.comes_first(exact=exact, departure=point[0])
            whole = (not early, label._replace(key=label.key + key))
            if point not in found or _comes_first(whole, found[point]):
                found[point] = whole
    return {
        (point[0], depth, point[1], point[2]): found[point][1]
        for point in keep_non_dominated(found)
    }


def _comes_first(one: tuple[bool, PathLabel], other: tuple[bool, PathLabel]) -> bool:
    return one[0] < other[0] or (one[0] == other[0] and _precedes(one[1], other[1]))


def _pareto_front(frontier: list[FrontierPoint]) -> ParetoFront:
    return ParetoFront((figures[0], figures[2], figures[3]) for figures in frontier)


def _build_chain(label: PathLabel) -> Chain:
    sizes, columns = [label.size], []
    while label.previous is not None:
        columns.append(label.columns)
        label = label.previous
        sizes.append(label.size)
    return Chain(
        sizes=tuple(sizes),
        windows=tuple(windows_from_columns(column) for column in columns if column),
    )
