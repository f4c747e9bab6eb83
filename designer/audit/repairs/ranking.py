"""Which of two repairs is smaller.

In order: how many changes, each of one field, one whole layer or the input; fields before whole
layers before the input; layers touched (windows odder than people make them count as more); per-axis
lists; then a figure of how much is given up: weights that change their shape, values that move far,
edits far from where it shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log2

from designer.audit.ops.layer_errors import Shape
from designer.audit.repairs.changes import INPUT, LAYER, Change, Changes
from designer.audit.repairs.goal import Goal
from designer.audit.trace import Network, Trace
from designer.audit.warnings import window_warnings

STRANGE = 0.75
"""From here on an odd window counts as much as a layer: a second layer is changed rather."""

Kind = tuple[tuple[int, str], ...]
"""What a repair touches, whatever the values: only the best of a kind is offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Edits that reach the goal by the laws, and the network after them."""

    changes: Changes
    network: Network
    trace: Trace

    @property
    def output_shape(self) -> Shape:
        """What comes out for one sample."""
        return self.trace.shapes[-1][1:]

    @property
    def kind(self) -> Kind:
        """The fields that it touches."""
        return tuple(sorted({(change.index, change.field) for change in self.changes}))

    @property
    def layers_touched(self) -> int:
        """Layers that differ from those sent, the input counted as one."""
        whole = [change for change in self.changes if change.field == LAYER]
        places = {change.index for change in self.changes if change.field != LAYER}
        return len(whole) + len(places)


def effort(candidate: Candidate, goal: Goal, *, odd: int) -> float:
    """Layers touched, and more where whole layers come or go or a window becomes odd.

    ``odd`` is how odd the network was before.
    """
    missed = goal.wanted is None and goal.misses(candidate.trace)
    touched = candidate.layers_touched + sum(map(_wholeness, candidate.changes))
    strange = _strangeness(candidate, odd) if is_odd(candidate, odd=odd) else 0
    return touched + strange + (0.5 if missed else 0)


def is_odd(candidate: Candidate, *, odd: int) -> bool:
    """Whether its windows are odder than people make them: offered only where nothing else is."""
    return _strangeness(candidate, odd) >= STRANGE


def size(candidate: Candidate, goal: Goal, *, place: int, odd: int) -> tuple[float, ...]:
    """The key by which repairs are offered, smallest first.

    ``place`` is the layer where it shows, ``odd`` how odd the network was before.
    """
    away = max(abs(change.index - place) for change in candidate.changes)
    given_up = _strangeness(candidate, odd) + sum(map(_price, candidate.changes))
    return (
        len(candidate.changes),
        max(map(_wholeness, candidate.changes)),
        effort(candidate, goal, odd=odd),
        sum(isinstance(change.after, tuple) for change in candidate.changes),
        given_up + 0.2 * away,
        -max(change.index for change in candidate.changes),
    )


def _strangeness(candidate: Candidate, odd: int) -> float:
    """How much odder the windows are than they were, and than people make them."""
    warned = max(0, oddities(candidate.network, candidate.trace) - odd) / 4
    return warned + sum(map(_odd_change, candidate.changes))


def _wholeness(change: Change) -> float:
    """A whole layer is a larger edit than a field, another input is larger still."""
    return {LAYER: 1.0}.get(change.field, 1.5 if change.index == INPUT else 0.0)


def _price(change: Change) -> float:
    """What a change gives up: numbers that must meet are cheap, weights and strides are dear."""
    if change.field == LAYER or change.index == INPUT:
        return 1.0
    before, after = _numbers(change.before), _numbers(change.after)
    named = 0.5 if isinstance(change.after, str) and not isinstance(change.before, str) else 0.0
    if len(before) != len(after):
        before = before * len(after) if len(before) == 1 else [1.0] * len(after)
    moved = sum(abs(log2(1 + b) - log2(1 + a)) for a, b in zip(before, after, strict=True))
    weight = 1.0 if change.field in _WEIGHTS else 0.3
    return named + _PRICES.get(change.field, 0.2) + weight * moved / max(1, len(after))


_PRICES = {
    "padding": 0.0,
    "output_padding": 0.0,
    "ceil_mode": 0.0,
    "kernel_size": 0.5,
    "stride": 1.0,
    "dilation": 2.0,
}


_WEIGHTS = ("kernel_size", "stride", "dilation")
"""Fields that change what a layer computes, not only where."""


def _numbers(value: object) -> list[float]:
    if isinstance(value, tuple):
        return [number for entry in value for number in _numbers(entry)]
    return [abs(float(value))] if isinstance(value, int | float) else [1.0]


def oddities(network: Network, trace: Trace) -> int:
    """How many warnings there are about reading and painting."""
    steps = zip(network.layers, trace.shapes, trace.shapes[1:], strict=False)
    return sum(len(window_warnings(*step)) for step in steps)


def _odd_change(change: Change) -> float:
    """Kernels beyond 16, strides beyond 4, paddings that grow by more than one."""
    if change.field not in _USUAL:
        return 0.0
    now, before = max(_numbers(change.after)), max(_numbers(change.before))
    usual = max(_USUAL[change.field], before + (change.field == "padding"))
    return log2(now / usual) if now > usual else 0.0


_USUAL = {"kernel_size": 16.0, "stride": 4.0, "padding": 2.0, "output_padding": 1.0}
"""The largest values of each field that people write."""
