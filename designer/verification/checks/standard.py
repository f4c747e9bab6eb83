"""The checks of level ``standard``: comparisons of predictions with measurements.

Each comparison is a function from a plan and the measurements to ``Check`` values. It runs outside
the verifying process, which is not trusted: a missing or malformed measurement fails the check.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import inf
from typing import TypeGuard

from designer.geometry.modules.norms import group_count
from designer.networks import Network
from designer.reasons import Reason, make_reason
from designer.validation.json_readers import JsonValue
from designer.verification.gradient_overlap import predicted_gradient_overlap
from designer.verification.layer_predictions import predicted_layers, predicted_shapes
from designer.verification.overlap_prediction import predicted_unread_pixels
from designer.verification.passes import run_passes
from designer.verification.predictions import (
    GROUP_COUNT_CHANNELS,
    Plan,
    has_group_count,
    other_widths,
)
from designer.verification.receipt import Check
from designer.verification.signatures import predicted_signatures

Measurements = dict[str, JsonValue]
Comparison = Callable[[Plan, Measurements], Iterator[Check]]

_FLOAT64_TOLERANCE = 1e-10
"""Largest relative difference in float64 that is attributed to rounding."""

_FIXED_KERNEL_TOLERANCE = 2.0**-23 * 2**4
"""Rounding of kernels that a network keeps in float32."""


def equality_check(
    name: str, predicted: JsonValue, measured: JsonValue, reason: Reason | None = None
) -> Check:
    """A check that passes if both values are equal and of one type."""
    same = predicted == measured and type(predicted) is type(measured)
    differs = None if same else reason or _first_difference(predicted, measured)
    return Check(
        name=name,
        passed=same,
        predicted=predicted,
        measured=measured,
        reason=error_reason(measured) or differs,
    )


def tolerance_check(
    name: str, differences: JsonValue, expected: list[str], tolerance: float = _FLOAT64_TOLERANCE
) -> Check:
    """A check that passes if each expected difference is present and at most the tolerance."""
    found = differences if isinstance(differences, dict) else {}
    values: dict[str, JsonValue] = {key: found.get(key) for key in expected}
    numbers = {key: value for key, value in values.items() if is_number(value)}
    wrong = [key for key in expected if not numbers.get(key, inf) <= tolerance]
    largest = max(numbers.values(), default=None)
    differs = make_reason("differs_at", places=wrong) if wrong else None
    return Check(
        name=name,
        passed=bool(expected) and not wrong,
        predicted=0.0,
        measured=values if wrong else largest,
        tolerance=tolerance,
        reason=error_reason(found) or differs,
    )


def error_reason(measured: JsonValue) -> Reason | None:
    """The exception with which the source ended a measurement, if it did."""
    error = measured.get("error") if isinstance(measured, dict) else None
    return make_reason("source_raises", error=str(error)) if error else None


def is_number(value: JsonValue) -> TypeGuard[float]:
    """Whether a measured value is an integer or a float other than NaN."""
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def measurement_at(measured: Measurements, *keys: str) -> JsonValue:
    """The measurement under nested keys, the error of a failed section, or None."""
    value: JsonValue = measured
    for key in keys:
        if not isinstance(value, dict):
            return None
        if key not in value:
            return {"error": value["error"]} if value.get("error") else None
        value = value[key]
    return value


def _first_difference(predicted: JsonValue, measured: JsonValue) -> Reason:
    if isinstance(predicted, list) and isinstance(measured, list):
        if len(predicted) != len(measured):
            return make_reason("lengths_differ", predicted=len(predicted), measured=len(measured))
        for expected, found in zip(predicted, measured, strict=True):
            if expected != found:
                return _values_differ(expected, found)
    if isinstance(predicted, dict) and isinstance(measured, dict):
        for key in [*predicted, *measured]:
            if predicted.get(key) != measured.get(key):
                inner = _first_difference(predicted.get(key), measured.get(key))
                return make_reason("at_part", part=str(key), reason=inner)
    return _values_differ(predicted, measured)


def _values_differ(predicted: JsonValue, measured: JsonValue) -> Reason:
    """The values as text, since what was measured may be anything."""
    return make_reason("values_differ", predicted=str(predicted), measured=str(measured))


def networks_as_run(plan: Plan) -> dict[str, Network]:
    """The networks at the width of the run, by role."""
    assert plan.run is not None, "a plan without a run has no measurements"
    return plan.run.networks


def compare_load(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """The source runs, defines the promised interface, and leaves torch unchanged."""
    error = measurement_at(measured, "load", "error")
    yield equality_check("text.runs", None, error, make_reason("source_not_run"))
    yield equality_check(
        "text.definitions",
        predicted_signatures(plan.full),
        measurement_at(measured, "definitions"),
    )
    if has_group_count(plan.full):
        counts = [group_count(channels) for channels in GROUP_COUNT_CHANNELS]
        yield equality_check("text.group_count", counts, measurement_at(measured, "group_counts"))
    yield equality_check("text.leaves_torch_alone", [], measurement_at(measured, "changed"))


def compare_layers(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """Class and settings of every layer at full width; parameters there, elsewhere and as run."""
    for role, network in plan.full.networks.items():
        wide = f"{role}_full" if plan.run != plan.full else role
        yield equality_check(
            f"{role}.layers", predicted_layers(network), measurement_at(measured, wide, "layers")
        )
        yield equality_check(
            f"{role}.parameters", network.parameters, measurement_at(measured, wide, "parameters")
        )
    others = other_widths(plan.full)
    for role in plan.full.networks:
        counts = {name: gan.networks[role].parameters for name, gan in others.items()}
        yield equality_check(
            f"{role}.parameters_at_other_widths", counts, measurement_at(measured, f"{role}_widths")
        )
    if plan.run != plan.full:
        for role, network in networks_as_run(plan).items():
            yield equality_check(
                f"{role}.parameters_as_run",
                network.parameters,
                measurement_at(measured, role, "parameters"),
            )


def compare_shapes(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """Output shape of each layer in every pass at the width of the run."""
    for role, network in networks_as_run(plan).items():
        predicted = {
            str(each): predicted_shapes(network, each.batch) for each in run_passes(network)
        }
        yield equality_check(f"{role}.shapes", predicted, measurement_at(measured, role, "shapes"))


def compare_costs(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """Multiply-adds and activation bytes of one sample, at the width of the run."""
    for role, network in networks_as_run(plan).items():
        for name in ("multiply_adds", "activation_bytes"):
            yield equality_check(
                f"{role}.{name}", getattr(network, name), measurement_at(measured, role, name)
            )


def compare_reach(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """What of the picture the discriminator's output depends on, and how evenly."""
    if plan.thin.discriminator is not None:
        predicted = predicted_unread_pixels(plan.thin.discriminator)
        yield equality_check(
            "discriminator.unread_pixels", predicted, measurement_at(measured, "unread")
        )
        shares = predicted_gradient_overlap(plan.thin.discriminator)
        found = measurement_at(measured, "gradient_overlap")
        fixed = any(p.module.fixed_taps for p in plan.thin.discriminator.placed_modules)
        tolerance = _FIXED_KERNEL_TOLERANCE if fixed else _FLOAT64_TOLERANCE
        same = _are_close(shares, found, tolerance)
        yield Check(
            name="discriminator.gradient_overlap",
            passed=same,
            predicted=[*shares],
            measured=found,
            tolerance=tolerance,
            reason=error_reason(found) or (None if same else _first_difference(shares, found)),
        )


def _are_close(predicted: JsonValue, measured: JsonValue, tolerance: float) -> bool:
    """Whether both are the same lists of numbers, up to the tolerance."""
    if isinstance(predicted, list):
        alike = isinstance(measured, list) and len(measured) == len(predicted)
        return alike and all(
            _are_close(each, found, tolerance)
            for each, found in zip(predicted, measured, strict=True)
        )
    return is_number(measured) and abs(measured - predicted) <= tolerance
