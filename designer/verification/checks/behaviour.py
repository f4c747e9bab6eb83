"""Checks of what the networks compute: outputs, gradients, buffers, laws of layers, calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import inf

from designer.networks import Network
from designer.networks.silent_parameters import silent_at_start, silent_parameters
from designer.reasons import Reason, make_reason
from designer.validation.json_readers import JsonValue
from designer.verification.checks.standard import (
    Measurements,
    equality_check,
    is_number,
    measurement_at,
    networks_as_run,
    tolerance_check,
)
from designer.verification.mirrored_pairs import mirrored_pairs
from designer.verification.overlap_prediction import predicted_overlap
from designer.verification.passes import Pass, has_further_measures, run_passes, thin_passes
from designer.verification.predictions import Plan
from designer.verification.receipt import Check

_THIN_TOLERANCE = 2.0**-52 * 2**16
"""Rounding in float64 of sums of some ten thousand terms, in another order than torch's."""

_RUN_TOLERANCE = 2.0**-23 * 2**10
"""Rounding in float32 where torch's own functions are called, with few sums in another order."""

_FURTHER_DIFFERENCES = {
    "extreme_inputs": ["huge", "infinite", "not a number", "zero"],
    "second_derivatives": ["again", "not a number", "second derivatives"],
}
"""What is compared of a thin network besides its passes."""

_TOO_LARGE = make_reason("thin_network_too_large")

_CALL_RULES = (
    "draws_no_random_numbers",
    "keeps_its_gradients",
    "keeps_its_input",
    "keeps_its_mode",
    "keeps_its_weights",
)

_SILENT_SHARE = 1e-9
"""Largest gradient of a silent bias in float64, relative to the norm of what it adds up."""

_LEAST_SHARE = 0.001
"""Least share of inputs on either side of a rectifier's kink."""

_LARGEST_INPUTS = {"Tanh": 8.0, "Sigmoid": 16.0}
"""Largest input of a saturating activation; the slopes there are 4.5e-7 and 1.1e-7."""

_LEAST_SPREAD = 1e-4
"""Least distance of the inputs of a tanh or a sigmoid, which may be two numbers close together."""


def compare_ranges(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """Every output is finite and within the range of the last activation."""
    for role, network in networks_as_run(plan).items():
        last = network.activation
        low, high = (-inf, inf) if last is None else last.output_range
        found = measurement_at(measured, role, "comparison", "range")
        least = measurement_at(found or {}, "least")
        largest = measurement_at(found or {}, "largest")
        inside = is_number(least) and is_number(largest) and low <= least <= largest <= high
        yield Check(
            name=f"{role}.range",
            passed=inside and measurement_at(found, "finite") is True,
            predicted=[low, high] if last is not None else [None, None],
            measured=[least, largest] if is_number(least) else found,
        )


def compare_gradients(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """Every parameter and the input get a gradient, finite, and zero only where it must be."""
    for role, network in networks_as_run(plan).items():
        weights = sum(len(placed.module.weights) for placed in network.placed_modules)
        predicted = {"reached": weights + 1, "missing": [], "not_finite": [], "zero": []}
        found = measurement_at(measured, role, "gradients")
        if isinstance(found, dict) and isinstance(zero := found.get("zero"), list):
            silent = silent_parameters(network) if network.is_residual else []
            found = found | {"zero": [name for name in zero if name not in silent]}
        yield equality_check(f"{role}.gradients", predicted, found)


def compare_silence(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """Which parameters of residual networks get no gradient: those that are declared, and no others."""
    for role, network in plan.thin.networks.items():
        if not network.is_residual:
            continue
        shares = measurement_at(measured, f"{role}_thin", "bias_shares")
        known = shares if isinstance(shares, dict) else {}
        silent = sorted(
            name for name, share in known.items() if is_number(share) and share <= _SILENT_SHARE
        )
        predicted = {
            "always_in_training": sorted(silent_parameters(network)),
            "until_first_step": sorted(silent_at_start(network)),
        }
        waking = measurement_at(measured, f"{role}_waking") if silent_at_start(network) else {}
        found = {"always_in_training": silent, "until_first_step": _waking_parameters(waking)}
        check = equality_check(f"{role}.silent_parameters", predicted, found if known else shares)
        yield replace(check, tolerance=_SILENT_SHARE)


def _waking_parameters(found: JsonValue) -> JsonValue:
    """The parameters that had no gradient at step 0 and have one after it; otherwise those without one."""
    if found == {}:
        return []
    start, after = (measurement_at(found, key) for key in ("at_start", "after_step"))
    return start if after == [] else {"without_a_gradient": after}


def compare_structure(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """No class, hook, attribute or method that could change what the layers compute."""
    for role in plan.thin.networks:
        as_run = measurement_at(measured, role, "structure")
        thin = measurement_at(measured, f"{role}_thin", "structure")
        yield equality_check(f"{role}.structure", [], as_run if as_run != [] else thin)


def compare_computation(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """Outputs, gradients and buffers equal those of the design, thin and at the run's width."""
    for role, network in plan.thin.networks.items():
        found = measurement_at(measured, f"{role}_thin")
        labels = ["labels"] if network.takes_labels else []
        yield from _computation_checks(role, "", thin_passes(network), found, _THIN_TOLERANCE)
        if labels:
            lookups = measurement_at(found, "labels")
            yield tolerance_check(f"{role}.labels", lookups, labels, _THIN_TOLERANCE)
            refused = measurement_at(lookups, "refused")
            yield equality_check(f"{role}.labels_outside_refused", True, refused)
        for name, keys in _FURTHER_DIFFERENCES.items():
            check, differences = f"{role}.{name}", measurement_at(found, name)
            yield (
                tolerance_check(check, differences, keys, _THIN_TOLERANCE)
                if has_further_measures(network)
                else Check(name=check, passed=None, reason=_TOO_LARGE)
            )
        yield _activation_check(role, network, measurement_at(found, "activations"))
    for role, network in networks_as_run(plan).items():
        found, passes = measurement_at(measured, role, "comparison"), run_passes(network)
        yield from _computation_checks(role, "_as_run", passes, found, _RUN_TOLERANCE)


def _computation_checks(
    role: str, suffix: str, passes: tuple[Pass, ...], found: JsonValue, tolerance: float
) -> Iterator[Check]:
    every = [str(each) for each in passes]
    for name, kind, expected in (
        ("computes_the_design", "outputs", every),
        ("computes_the_gradients", "gradients", [str(each) for each in passes if each.gradients]),
        ("computes_the_buffers", "buffers", every),
    ):
        section = measurement_at(found, kind)
        described = section if isinstance(section, dict) else {}
        differences = {key: measurement_at(each, "difference") for key, each in described.items()}
        check = tolerance_check(
            f"{role}.{name}{suffix}",
            {"error": described["error"]} if "error" in described else differences,
            expected,
            tolerance,
        )
        yield replace(check, reason=check.reason and _place(check.reason, described, differences))


def _place(
    reason: Reason, described: dict[str, JsonValue], differences: dict[str, JsonValue]
) -> Reason:
    """The reason with the module, parameter or buffer of the largest difference."""
    if "error" in described:
        return reason
    worst = max(
        described,
        key=lambda name: inf if not is_number(differences[name]) else differences[name],
        default=None,
    )
    if worst is None:
        return reason
    place = str(measurement_at(described[worst], "at"))
    return make_reason("differs_most_at", reason=reason, place=place)


def _activation_check(role: str, network: Network, found: JsonValue) -> Check:
    """Whether the inputs of all activations of the thin network lie where a fault would show."""
    kinds = {
        placed.name: placed.module.torch_class
        for placed in network.placed_modules
        if placed.module.torch_class in ("ReLU", "LeakyReLU", "Tanh", "Sigmoid")
    }
    measured = {name: measurement_at(found, name) for name in kinds}
    outside = [name for name, kind in kinds.items() if not _is_useful(kind, measured[name])]
    return Check(
        name=f"{role}.useful_range",
        passed=not outside,
        predicted={
            "least_share": _LEAST_SHARE,
            "largest": dict(_LARGEST_INPUTS),
            "least_spread": _LEAST_SPREAD,
        },
        measured=measured,
        reason=make_reason("outside_useful_range", activations=outside) if outside else None,
    )


def _is_useful(kind: str, found: JsonValue) -> bool:
    if kind in ("ReLU", "LeakyReLU"):
        sides = [measurement_at(found, side) for side in ("positive", "others")]
        return all(map(is_number, sides)) and min(sides) >= _LEAST_SHARE * sum(sides) > 0
    ends = [measurement_at(found, end) for end in ("least", "largest")]
    return (
        all(map(is_number, ends))
        and max(map(abs, ends)) <= _LARGEST_INPUTS[kind]
        and ends[1] - ends[0] >= _LEAST_SPREAD
    )


def compare_algebra(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """Laws of the thin networks' layers: overlap, adjoint pairs."""
    thin = plan.thin.generator
    predicted = {
        placed.name: predicted_overlap(layer.windows, placed.before.size)
        for placed, layer in thin.convolutions
        if layer.transposed
    }
    yield equality_check("generator.overlap", predicted, measurement_at(measured, "overlap"))
    if pairs := mirrored_pairs(plan.thin):
        yield tolerance_check(
            "pairs.adjoint", measurement_at(measured, "adjoint"), [pair[0] for pair in pairs]
        )


def compare_conduct(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """A call has no side effects, thin and as run."""
    for role in plan.thin.networks:
        thin = measurement_at(measured, f"{role}_thin", "rules")
        as_run = measurement_at(measured, role, "comparison", "rules")
        both = [each if isinstance(each, dict) else {} for each in (thin, as_run)]
        found: dict[str, JsonValue] = {
            rule: all(each.get(rule) is True for each in both) for rule in _CALL_RULES
        }
        yield equality_check(f"{role}.conduct", dict.fromkeys(_CALL_RULES, True), found)


def compare_repetition(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """The same seed gives bitwise equal outputs."""
    for role in plan.thin.networks:
        yield equality_check(f"{role}.repeats", True, measurement_at(measured, f"{role}_repeats"))
