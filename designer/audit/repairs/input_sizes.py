"""Other input sizes: the nearest that a network serves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from math import log2

from designer.audit.ops.convolutions import ConvLayer
from designer.audit.ops.layer_errors import Shape
from designer.audit.repairs.changes import Change, Changes
from designer.audit.repairs.goal import Goal
from designer.audit.repairs.work_limit import Work
from designer.audit.trace import Network, Trace
from designer.geometry.axis import inverse_output_padding
from designer.limits import MAX_LENGTH, MAX_SIDE

NEAREST = 3
"""How many sizes are named."""

LOOKED_AT = 40
"""How many sizes that serve are compared."""

REACH = 4
"""How far from its own size an input is taken: up to so many times as large."""


def served_inputs(network: Network, goal: Goal, work: Work, *, most: int) -> list[Shape]:
    """Input shapes of the same channels that reach the goal: the nearest, round ones first.

    Equal sides are tried together, unequal ones each by itself and rounded to powers of two.
    """
    channels, *sizes = network.input_shape
    if not sizes:
        return []
    found: list[tuple[float, Shape]] = []
    for shape in _nearby(channels, tuple(sizes)):
        if work.spent or len(found) >= LOOKED_AT:
            break
        changed = replace(network, input_shape=shape)
        trace = work.trace(changed)
        if goal.reached(changed, trace):
            found.append((_strangeness(network.input_shape, shape, rests(changed, trace)), shape))
    return [shape for _, shape in sorted(found)[:most]]


def input_edits(network: Network, goal: Goal, work: Work) -> Iterator[Changes]:
    """The input made to suit the network."""
    for shape in served_inputs(network, goal, work, most=NEAREST):
        change = Change(index=-1, field="input_shape", before=network.input_shape, after=shape)
        yield (change,)


def rests(network: Network, trace: Trace) -> int:
    """How often a stride does not divide: positions behind the last window, on any axis."""
    count = 0
    for layer, before in zip(network.layers, trace.shapes, strict=False):
        if isinstance(layer, ConvLayer) and layer.padding != "same":
            axes = layer.axes(before)
            for window, side in zip(layer.windows(axes), before[-axes:], strict=True):
                count += (
                    inverse_output_padding(
                        side,
                        kernel_size=window.kernel_size,
                        stride=window.stride,
                        padding=window.padding,
                        dilation=window.dilation,
                    )
                    != 0
                )
    return count


def _strangeness(shape: Shape, other: Shape, rest: int) -> float:
    """How far away the sizes are, in octaves, less for each 2 that divides them all."""
    moved = [abs(log2(a / b)) for a, b in zip(shape[1:], other[1:], strict=True)]
    twos = min((side & -side).bit_length() - 1 for side in other[1:])
    return max(moved) + 0.5 * min(rest, 1) - 0.25 * min(twos, 6)


def _nearby(channels: int, sizes: Shape) -> Iterator[Shape]:
    """Shapes by their distance: unequal sides are moved alone and together, equal ones together."""
    limit = MAX_LENGTH if len(sizes) == 1 else MAX_SIDE
    seen = {sizes}
    small = range(-8, 9)
    steps = sorted(product(small, repeat=len(sizes)), key=lambda step: (sum(map(abs, step)), step))
    equal = ((size,) * len(sizes) for size in _around(max(sizes), REACH * max(sizes) + 64, limit))
    moved = (tuple(s + d for s, d in zip(sizes, step, strict=True)) for step in steps)
    candidates = [equal, moved] if len(set(sizes)) == 1 else [moved, _multiples(sizes, limit)]
    for group in candidates:
        for shape in group:
            if shape not in seen and min(shape) >= 1 and max(shape) <= limit:
                seen.add(shape)
                yield (channels, *shape)


def _around(size: int, most: int, limit: int) -> Iterator[int]:
    for distance in range(1, max(size, most)):
        if size + distance <= min(limit, most):
            yield size + distance
        if size - distance >= 1:
            yield size - distance


def _multiples(sizes: Shape, limit: int) -> Iterator[Shape]:
    """Each side rounded up and down to multiples of powers of two: 50×150 to 64×160."""
    for power in (4, 8, 16, 32, 64, 128):
        ups = tuple(min(limit, -(-size // power) * power) for size in sizes)
        downs = tuple(max(power, size // power * power) for size in sizes)
        yield from product(*zip(ups, downs, strict=True))
    largest = max(sizes)
    yield from ((size,) * len(sizes) for size in _around(largest, REACH * largest + 64, limit))
