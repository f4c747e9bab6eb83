"""Ranking of repairs, as an expert would choose.

Criteria in order: no holes or unread positions that were not there; no unusual windows; the number of ideas;
usual ideas; the number of changes, each of one field, one whole layer or the input; fields before
whole layers before the input; layers touched; per-axis lists; the estimated loss: weights of other
shapes, large changes, edits far from the failing layer.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log2

from designer.audit.ops.layer_errors import TensorShape
from designer.audit.repairs.changes import INPUT_INDEX, WHOLE_LAYER, Change, ChangeList
from designer.audit.repairs.goal import Goal
from designer.audit.repairs.ideas import IDEA_ORDER, Detail
from designer.audit.trace import AuditNetwork, Trace
from designer.audit.warnings import window_warnings
from designer.reasons import Reason

ODDNESS_LIMIT = 0.75
"""Oddness from which windows count as unusual; a change of a second layer is preferred."""

TouchedFields = tuple[tuple[int, str], ...]
"""Index and field of every change; of repairs with equal ones only the best is offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Edits that reach the goal according to the shape rules, and the network after them."""

    changes: ChangeList
    network: AuditNetwork
    trace: Trace
    ideas: tuple[Detail, ...] = ()
    flaws: tuple[Reason, ...] = ()

    @property
    def idea_codes(self) -> list[str]:
        """The codes of its ideas, each once."""
        return [*dict.fromkeys(code for code, _ in self.ideas)]

    @property
    def output_shape(self) -> TensorShape:
        """Output shape of one sample."""
        return self.trace.shapes[-1][1:]

    @property
    def touched_fields(self) -> TouchedFields:
        """Index and field of every change."""
        return tuple(sorted({(change.index, change.field) for change in self.changes}))

    @property
    def layers_touched(self) -> int:
        """Number of changed layers; the input counts as one."""
        whole = [change for change in self.changes if change.field == WHOLE_LAYER]
        places = {change.index for change in self.changes if change.field != WHOLE_LAYER}
        return len(whole) + len(places)


def repair_cost(candidate: Candidate, goal: Goal, *, old_warnings: int) -> float:
    """Layers touched, plus the cost of whole layers, of the input and of unusual windows.

    ``old_warnings`` is the number of window warnings before the repair.
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
    """Whether its windows are unusual; it is then offered only if it ranks first."""
    return _oddness(candidate, old_warnings) >= ODDNESS_LIMIT


def ranking_key(
    candidate: Candidate, goal: Goal, *, place: int, old_warnings: int
) -> tuple[float, ...]:
    """Sort key of repairs, best first.

    ``place`` is the layer at fault, ``old_warnings`` the number of window warnings before.
    """
    away = max(abs(change.index - place) for change in candidate.changes)
    given_up = _oddness(candidate, old_warnings) + sum(map(_change_cost, candidate.changes))
    return (
        bool(candidate.flaws),
        has_odd_windows(candidate, old_warnings=old_warnings),
        len(candidate.ideas),
        sum(IDEA_ORDER[code] for code in candidate.idea_codes),
        len(candidate.changes),
        max(map(_scope_cost, candidate.changes)),
        repair_cost(candidate, goal, old_warnings=old_warnings),
        sum(isinstance(change.after, tuple) for change in candidate.changes),
        given_up + 0.2 * away,
        -max(change.index for change in candidate.changes),
    )


def _oddness(candidate: Candidate, old_warnings: int) -> float:
    """How unusual the windows become: new window warnings, and values above the usual maxima."""
    warned = max(0, count_window_warnings(candidate.network, candidate.trace) - old_warnings) / 4
    return warned + sum(map(_change_oddness, candidate.changes))


def _scope_cost(change: Change) -> float:
    """0 for a field, 1 for a whole layer, 1.5 for the input."""
    return {WHOLE_LAYER: 1.0}.get(change.field, 1.5 if change.index == INPUT_INDEX else 0.0)


def _change_cost(change: Change) -> float:
    """Cost of a change: low for numbers that must match, high for strides and dilations."""
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
    """Number of warnings about the windows of all layers."""
    steps = zip(network.layers, trace.shapes, trace.shapes[1:], strict=False)
    return sum(len(window_warnings(*step)) for step in steps)


def _change_oddness(change: Change) -> float:
    """Octaves by which a value exceeds its usual maximum and its old value (padding: plus 1)."""
    if change.field not in _USUAL_MAXIMA:
        return 0.0
    now, before = max(_numbers(change.after)), max(_numbers(change.before))
    usual = max(_USUAL_MAXIMA[change.field], before + (change.field == "padding"))
    return log2(now / usual) if now > usual else 0.0


_USUAL_MAXIMA = {"kernel_size": 16.0, "stride": 4.0, "padding": 2.0, "output_padding": 1.0}
"""Largest usual value of each field."""
