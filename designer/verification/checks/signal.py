"""Checks of the signal at step 0: the gain of each layer, by formula and as measured.

A gain is what a layer makes of a second moment: fan-in·σ² of the map, fan-out·σ² of the gradient. It is
compared as a mean over many draws of the thin network, and once at the width of the run.
"""

from __future__ import annotations

from collections.abc import Iterator

from designer.reasons import Reason, make_reason
from designer.validation.json_readers import JsonValue
from designer.verification.checks.standard import (
    Measurements,
    error_reason,
    is_number,
    measurement_at,
)
from designer.verification.predictions import Plan
from designer.verification.receipt import Check
from designer.verification.signal_plan import STANDARD_ERROR, layer_gains

_TOLERANCE = 0.1
"""Largest relative difference of the mean over draws from the law."""

_FACTOR = 2.0
"""Largest ratio of one draw and the law."""

_DIRECTIONS = {"signal": 0, "gradient_signal": 1}


def compare_signal(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """Each layer of each network scales the moments of signal and gradient as the law says."""
    assert plan.run is not None, "a plan without a run has no measurements"
    for role, thin in plan.thin.networks.items():
        mean = measurement_at(measured, f"{role}_signal")
        once = measurement_at(measured, role, "signal")
        for name, direction in _DIRECTIONS.items():
            laws = [layer_gains(each)[direction] for each in (thin, plan.run.networks[role])]
            yield _signal_check(f"{role}.{name}", laws, mean, once, direction)


def _signal_check(
    name: str,
    laws: list[dict[str, float | None]],
    mean: JsonValue,
    once: JsonValue,
    direction: int,
) -> Check:
    """The first layer that differs is the reason."""
    thin, run = laws
    layers = [*dict.fromkeys([*thin, *run])]  # a shortcut may have a convolution at one width alone
    found = {
        layer: _layer_figures(mean, once, layer, direction, known=thin.get(layer) is not None)
        for layer in layers
    }
    faults = [
        make_reason("at_part", part=layer, reason=fault)
        for layer in layers
        if (fault := _thin_fault(found[layer], thin[layer]) if layer in thin else None)
        or (fault := _run_fault(found[layer], run[layer]) if layer in run else None)
    ]
    return Check(
        name=name,
        passed=not faults,
        predicted={layer: {"gain": thin.get(layer), "as_run": run.get(layer)} for layer in layers},
        measured=found,
        tolerance=_TOLERANCE,
        reason=error_reason(mean) or error_reason(once) or (faults[0] if faults else None),
    )


def _layer_figures(
    mean: JsonValue, once: JsonValue, layer: str, direction: int, *, known: bool
) -> dict[str, JsonValue]:
    """Gain, standard error and draws at the thin width, and the gain of one draw as run."""
    many = _entry(measurement_at(mean, layer), direction) if known else None
    gain, error, draws = many if isinstance(many, list) and len(many) == 3 else (None, None, None)
    as_run = _entry(measurement_at(once, layer), direction)
    return {"gain": gain, "error": error, "draws": draws, "as_run": as_run}


def _entry(found: JsonValue, direction: int) -> JsonValue:
    return found[direction] if isinstance(found, list) and len(found) == 2 else None


def _thin_fault(found: dict[str, JsonValue], law: float | None) -> Reason | None:
    """Why the mean over draws does not agree with the law; what has no formula is measured only."""
    if not law:  # no formula, or all taps of the middle are on padding
        return None
    gain, error = found["gain"], found["error"]
    if not is_number(gain) or not is_number(error):
        return make_reason("not_measured")
    if not 0 <= error <= STANDARD_ERROR:
        return make_reason("gain_uncertain", error=f"{error:.3g}", most=STANDARD_ERROR)
    if not abs(gain / law - 1) <= _TOLERANCE:
        return make_reason("gain_differs", predicted=f"{law:.4g}", measured=f"{gain:.4g}")
    return None


def _run_fault(found: dict[str, JsonValue], law: float | None) -> Reason | None:
    """Why one draw at the width of the run does not agree with the law; it is always measured."""
    once = found["as_run"]
    if law == 0:
        return None
    if not is_number(once):
        return make_reason("not_measured")
    if law is not None and not 1 / _FACTOR <= once / law <= _FACTOR:
        return make_reason("gain_differs", predicted=f"{law:.4g}", measured=f"{once:.4g}")
    return None
