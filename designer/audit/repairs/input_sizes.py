"""Search for the nearest input sizes with which a network fits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from math import log2

from designer.audit.ops.layer_errors import TensorShape
from designer.audit.repairs.changes import Change, ChangeList
from designer.audit.repairs.goal import Goal
from designer.audit.repairs.search_budget import SearchBudget
from designer.audit.trace import AuditNetwork, Trace
from designer.limits import MAX_SIDE, MAX_SIGNAL_LENGTH

MAX_OFFERED_SHAPES = 3
"""Maximum number of offered input shapes."""

MAX_COMPARED_SHAPES = 40
"""Maximum number of input shapes that fit and are compared."""

MAX_SIZE_FACTOR = 4
"""Maximum size that is tried, relative to the network's own input size."""


def find_input_shapes(
    network: AuditNetwork, goal: Goal, budget: SearchBudget, *, most: int
) -> list[TensorShape]:
    """The nearest input shapes with the same channels that reach the goal, round ones preferred.

    Equal sides are changed together first; unequal sides are also rounded to multiples of powers of two.
    """
    channels, *sizes = network.input_shape
    if not sizes:
        return []
    found: list[tuple[float, TensorShape]] = []
    for shape in _nearby_shapes(channels, tuple(sizes)):
        if budget.is_spent or len(found) >= MAX_COMPARED_SHAPES:
            break
        changed = replace(network, input_shape=shape)
        trace = budget.trace(changed)
        if goal.is_reached_by(changed, trace):
            remainders = count_stride_remainders(changed, trace)
            found.append((_size_distance(network.input_shape, shape, remainders), shape))
    return [shape for _, shape in sorted(found)[:most]]


def input_edits(network: AuditNetwork, goal: Goal, budget: SearchBudget) -> Iterator[ChangeList]:
    """Changes of the input shape that reach the goal."""
    for shape in find_input_shapes(network, goal, budget, most=MAX_OFFERED_SHAPES):
        change = Change(index=-1, field="input_shape", before=network.input_shape, after=shape)
        yield (change,)


def count_stride_remainders(network: AuditNetwork, trace: Trace) -> int:
    """Number of axes, over all convolutions, with positions left over after the last window."""
    steps = zip(network.layers, trace.shapes, strict=False)
    return sum(layer.stride_remainders(before) for layer, before in steps)


def _size_distance(shape: TensorShape, other: TensorShape, remainders: int) -> float:
    """Distance in octaves; more with stride remainders, less for each 2 that divides all sizes."""
    moved = [abs(log2(a / b)) for a, b in zip(shape[1:], other[1:], strict=True)]
    twos = min((side & -side).bit_length() - 1 for side in other[1:])
    return max(moved) + 0.5 * min(remainders, 1) - 0.25 * min(twos, 6)


def _nearby_shapes(channels: int, sizes: TensorShape) -> Iterator[TensorShape]:
    """Shapes by distance: equal sides change together first, unequal ones alone and together."""
    limit = MAX_SIGNAL_LENGTH if len(sizes) == 1 else MAX_SIDE
    seen = {sizes}
    small = range(-8, 9)
    steps = sorted(product(small, repeat=len(sizes)), key=lambda step: (sum(map(abs, step)), step))
    equal = (
        (size,) * len(sizes)
        for size in _sizes_around(max(sizes), MAX_SIZE_FACTOR * max(sizes) + 64, limit)
    )
    moved = (tuple(s + d for s, d in zip(sizes, step, strict=True)) for step in steps)
    candidates = [equal, moved] if len(set(sizes)) == 1 else [moved, _rounded_shapes(sizes, limit)]
    for group in candidates:
        for shape in group:
            if shape not in seen and min(shape) >= 1 and max(shape) <= limit:
                seen.add(shape)
                yield (channels, *shape)


def _sizes_around(size: int, most: int, limit: int) -> Iterator[int]:
    for distance in range(1, max(size, most)):
        if size + distance <= min(limit, most):
            yield size + distance
        if size - distance >= 1:
            yield size - distance


def _rounded_shapes(sizes: TensorShape, limit: int) -> Iterator[TensorShape]:
    """Each side rounded up and down to multiples of powers of two: 50×150 to 64×160."""
    for power in (4, 8, 16, 32, 64, 128):
        ups = tuple(min(limit, -(-size // power) * power) for size in sizes)
        downs = tuple(max(power, size // power * power) for size in sizes)
        yield from product(*zip(ups, downs, strict=True))
    largest = max(sizes)
    yield from (
        (size,) * len(sizes)
        for size in _sizes_around(largest, MAX_SIZE_FACTOR * largest + 64, limit)
    )
