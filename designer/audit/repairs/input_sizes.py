"""Search for the nearest input sizes with which a network fits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice, product
from math import gcd, log2, prod

from designer.audit.graph.figures import count_unread_axes
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.repairs.changes import Change, ChangeList
from designer.audit.repairs.goal import Goal
from designer.audit.repairs.search_budget import SearchBudget
from designer.audit.trace import AuditNetwork, Trace
from designer.audit.warnings import window_warnings
from designer.validation.limits import MAX_SIDE, MAX_SIGNAL_LENGTH

MAX_OFFERED_SHAPES = 3
"""Maximum number of offered input shapes."""

MAX_COMPARED_SHAPES = 12
"""Maximum number of input shapes that fit and are compared."""

MAX_EQUAL_STEPS = 16
"""Number of multiples to each side that are tried where equal sides move together."""

MAX_SIZE_FACTOR = 4
"""Maximum size that is tried, relative to the network's own input size."""

MAX_PERIOD = 512
"""Maximum product of strides for which all sizes that fit are compared with multiples."""

LEAST_MULTIPLES = 3
"""Number of sizes in a row that must be multiples."""


def find_input_shapes(
    network: AuditNetwork, goal: Goal, budget: SearchBudget, *, most: int
) -> list[TensorShape]:
    """The nearest input shapes with the same channels that reach the goal, closest first.

    Multiples of the product of the strides come first, if they fit and every position is read; then other
    sizes in which every position is read. Equal sides stay equal.
    """
    channels, *sizes = network.input_shape
    if not sizes:
        return []
    search = _SizeSearch(network, goal, budget)
    found = [each for each in search.multiples(tuple(sizes)) if not search.unread[each]][:most]
    if not found:
        fitting = islice(search.fitting(tuple(sizes)), MAX_COMPARED_SHAPES)
        found = sorted(
            dict.fromkeys(fitting),
            key=lambda each: (search.unread[each], size_distance(sizes, each), each),
        )[:most]
    return [(channels, *each) for each in found]


def closest_input_shapes(
    network: AuditNetwork, goal: Goal, budget: SearchBudget, *, most: int
) -> list[TensorShape]:
    """The first input shapes found that reach the goal, whether they leave positions unread or not."""
    channels, *sizes = network.input_shape
    found = _SizeSearch(network, goal, budget).fitting(tuple(sizes)) if sizes else ()
    return [(channels, *each) for each in islice(found, most)]


def find_multiples(
    network: AuditNetwork, goal: Goal, budget: SearchBudget, *, shape: TensorShape
) -> list[int] | None:
    """Per axis the number of which all sizes that fit near a shape are multiples, and no others fit.

    None if there is none. Sizes count that leave as few positions unread as the shape does. A
    network's sizes repeat with the product of its strides, so twice that to both sides is enough.
    """
    sizes = shape[1:]
    search = _SizeSearch(network, goal, budget)
    if not sizes or not search.fits(sizes):
        return None
    found = [_multiple(search, sizes, axis) for axis in range(len(sizes))]
    return None if None in found else [each for each in found if each]


def input_edits(network: AuditNetwork, goal: Goal, budget: SearchBudget) -> Iterator[ChangeList]:
    """Changes of the input shape that reach the goal."""
    for shape in find_input_shapes(network, goal, budget, most=MAX_OFFERED_SHAPES):
        change = Change(index=-1, field="input_shape", before=network.input_shape, after=shape)
        yield (change,)


class _SizeSearch:
    """Sizes that reach a goal; ``unread`` has their axes with positions that no window reads."""

    def __init__(self, network: AuditNetwork, goal: Goal, budget: SearchBudget) -> None:
        self._network = network
        self._goal = goal
        self._budget = budget
        self._fits: dict[TensorShape, bool] = {}
        self.unread: dict[TensorShape, int] = {}

    def fits(self, sizes: TensorShape) -> bool:
        """Whether the network reaches the goal with these sizes."""
        limit = MAX_SIGNAL_LENGTH if len(sizes) == 1 else MAX_SIDE
        if min(sizes) < 1 or max(sizes) > limit:
            return False
        if sizes not in self._fits and not self._budget.is_spent:
            changed = replace(self._network, input_shape=(self._network.input_shape[0], *sizes))
            trace = self._budget.trace(changed)
            self._fits[sizes] = self._goal.is_reached_by(changed, trace)
            if self._fits[sizes]:
                self.unread[sizes] = _unread_axes(changed, trace)
        return self._fits.get(sizes, False)

    def multiples(self, sizes: TensorShape) -> Iterator[TensorShape]:
        """Multiples of the product of the strides that fit, closest first."""
        together = len(set(sizes)) == 1
        reach = MAX_EQUAL_STEPS if together else MAX_OFFERED_SHAPES
        axes = [_near_multiples(size, self.period(axis), reach) for axis, size in enumerate(sizes)]
        joined = zip(*axes, strict=True) if together else product(*axes)
        alike = len(set(sizes))
        near = sorted(
            joined, key=lambda each: (len(set(each)) != alike, size_distance(sizes, each), each)
        )
        yield from (each for each in near if each != sizes and self.fits(each))

    def period(self, axis: int) -> int:
        """The product of the strides of the layers that shrink maps along an axis."""
        strides = [1]
        for layer in self._network.layers:
            if "stride" in layer.AXIS_FIELDS and not layer.pads_output:
                values = layer.axis_values("stride", axis + 1)
                strides.append(values[min(axis, len(values) - 1)])
        return min(prod(strides), MAX_SIGNAL_LENGTH)

    def fitting(self, sizes: TensorShape) -> Iterator[TensorShape]:
        """Other sizes that fit, equal ones if they were; roughly closest first."""
        if len(set(sizes)) == 1:
            yield from self._equal(max(sizes), len(sizes))
        base = next(filter(self.fits, _rounded_sizes(sizes)), None)
        if base is None:
            yield from self._equal(max(sizes), len(sizes))
            return
        axes = [self._along(sizes, base, axis) for axis in range(len(sizes))]
        joined = sorted(product(*axes), key=lambda each: (size_distance(sizes, each), each))
        yield from (each for each in joined if each != sizes and self.fits(each))
        yield base

    def _equal(self, size: int, axes: int) -> Iterator[TensorShape]:
        for each in _sizes_around(size, MAX_SIZE_FACTOR * size + 64):
            if self.fits((each,) * axes):
                yield (each,) * axes

    def _along(self, sizes: TensorShape, base: TensorShape, axis: int) -> list[int]:
        """The sizes of one axis nearest to the given one that fit, with the others of the base."""
        reach = 2 * abs(base[axis] - sizes[axis]) + 8
        near = sorted(
            range(sizes[axis] - reach, sizes[axis] + reach + 1),
            key=lambda size: (abs(size - sizes[axis]), -size),
        )
        fitting = (size for size in near if self.fits((*base[:axis], size, *base[axis + 1 :])))
        return [*islice(fitting, MAX_OFFERED_SHAPES)]


def _unread_axes(network: AuditNetwork, trace: Trace) -> int:
    steps = zip(network.layers, trace.shapes, trace.shapes[1:], strict=False)
    return sum(count_unread_axes(window_warnings(*step)) for step in steps)


def size_distance(sizes: Sequence[int], other: Sequence[int]) -> float:
    """Distance in octaves, of the axis that moves most; then of all axes."""
    moved = [abs(log2(one / two)) for one, two in zip(sizes, other, strict=True)]
    return max(moved) + sum(moved) / 1000


def _sizes_around(size: int, most: int) -> Iterator[int]:
    for distance in range(1, max(size, most)):
        yield from (each for each in (size + distance, size - distance) if 1 <= each <= most)


def _near_multiples(size: int, period: int, reach: int) -> list[int]:
    """The multiples of a period around a size, so many to each side."""
    middle = max(1, size // period - reach) + reach
    return [period * place for place in range(middle - reach, middle + reach + 2)]


def _rounded_sizes(sizes: TensorShape) -> Iterator[TensorShape]:
    """The sizes themselves, and each up and down to multiples of powers of two: 50×150 to 64×160."""
    yield sizes
    for power in (2, 4, 8, 16, 32, 64, 128):
        ups = tuple(-(-size // power) * power for size in sizes)
        downs = tuple(max(power, size // power * power) for size in sizes)
        yield from product(*zip(ups, downs, strict=True))


def _multiple(search: _SizeSearch, sizes: TensorShape, axis: int) -> int | None:
    """The number of which all sizes that fit along an axis are multiples; equal sides move together."""
    period = search.period(axis)
    if period > MAX_PERIOD:
        return None
    together = len(set(sizes)) == 1
    window = range(max(1, sizes[axis] - 2 * period), sizes[axis] + 2 * period + 1)
    fitting = []
    for size in window:
        moved = (size,) * len(sizes) if together else (*sizes[:axis], size, *sizes[axis + 1 :])
        if search.fits(moved) and search.unread[moved] <= search.unread[sizes]:
            fitting.append(size)
    found = gcd(*fitting)
    multiples = [size for size in window if size % found == 0 and size >= fitting[0]]
    return found if fitting == multiples and len(fitting) >= LEAST_MULTIPLES else None
