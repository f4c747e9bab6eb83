"""Which of two repairs is smaller.

In order: how many changes, each of one field, one whole layer or the input; fields before whole
layers before the input; layers touched (windows odder than people make them count as more); per-axis
lists; then a figure of how much is given up: weights that change their shape, values that move far,
edits far from where it shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log2

from designer.audit.ops.layer_errors import TensorShape
from designer.audit.repairs.changes import INPUT_INDEX, WHOLE_LAYER, Change, ChangeList
from designer.audit.repairs.goal import Goal
from designer.audit.trace import AuditNetwork, Trace
from designer.audit.warnings import window_warnings

ODDNESS_LIMIT = 0.75
"""From here on an odd window counts as much as a layer: a second layer is changed rather."""

TouchedFields = tuple[tuple[int, str], ...]
"""What a repair touches, whatever the values: only the best of a kind is offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Edits that reach the goal by the laws, and the network after them."""

    changes: ChangeList
    network: AuditNetwork
    trace: Trace

    @property
    def output_shape(self) -> TensorShape:
        """What comes out for one sample."""
        return self.trace.shapes[-1][1:]

    @property
    def touched_fields(self) -> TouchedFields:
        """The fields that it touches."""
        return tuple(sorted({(change.index, change.field) for change in self.changes}))

    @property
    def layers_touched(self) -> int:
        """Layers that differ from those sent, the input counted as one."""
        whole = [change for change in self.changes if change.field == WHOLE_LAYER]
        places = {change.index for change in self.changes if change.field != WHOLE_LAYER}
        return len(whole) + len(places)


def repair_cost(candidate: Candidate, goal: Goal, *, old_warnings: int) -> float:
    """Layers touched, and more where whole layers come or go or a window becomes odd.

    ``old_warnings`` is how odd the network was before.
    """
    missed = goal.wanted is None and goal.misses_preferred(candidate.trace)
    touched = candidate.layers_touched + sum(map(_scope_cost, candidate.changes))
    oddness = (
        _oddness(candidate, old_warnings)
        if has_odd_windows(candidate, old_warnings=old_warnings)
        else 0
    )
    return touched + oddness + (0.5 if missed else 0)


def has_odd_windows(candidate: Candidate, *, old_warnings: int) -> bool:
    """Whether its windows are odder than people make them: offered only where nothing else is."""
    return _oddness(candidate, old_warnings) >= ODDNESS_LIMIT


def ranking_key(
    candidate: Candidate, goal: Goal, *, place: int, old_warnings: int
) -> tuple[float, ...]:
    """The key by which repairs are offered, smallest first.

    ``place`` is the layer where it shows, ``old_warnings`` how odd the network was before.
    """
    away = max(abs(change.index - place) for change in candidate.changes)
    given_up = _oddness(candidate, old_warnings) + sum(map(_change_cost, candidate.changes))
    return (
        len(candidate.changes),
        max(map(_scope_cost, candidate.changes)),
        repair_cost(candidate, goal, old_warnings=old_warnings),
        sum(isinstance(change.after, tuple) for change in candidate.changes),
        given_up + 0.2 * away,
        -max(change.index for change in candidate.changes),
    )


def _oddness(candidate: Candidate, old_warnings: int) -> float:
    """How much odder the windows are than they were, and than people make them."""
    warned = max(0, count_window_warnings(candidate.network, candidate.trace) - old_warnings) / 4
    return warned + sum(map(_change_oddness, candidate.changes))


def _scope_cost(change: Change) -> float:
    """A whole layer is a larger edit than a field, another input is larger still."""
    return {WHOLE_LAYER: 1.0}.get(change.field, 1.5 if change.index == INPUT_INDEX else 0.0)


def _change_cost(change: Change) -> float:
    """What a change gives up: numbers that must meet are cheap, weights and strides are dear."""
    if change.field == WHOLE_LAYER or change.index == INPUT_INDEX:
        return 1.0
    before, after = _numbers(change.before), _numbers(change.after)
    named = 0.5 if isinstance(change.after, str) and not isinstance(change.before, str) else 0.0
    if len(before) != len(after):
        before = before * len(after) if len(before) == 1 else [1.0] * len(after)
    moved = sum(abs(log2(1 + b) - log2(1 + a)) for a, b in zip(before, after, strict=True))
    weight = 1.0 if change.field in _WEIGHT_FIELDS else 0.3
    return named + _FIELD_COSTS.get(change.field, 0.2) + weight * moved / max(1, len(after))


_FIELD_COSTS = {
    "padding": 0.0,
    "output_padding": 0.0,
    "ceil_mode": 0.0,
    "kernel_size": 0.5,
    "stride": 1.0,
    "dilation": 2.0,
}


_WEIGHT_FIELDS = ("kernel_size", "stride", "dilation")
"""Fields that change what a layer computes, not only where."""


def _numbers(value: object) -> list[float]:
    if isinstance(value, tuple):
        return [number for entry in value for number in _numbers(entry)]
    return [abs(float(value))] if isinstance(value, int | float) else [1.0]


def count_window_warnings(network: AuditNetwork, trace: Trace) -> int:
    """How many warnings there are about reading and painting."""
    steps = zip(network.layers, trace.shapes, trace.shapes[1:], strict=False)
    return sum(len(window_warnings(*step)) for step in steps)


def _change_oddness(change: Change) -> float:
    """Kernels beyond 16, strides beyond 4, paddings that grow by more than one."""
    if change.field not in _USUAL_MAXIMA:
        return 0.0
    now, before = max(_numbers(change.after)), max(_numbers(change.before))
    usual = max(_USUAL_MAXIMA[change.field], before + (change.field == "padding"))
    return log2(now / usual) if now > usual else 0.0


_USUAL_MAXIMA = {"kernel_size": 16.0, "stride": 4.0, "padding": 2.0, "output_padding": 1.0}
"""The largest values of each field that people write."""
