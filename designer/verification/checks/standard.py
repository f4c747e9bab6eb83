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
from designer.validation.json_readers import JsonValue
from designer.verification.overlap_prediction import predicted_overlap, predicted_unread_pixels
from designer.verification.predictions import (
    GROUP_COUNT_CHANNELS,
    Plan,
    constructor_arguments,
    has_group_count,
    mirrored_pairs,
    other_widths,
    predicted_layers,
    predicted_shapes,
)
from designer.verification.receipt import Check

Measurements = dict[str, JsonValue]
Comparison = Callable[[Plan, Measurements], Iterator[Check]]

_FLOAT64_TOLERANCE = 1e-10
"""Largest relative difference in float64 that is attributed to rounding."""


def equality_check(name: str, predicted: JsonValue, measured: JsonValue, detail: str = "") -> Check:
    """A check that passes if both values are equal and of one type."""
    same = predicted == measured and type(predicted) is type(measured)
    error = measured.get("error") if isinstance(measured, dict) else None
    return Check(
        name=name,
        passed=same,
        predicted=predicted,
        measured=measured,
        detail=str(error)
        if error
        else ""
        if same
        else detail or _first_difference(predicted, measured),
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
    detail = f"differs at {', '.join(wrong)}" if wrong else ""
    return Check(
        name=name,
        passed=bool(expected) and not wrong,
        predicted=0.0,
        measured=values if wrong else largest,
        tolerance=tolerance,
        detail=str(found["error"]) if "error" in found else detail,
    )


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


def _first_difference(predicted: JsonValue, measured: JsonValue) -> str:
    if isinstance(predicted, list) and isinstance(measured, list):
        if len(predicted) != len(measured):
            return f"predicted {len(predicted)} entries, measured {len(measured)}"
        for expected, found in zip(predicted, measured, strict=True):
            if expected != found:
                return f"predicted {expected}, measured {found}"
    if isinstance(predicted, dict) and isinstance(measured, dict):
        for key in [*predicted, *measured]:
            if predicted.get(key) != measured.get(key):
                inner = _first_difference(predicted.get(key), measured.get(key))
                return f"{key}: {inner}"
    return f"predicted {predicted}, measured {measured}"


def _networks_as_run(plan: Plan) -> dict[str, Network]:
    assert plan.run is not None, "a plan without a run has no measurements"
    return plan.run.networks


def compare_load(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """The source runs, defines the promised interface, and leaves torch unchanged."""
    yield equality_check(
        "text.runs", None, measurement_at(measured, "load", "error"), "the source does not run"
    )
    predicted = {
        "weights_init": ["module"],
        **{
            network.class_name: {
                k: repr(v) for k, v in constructor_arguments(plan.full, role).items()
            }
            for role, network in plan.full.networks.items()
        },
    }
    found = measurement_at(measured, "definitions")
    if isinstance(found, dict) and isinstance(found.get("weights_init"), dict):
        found = {**found, "weights_init": list(found["weights_init"])}
    yield equality_check("text.definitions", predicted, found)
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
        for role, network in _networks_as_run(plan).items():
            yield equality_check(
                f"{role}.parameters_as_run",
                network.parameters,
                measurement_at(measured, role, "parameters"),
            )


def compare_shapes(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """Output shape of each layer: training and evaluation, one sample and two."""
    for role, network in _networks_as_run(plan).items():
        predicted = {
            f"{mode}, batch {batch}": predicted_shapes(network, batch)
            for mode in ("train", "eval")
            for batch in (1, 2)
        }
        yield equality_check(f"{role}.shapes", predicted, measurement_at(measured, role, "shapes"))


def compare_costs(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """Multiply-adds and activation bytes of one sample, at the width of the run."""
    for role, network in _networks_as_run(plan).items():
        for name in ("multiply_adds", "activation_bytes"):
            yield equality_check(
                f"{role}.{name}", getattr(network, name), measurement_at(measured, role, name)
            )


def compare_ranges(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """Every output is finite and within the range of the last activation."""
    for role, network in _networks_as_run(plan).items():
        last = network.activation
        low, high = (-inf, inf) if last is None else last.output_range
        found = measurement_at(measured, role, "range")
        least, largest = (
            measurement_at(found or {}, "least"),
            measurement_at(found or {}, "largest"),
        )
        inside = is_number(least) and is_number(largest) and low <= least <= largest <= high
        yield Check(
            name=f"{role}.range",
            passed=inside and measurement_at(found, "finite") is True,
            predicted=[low, high] if last is not None else [None, None],
            measured=[least, largest] if is_number(least) else found,
        )


def compare_gradients(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """Every parameter and the input get a gradient that is finite and not all zero."""
    for role, network in _networks_as_run(plan).items():
        weights = sum(len(placed.module.weights) for placed in network.placed_modules)
        predicted = {"reached": weights + 1, "missing": [], "not_finite": [], "zero": []}
        yield equality_check(
            f"{role}.gradients", predicted, measurement_at(measured, role, "gradients")
        )


def compare_reach(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """Number of pixels that the discriminator's output does not depend on."""
    if plan.thin.discriminator is not None:
        predicted = predicted_unread_pixels(plan.thin.discriminator)
        yield equality_check(
            "discriminator.unread_pixels", predicted, measurement_at(measured, "unread")
        )


def compare_algebra(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """Laws of the thin networks: reference, direct convolution, overlap, adjoint pairs."""
    for role in plan.thin.networks:
        reference = measurement_at(measured, f"{role}_reference")
        yield tolerance_check(f"{role}.computes_the_design", reference, ["eval", "train"])
    thin = plan.thin.generator
    transposed = {p.name: (p, c) for p, c in thin.convolutions if c.layer.transposed}
    if transposed:
        found = measurement_at(measured, "equivalence")
        yield tolerance_check("generator.equals_direct_convolution", found, [*transposed])
    predicted = {
        name: predicted_overlap(convolution.layer.windows, placed.before.size)
        for name, (placed, convolution) in transposed.items()
    }
    yield equality_check("generator.overlap", predicted, measurement_at(measured, "overlap"))
    if pairs := mirrored_pairs(plan.thin):
        yield tolerance_check(
            "pairs.adjoint", measurement_at(measured, "adjoint"), [pair[0] for pair in pairs]
        )


_CALL_RULES = (
    "answers_each_sample_by_itself",
    "draws_no_random_numbers",
    "draws_other_weights_from_another_seed",
    "gives_what_main_gives",
    "keeps_its_input",
    "keeps_its_mode",
    "keeps_its_weights",
)


def compare_conduct(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """A call has no side effects, and a sample's output does not depend on the batch."""
    for role in plan.thin.networks:
        predicted = dict.fromkeys(_CALL_RULES, True)
        yield equality_check(
            f"{role}.conduct", predicted, measurement_at(measured, f"{role}_conduct")
        )


def compare_repetition(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """The same seed gives bitwise equal outputs."""
    for role in plan.thin.networks:
        yield equality_check(f"{role}.repeats", True, measurement_at(measured, f"{role}_repeats"))
