"""Edits of several layers' windows: the fewest layers, found axis by axis by dynamic programming.

Along one axis a chain of windows takes a size to a size. For every size that can be reached before a
layer it is known how few layers had to change and how cheaply; the next layer adds its own moves,
the unchanged one among them. The axes share their layers: what one axis changes is free for the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from designer.audit.ops.convolutions import ConvLayer, ConvTransposeLayer
from designer.audit.ops.layer import Layer
from designer.audit.ops.layer_errors import Shape
from designer.audit.ops.norms import Normalizing
from designer.audit.repairs.changes import Changes, set_field
from designer.audit.repairs.goal import Goal
from designer.audit.repairs.work_limit import Work
from designer.audit.trace import Network, Trace
from designer.geometry.axis import conv_output_size, kernel_span, transposed_offset

MAX_CHANGED = 4
"""Most layers that are changed together on one axis."""

MAX_SIZES = 300
"""Most sizes that are kept before a layer, for every number of changed layers."""

FIELDS = ("kernel_size", "stride", "padding", "output_padding")

Values = tuple[int, int, int, int]
"""One axis of a window, in the order of ``FIELDS``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a size was reached: which layers changed to what, and at what price."""

    price: float
    changed: tuple[tuple[int, Values], ...] = ()


Ways = dict[int, dict[int, Way]]
"""By the number of changed layers and the size: the cheapest way."""


def several_edits(network: Network, trace: Trace, goal: Goal, work: Work) -> Iterator[Changes]:
    """Windows for a few layers that lead every axis to its wanted size.

    Only the tail of the network behind its last layer of another kind is changed; it must begin
    with the map that the trace reached.
    """
    start = _tail(network)
    axes = len(goal.wanted or ()) - 1
    if goal.wanted is None or axes < 1 or start >= len(trace.shapes):
        return
    before = trace.shapes[start]
    if len(before) != axes + 2 or start == len(network.layers):
        return
    for order in (range(axes), reversed(range(axes))):
        ways: dict[int, Way] = {}
        free: frozenset[int] = frozenset()
        for axis in order:
            way = _cheapest(
                network, start, axis, (before[axis + 2], goal.wanted[axis + 1]), free, work
            )
            if way is None:
                return
            ways[axis] = way
            free |= {index for index, _ in way.changed}
        if free:
            yield _changes(network, ways, axes)


def _tail(network: Network) -> int:
    """Index behind the last layer that is neither a convolution nor a norm."""
    for index in range(len(network.layers) - 1, -1, -1):
        layer = network.layers[index]
        named = isinstance(layer, ConvLayer) and isinstance(layer.padding, str)
        if named or not isinstance(layer, ConvLayer | ConvTransposeLayer | Normalizing):
            return index + 1
    return 0


def _cheapest(
    network: Network,
    start: int,
    axis: int,
    ends: tuple[int, int],
    free: frozenset[int],
    work: Work,
) -> Way | None:
    """The way from one size to the other with the fewest changed layers, then the lowest price."""
    size, wanted = ends
    ways: Ways = {0: {size: Way(price=0.0)}}
    largest = 4 * max(size, wanted) + 64
    for index in range(start, len(network.layers)):
        layer = network.layers[index]
        if isinstance(layer, ConvLayer | ConvTransposeLayer):
            ways = _next_ways(layer, index, axis, ways, largest, free, work)
        if work.spent:
            return None
    return next((ways[count][wanted] for count in sorted(ways) if wanted in ways[count]), None)


def _next_ways(
    layer: ConvLayer | ConvTransposeLayer,
    index: int,
    axis: int,
    ways: Ways,
    largest: int,
    free: frozenset[int],
    work: Work,
) -> Ways:
    after: Ways = {}
    now = _window(layer, axis)
    for count, sizes in ways.items():
        for size, way in sizes.items():
            moves = _moves(layer.op, now, _dilation(layer, axis), size)
            work.left -= 1 + len(moves) // 16
            for values, reached in moves:
                changed = values != now
                total = count + (changed and index not in free)
                if reached > largest or total > MAX_CHANGED:
                    continue
                price = way.price + (_price(now, values) if changed else 0.0)
                best = after.setdefault(total, {}).get(reached)
                if best is None or price < best.price:
                    steps = (*way.changed, (index, values)) if changed else way.changed
                    after[total][reached] = Way(price=price, changed=steps)
    return {count: _kept(sizes) for count, sizes in after.items()}


def _kept(sizes: Mapping[int, Way]) -> dict[int, Way]:
    """The cheapest sizes, as many as are kept."""
    if len(sizes) <= MAX_SIZES:
        return dict(sizes)
    ranked = sorted(sizes.items(), key=lambda entry: (entry[1].price, entry[0]))
    return dict(ranked[:MAX_SIZES])


@lru_cache(maxsize=20_000)
def _moves(op: str, now: Values, dilation: int, size: int) -> tuple[tuple[Values, int], ...]:
    """Every window near this one with the size that it leads to, itself first."""
    found = []
    for values in _near(op, now, dilation, size):
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


def _near(op: str, now: Values, dilation: int, size: int) -> Iterator[Values]:
    """The window itself; one or two of its fields changed; a kernel as large as a small map."""
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


def _price(now: Values, values: Values) -> float:
    """Padding is cheap, the kernel dearer, the stride dearest; uneven overlap costs as well."""
    prices = (1.0, 2.0, 0.3, 0.3)
    moved = sum(
        price + 0.05 * abs(x - y) for price, x, y in zip(prices, now, values, strict=True) if x != y
    )
    return moved + (0.5 if values[0] % values[1] and not now[0] % now[1] else 0.0)


def _window(layer: ConvLayer | ConvTransposeLayer, axis: int) -> Values:
    names = FIELDS if isinstance(layer, ConvTransposeLayer) else FIELDS[:3]
    values = [_entry(layer, name, axis) for name in names]
    return (values[0], values[1], values[2], values[3] if len(values) > 3 else 0)


def _dilation(layer: Layer, axis: int) -> int:
    return _entry(layer, "dilation", axis)


def _entry(layer: Layer, name: str, axis: int) -> int:
    value = getattr(layer, name)
    found: int = value[axis] if isinstance(value, tuple) else value
    return found


def _changes(network: Network, ways: Mapping[int, Way], axes: int) -> Changes:
    """The changes of fields that the ways of all axes amount to."""
    changed: list[Changes] = []
    touched = sorted({index for way in ways.values() for index, _ in way.changed})
    for index in touched:
        layer = network.layers[index]
        assert isinstance(layer, ConvLayer | ConvTransposeLayer)
        rows = [dict(ways[axis].changed).get(index, _window(layer, axis)) for axis in range(axes)]
        for place, name in enumerate(FIELDS):
            values: Shape = tuple(row[place] for row in rows)
            if values != tuple(_window(layer, axis)[place] for axis in range(axes)):
                value = values[0] if len(set(values)) == 1 else values
                changed.append((set_field(network, index, name, value),))
    return tuple(change for each in changed for change in each)
