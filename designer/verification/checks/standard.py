"""Predictions against measurements, check by check, on our side of the process boundary.

Each check is a function from a plan and the measurements to ``Check`` values. A measurement that is
missing or of another form than expected is a failure like any other: the far side is not trusted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import inf
from typing import TypeGuard

from designer.networks import Activation, Network, group_count
from designer.verification.overlap_prediction import predicted_overlap, unread_pixels
from designer.verification.predictions import (
    GROUPED,
    Plan,
    arguments_of,
    convolutions,
    counts_groups,
    mirrored_pairs,
    networks_of,
    other_widths,
    predicted_layers,
    predicted_shapes,
)
from designer.verification.receipt import Check, Json

Measurements = dict[str, Json]
Comparison = Callable[[Plan, Measurements], Iterator[Check]]

_EXACT = 1e-10
"""Largest relative difference in float64 that rounding explains."""


def equal(name: str, predicted: Json, measured: Json, detail: str = "") -> Check:
    """A check that passes where the two are the same, in type too."""
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


def near(name: str, differences: Json, expected: list[str], tolerance: float = _EXACT) -> Check:
    """A check that passes where each expected difference is there and at most the tolerance."""
    found = differences if isinstance(differences, dict) else {}
    values: dict[str, Json] = {key: found.get(key) for key in expected}
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


def is_number(value: Json) -> TypeGuard[float]:
    """Whether a measured value is a number that can be compared: no text, no NaN."""
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def part(measured: Measurements, *keys: str) -> Json:
    """A measurement below some keys; where a section failed, its error; None where it is missing."""
    value: Json = measured
    for key in keys:
        if not isinstance(value, dict):
            return None
        if key not in value:
            return {"error": value["error"]} if value.get("error") else None
        value = value[key]
    return value


def _first_difference(predicted: Json, measured: Json) -> str:
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


def _running(plan: Plan) -> dict[str, Network]:
    assert plan.run is not None, "only what ran is compared"
    return networks_of(plan.run)


def compare_load(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """The text ran as a module, defined what it promises, and left torch as it was."""
    yield equal("text.runs", None, part(measured, "load", "error"), "the text does not run")
    predicted = {
        "weights_init": ["module"],
        **{
            network.class_name: {k: repr(v) for k, v in arguments_of(plan.full, role).items()}
            for role, network in networks_of(plan.full).items()
        },
    }
    found = part(measured, "definitions")
    if isinstance(found, dict) and isinstance(found.get("weights_init"), dict):
        found = {**found, "weights_init": list(found["weights_init"])}
    yield equal("text.definitions", predicted, found)
    if counts_groups(plan.full):
        counts = [group_count(channels) for channels in GROUPED]
        yield equal("text.group_count", counts, part(measured, "group_counts"))
    yield equal("text.leaves_torch_alone", [], part(measured, "changed"))


def compare_layers(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """Class and settings of every layer at full width; parameters there and where it was run."""
    for role, network in networks_of(plan.full).items():
        wide = f"{role}_full" if plan.run != plan.full else role
        yield equal(f"{role}.layers", predicted_layers(network), part(measured, wide, "layers"))
        yield equal(f"{role}.parameters", network.parameters, part(measured, wide, "parameters"))
    others = other_widths(plan.full)
    for role in networks_of(plan.full):
        counts = {name: networks_of(gan)[role].parameters for name, gan in others.items()}
        yield equal(f"{role}.parameters_at_other_widths", counts, part(measured, f"{role}_widths"))
    if plan.run != plan.full:
        for role, network in _running(plan).items():
            yield equal(
                f"{role}.parameters_as_run",
                network.parameters,
                part(measured, role, "parameters"),
            )


def compare_shapes(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """What each layer puts out: training and evaluation, one sample and two."""
    for role, network in _running(plan).items():
        predicted = {
            f"{mode}, batch {batch}": predicted_shapes(network, batch)
            for mode in ("train", "eval")
            for batch in (1, 2)
        }
        yield equal(f"{role}.shapes", predicted, part(measured, role, "shapes"))


def compare_costs(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """Multiply-adds and activation bytes of one sample, at the width that was run."""
    for role, network in _running(plan).items():
        for name in ("multiply_adds", "activation_bytes"):
            yield equal(f"{role}.{name}", getattr(network, name), part(measured, role, name))


_RANGES = {Activation.TANH: (-1.0, 1.0), Activation.SIGMOID: (0.0, 1.0)}


def compare_ranges(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """Every output is finite and within what the last activation can give."""
    for role, network in _running(plan).items():
        last = network.activation
        low, high = (-inf, inf) if last is None else _RANGES[last.function]
        found = part(measured, role, "range")
        least, largest = part(found or {}, "least"), part(found or {}, "largest")
        inside = is_number(least) and is_number(largest) and low <= least <= largest <= high
        yield Check(
            name=f"{role}.range",
            passed=inside and part(found, "finite") is True,
            predicted=[low, high] if last is not None else [None, None],
            measured=[least, largest] if is_number(least) else found,
        )


def compare_gradients(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """A gradient for every parameter and the input: there, finite, and not zero throughout."""
    for role, network in _running(plan).items():
        weights = sum(len(placed.module.weights) for placed in network.placed)
        predicted = {"reached": weights + 1, "missing": [], "not_finite": [], "zero": []}
        yield equal(f"{role}.gradients", predicted, part(measured, role, "gradients"))


def compare_reach(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """Pixels that the discriminator's answer does not depend on."""
    if plan.thin.discriminator is not None:
        predicted = unread_pixels(plan.thin.discriminator)
        yield equal("discriminator.unread_pixels", predicted, part(measured, "unread"))


def compare_algebra(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """Transposed layers as direct convolutions; mirrored pairs as adjoints; overlap; the design."""
    for role in networks_of(plan.thin):
        reference = part(measured, f"{role}_reference")
        yield near(f"{role}.computes_the_design", reference, ["eval", "train"])
    thin = plan.thin.generator
    transposed = {p.name: (p, c) for p, c in convolutions(thin) if c.transposed}
    if transposed:
        found = part(measured, "equivalence")
        yield near("generator.equals_direct_convolution", found, [*transposed])
    predicted = {
        name: predicted_overlap(convolution.layer.windows, placed.before.size)
        for name, (placed, convolution) in transposed.items()
    }
    yield equal("generator.overlap", predicted, part(measured, "overlap"))
    if pairs := mirrored_pairs(plan.thin):
        yield near("pairs.adjoint", part(measured, "adjoint"), [pair[0] for pair in pairs])


_CONDUCT = (
    "answers_each_sample_by_itself",
    "draws_no_random_numbers",
    "draws_other_weights_from_another_seed",
    "gives_what_main_gives",
    "keeps_its_input",
    "keeps_its_mode",
    "keeps_its_weights",
)


def compare_conduct(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """A call gives its answer and does nothing else; a sample's answer is its own."""
    for role in networks_of(plan.thin):
        predicted = dict.fromkeys(_CONDUCT, True)
        yield equal(f"{role}.conduct", predicted, part(measured, f"{role}_conduct"))


def compare_repetition(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """The same seed gives the same bits."""
    for role in networks_of(plan.thin):
        yield equal(f"{role}.repeats", True, part(measured, f"{role}_repeats"))
