"""Edits of the windows of several layers: the fewest layers, by dynamic programming per axis.

A state is the size before a layer and the number of layers changed so far, with the cheapest path
to it. Each layer adds its moves, the unchanged window among them. Layers that one axis changes are
not counted again on the next axis.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from designer.audit.ops.conv import ConvLayer
from designer.audit.ops.conv_transpose import ConvTransposeLayer
from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.ops.norms import NormalizationLayer
from designer.audit.repairs.changes import ChangeList, set_field
from designer.audit.repairs.goal import Goal
from designer.audit.repairs.search_budget import SearchBudget
from designer.audit.trace import AuditNetwork, Trace
from designer.geometry.axis import conv_output_size, kernel_span, transposed_offset

MAX_CHANGED_LAYERS = 4
"""Maximum number of layers that are changed together on one axis."""

MAX_SIZES = 300
"""Maximum number of sizes before a layer, for each number of changed layers."""

SEARCHED_FIELDS = ("kernel_size", "stride", "padding", "output_padding")

AxisWindow = tuple[int, int, int, int]
"""One axis of a window, in the order of ``SEARCHED_FIELDS``."""


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
    start = _tail_start(network)
    axes = len(goal.wanted or ()) - 1
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


def _tail_start(network: AuditNetwork) -> int:
    """Index after the last layer that is neither a convolution with numeric padding nor a norm."""
    for index in range(len(network.layers) - 1, -1, -1):
        layer = network.layers[index]
        named = isinstance(layer, ConvLayer) and isinstance(layer.padding, str)
        if named or not isinstance(layer, ConvLayer | ConvTransposeLayer | NormalizationLayer):
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
        if isinstance(layer, ConvLayer | ConvTransposeLayer):
            paths = _extend_paths(layer, index, axis, paths, largest, free, budget)
        if budget.is_spent:
            return None
    return next((paths[count][wanted] for count in sorted(paths) if wanted in paths[count]), None)


def _extend_paths(
    layer: ConvLayer | ConvTransposeLayer,
    index: int,
    axis: int,
    paths: WindowPaths,
    largest: int,
    free: frozenset[int],
    budget: SearchBudget,
) -> WindowPaths:
    after: WindowPaths = {}
    now = _window(layer, axis)
    for count, sizes in paths.items():
        for size, path in sizes.items():
            moves = _window_moves(layer.op, now, _dilation(layer, axis), size)
            budget.remaining -= 1 + len(moves) // 16
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


@lru_cache(maxsize=20_000)
def _window_moves(
    op: str, now: AxisWindow, dilation: int, size: int
) -> tuple[tuple[AxisWindow, int], ...]:
    """Every window near this one with its output size, the window itself first."""
    found = []
    for values in _nearby_windows(op, now, dilation, size):
        kernel, stride, padding, extra = values
        fields = {"kernel_size": kernel, "stride": stride, "padding": padding, "dilation": dilation}
        if op == "conv_transpose":
            reached = stride * size + transposed_offset(**fields, output_padding=extra)
        elif size + 2 * padding < kernel_span(kernel, dilation):
            continue
        else:
            reached = conv_output_size(size, **fields)
        if reached >= 1:
            found.append((values, reached))
    return tuple(found)


def _nearby_windows(op: str, now: AxisWindow, dilation: int, size: int) -> Iterator[AxisWindow]:
    """The window, those with one or two other fields, and with a kernel as large as a small map."""
    kernel, stride, padding, extra = now
    yield now
    extras = range(3) if op == "conv_transpose" else range(1)
    paddings = sorted({*range(4), padding})
    kernels = sorted({*range(max(1, kernel - 2), kernel + 5), 2, 3, 4, 5, 6})
    for s in sorted({1, 2, 3, 4, stride}):
        for k in kernels:
            for p in paddings:
                for a in extras:
                    values = (k, s, p, a)
                    differing = sum(x != y for x, y in zip(values, now, strict=True))
                    if 1 <= differing <= 2 and a < max(s, dilation) and p <= dilation * (k - 1):
                        yield values
    if op == "conv_transpose" and size == 1:
        for k in range(1, 129):
            yield (k, stride, padding, extra)
    elif op == "conv" and kernel > 1 and dilation == 1 and size <= 64:
        yield (size + 2 * padding, stride, padding, extra)


def _move_cost(now: AxisWindow, values: AxisWindow) -> float:
    """Cost of a change: padding least, the stride most; new uneven overlap costs too."""
    costs = (1.0, 2.0, 0.3, 0.3)
    moved = sum(
        cost + 0.05 * abs(x - y) for cost, x, y in zip(costs, now, values, strict=True) if x != y
    )
    return moved + (0.5 if values[0] % values[1] and not now[0] % now[1] else 0.0)


def _window(layer: ConvLayer | ConvTransposeLayer, axis: int) -> AxisWindow:
    names = SEARCHED_FIELDS if isinstance(layer, ConvTransposeLayer) else SEARCHED_FIELDS[:3]
    values = [_entry(layer, name, axis) for name in names]
    return (values[0], values[1], values[2], values[3] if len(values) > 3 else 0)


def _dilation(layer: AuditLayer, axis: int) -> int:
    return _entry(layer, "dilation", axis)


def _entry(layer: AuditLayer, name: str, axis: int) -> int:
    value = getattr(layer, name)
    found: int = value[axis] if isinstance(value, tuple) else value
    return found


def _path_changes(network: AuditNetwork, paths: Mapping[int, WindowPath], axes: int) -> ChangeList:
    """The field changes of the paths of all axes together."""
    changed: list[ChangeList] = []
    touched = sorted({index for path in paths.values() for index, _ in path.changed})
    for index in touched:
        layer = network.layers[index]
        assert isinstance(layer, ConvLayer | ConvTransposeLayer)
        rows = [dict(paths[axis].changed).get(index, _window(layer, axis)) for axis in range(axes)]
        for place, name in enumerate(SEARCHED_FIELDS):
            values: TensorShape = tuple(row[place] for row in rows)
            if values != tuple(_window(layer, axis)[place] for axis in range(axes)):
                value = values[0] if len(set(values)) == 1 else values
                changed.append((set_field(network, index, name, value),))
    return tuple(change for each in changed for change in each)
