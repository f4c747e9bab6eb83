"""Edits of the windows of several layers: the fewest layers, by dynamic programming per axis.

A state is the size before a layer and the number of layers changed so far, with the cheapest path
to it. Each layer adds its moves, the unchanged window among them. Layers that one axis changes are
not counted again on the next axis.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from designer.audit.ops.field_types import as_per_axis
from designer.audit.ops.layer import AuditLayer, AxisWindow
from designer.audit.repairs.changes import Change, ChangeList, set_field
from designer.audit.repairs.goal import Goal
from designer.audit.repairs.search_budget import SearchBudget
from designer.audit.trace import AuditNetwork, Trace

MAX_CHANGED_LAYERS = 4
"""Maximum number of layers that are changed together on one axis."""

MAX_SIZES = 300
"""Maximum number of sizes before a layer, for each number of changed layers."""

SEARCHED_FIELDS = ("kernel_size", "stride", "padding", "output_padding")
"""The fields of an ``AxisWindow``, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowPath:
    """A path to a size: the changed layers with their windows, and the cost."""

    cost: float
    changed: tuple[tuple[int, AxisWindow], ...] = ()


WindowPaths = dict[int, dict[int, WindowPath]]
"""The cheapest path by number of changed layers and by size."""


def multi_layer_edits(
    network: AuditNetwork, trace: Trace, goal: Goal, budget: SearchBudget
) -> Iterator[ChangeList]:
    """Windows for a few layers with which every axis reaches its wanted size.

    Only the tail of the network after its last layer of another kind is changed; the trace must
    reach the input of that tail.
    """
    axes = len(goal.wanted or ()) - 1
    start = _tail_start(network, axes)
    if goal.wanted is None or axes < 1 or start >= len(trace.shapes):
        return
    before = trace.shapes[start]
    if len(before) != axes + 2 or start == len(network.layers):
        return
    for order in (range(axes), reversed(range(axes))):
        paths: dict[int, WindowPath] = {}
        free: frozenset[int] = frozenset()
        for axis in order:
            path = _cheapest_path(
                network, start, axis, (before[axis + 2], goal.wanted[axis + 1]), free, budget
            )
            if path is None:
                return
            paths[axis] = path
            free |= {index for index, _ in path.changed}
        if free:
            yield _path_changes(network, paths, axes)


def _tail_start(network: AuditNetwork, axes: int) -> int:
    """Index after the last layer that is no norm and no convolution of these axes with numeric padding."""
    for index in range(len(network.layers) - 1, -1, -1):
        layer = network.layers[index]
        has_window = layer.has_axes(axes) and layer.axis_window(0) is not None
        if not has_window and layer.norm_kind is None:
            return index + 1
    return 0


def _cheapest_path(
    network: AuditNetwork,
    start: int,
    axis: int,
    ends: tuple[int, int],
    free: frozenset[int],
    budget: SearchBudget,
) -> WindowPath | None:
    """The path from one size to the other with the fewest changed layers, then the lowest cost."""
    size, wanted = ends
    paths: WindowPaths = {0: {size: WindowPath(cost=0.0)}}
    largest = 4 * max(size, wanted) + 64
    for index in range(start, len(network.layers)):
        layer = network.layers[index]
        now = layer.axis_window(axis)
        if now is not None:
            paths = _extend_paths(layer, now, index, axis, paths, largest, free, budget)
        if budget.is_spent:
            return None
    return next((paths[count][wanted] for count in sorted(paths) if wanted in paths[count]), None)


def _extend_paths(
    layer: AuditLayer,
    now: AxisWindow,
    index: int,
    axis: int,
    paths: WindowPaths,
    largest: int,
    free: frozenset[int],
    budget: SearchBudget,
) -> WindowPaths:
    after: WindowPaths = {}
    for count, sizes in paths.items():
        for size, path in sizes.items():
            moves = layer.window_moves(axis, size)
            budget.spend(1 + len(moves) // 16)
            for values, reached in moves:
                changed = values != now
                total = count + (changed and index not in free)
                if reached > largest or total > MAX_CHANGED_LAYERS:
                    continue
                cost = path.cost + (_move_cost(now, values) if changed else 0.0)
                best = after.setdefault(total, {}).get(reached)
                if best is None or cost < best.cost:
                    steps = (*path.changed, (index, values)) if changed else path.changed
                    after[total][reached] = WindowPath(cost=cost, changed=steps)
    return {count: _cheapest_sizes(sizes) for count, sizes in after.items()}


def _cheapest_sizes(sizes: Mapping[int, WindowPath]) -> dict[int, WindowPath]:
    """The ``MAX_SIZES`` cheapest sizes."""
    if len(sizes) <= MAX_SIZES:
        return dict(sizes)
    ranked = sorted(sizes.items(), key=lambda entry: (entry[1].cost, entry[0]))
    return dict(ranked[:MAX_SIZES])


def _move_cost(now: AxisWindow, values: AxisWindow) -> float:
    """Cost of a change: padding least, the stride most; new uneven overlap costs too."""
    costs = (1.0, 2.0, 0.3, 0.3)
    moved = sum(
        cost + 0.05 * abs(x - y) for cost, x, y in zip(costs, now, values, strict=True) if x != y
    )
    return moved + (0.5 if values[0] % values[1] and not now[0] % now[1] else 0.0)


def _path_changes(network: AuditNetwork, paths: Mapping[int, WindowPath], axes: int) -> ChangeList:
    """The field changes of the paths of all axes together."""
    changed: list[Change] = []
    touched = sorted({index for path in paths.values() for index, _ in path.changed})
    for index in touched:
        now = [
            window for axis in range(axes) if (window := network.layers[index].axis_window(axis))
        ]
        new = [dict(paths[axis].changed).get(index, now[axis]) for axis in range(axes)]
        for name, old, values in zip(
            SEARCHED_FIELDS, zip(*now, strict=True), zip(*new, strict=True), strict=True
        ):
            if values != old:
                changed.append(set_field(network, index, name, as_per_axis(values)))
    return tuple(changed)
