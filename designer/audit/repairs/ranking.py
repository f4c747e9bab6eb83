"""Which of two repairs is smaller.

In order: layers touched (windows odder than people make them count as more), fields changed, per-axis
lists; then a figure of how much is given up: weights that change their shape, values that move far,
edits far from where it shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log2

from designer.audit.breaks import Shape
from designer.audit.repairs.changes import INPUT, LAYER, Change, Changes
from designer.audit.repairs.goal import Goal
from designer.audit.trace import Network, Trace
from designer.audit.warnings import all_warnings

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


def size(candidate: Candidate, goal: Goal, *, place: int, odd: int) -> tuple[float, ...]:
    """The key by which repairs are offered, smallest first.

    ``place`` is the layer where it shows, ``odd`` how odd the network was before.
    """
    missed = goal.wanted is None and goal.misses(candidate.trace)
    touched = candidate.layers_touched + sum(map(_wholeness, candidate.changes))
    strange = max(0, oddities(candidate.network, candidate.trace) - odd) / 4
    strange += sum(map(_odd_change, candidate.changes))
    away = max(abs(change.index - place) for change in candidate.changes)
    return (
        touched + (strange if strange >= STRANGE else 0) + (0.5 if missed else 0),
        len(candidate.changes),
        sum(isinstance(change.after, tuple) for change in candidate.changes),
        strange + sum(map(_price, candidate.changes)) + 0.2 * away,
        -max(change.index for change in candidate.changes),
    )


def _wholeness(change: Change) -> float:
    """A whole layer or another input is a larger edit than a field."""
    return {LAYER: 1.0}.get(change.field, 0.75 if change.index == INPUT else 0.0)


def _price(change: Change) -> float:
    """What a change gives up: numbers that must meet are cheap, weights and strides are dear."""
    if change.field == LAYER or change.index == INPUT:
        return 1.0
    if change.field not in _PRICES:
        return 0.2
    before, after = _numbers(change.before), _numbers(change.after)
    if len(before) != len(after):
        before = before * len(after) if len(before) == 1 else [1.0] * len(after)
    moved = sum(abs(log2(1 + b) - log2(1 + a)) for a, b in zip(before, after, strict=True))
    weight = 1.0 if change.field in _WEIGHTS else 0.3
    return _PRICES[change.field] + weight * moved / max(1, len(after))


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
    sentences = [text for found in all_warnings(network, trace) for text in found]
    return sum(any(word in text for word in ODD_WORDS) for text in sentences)


ODD_WORDS = ("never read", "Uneven overlap", "only ever sees padding")


def _odd_change(change: Change) -> float:
    """Kernels beyond 16, strides beyond 4, paddings that grow by more than one."""
    if change.field not in _USUAL:
        return 0.0
    now, before = max(_numbers(change.after)), max(_numbers(change.before))
    usual = max(_USUAL[change.field], before + (change.field == "padding"))
    return log2(now / usual) if now > usual else 0.0


_USUAL = {"kernel_size": 16.0, "stride": 4.0, "padding": 2.0, "output_padding": 1.0}
"""The largest values of each field that people write."""
