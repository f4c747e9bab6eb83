"""Checks of a decoder at other sizes of its initial map than the one of its chain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from designer.geometry.layers import format_size
from designer.networks import Gan
from designer.networks.decoder_sizes import (
    chain_growth,
    first_legal_side,
    fixed_length_reason,
    has_fixed_length,
)
from designer.networks.unet_sizes import every_input_reason, refused_sizes, takes_any_size
from designer.reasons import Reason, make_reason
from designer.validation.json_readers import JsonValue
from designer.verification.checks.standard import (
    Measurements,
    equality_check,
    is_number,
    measurement_at,
)
from designer.verification.predictions import Plan
from designer.verification.receipt import Check
from designer.verification.size_predictions import networks_at_sizes, predicted_sizes

_TOLERANCE = 1e-9
"""Largest relative difference in float64 that is attributed to rounding."""


def compare_sizes(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """A decoder and its encoder give the predicted size, and what the formulas give, at every size."""
    for role, networks in networks_at_sizes(plan.thin).items():
        found = measurement_at(measured, f"{role}_sizes")
        check = equality_check(f"{role}.sizes", predicted_sizes(networks), _sizes(found))
        yield replace(check, reason=sizes_reason(plan.thin)) if check.passed else check
        yield _values_check(f"{role}.values_at_sizes", list(networks), found)


def compare_refused_sizes(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """An encoder–decoder refuses the inputs at which it does not work, with their sides."""
    if sizes := refused_sizes(plan.thin):
        predicted = {format_size(size): "ValueError" for size in sizes}
        found = measurement_at(measured, "refused_sizes")
        yield equality_check("generator.refused_sizes", predicted, found)


def _sizes(found: JsonValue) -> JsonValue:
    """The sizes alone, or the error of the whole measurement."""
    if not isinstance(found, dict) or "error" in found:
        return found
    return {name: each.get("size", each) for name, each in found.items() if isinstance(each, dict)}


def _values_check(name: str, sizes: list[str], found: JsonValue) -> Check:
    differences = {size: measurement_at({"at": found}, "at", size, "difference") for size in sizes}
    wrong = [
        size
        for size, value in differences.items()
        if not (is_number(value) and value <= _TOLERANCE)
    ]
    numbers = [value for value in differences.values() if is_number(value)]
    return Check(
        name=name,
        passed=not wrong,
        predicted=0.0,
        measured=differences if wrong else max(numbers, default=None),
        tolerance=_TOLERANCE,
        reason=make_reason("differs_at", places=wrong) if wrong else None,
    )


def sizes_reason(gan: Gan) -> Reason:
    """Why the sizes that were run settle all others, or why the network holds at one size only."""
    if takes_any_size(gan):
        return every_input_reason(gan)
    if has_fixed_length(gan):
        return fixed_length_reason(gan)
    factor = list(chain_growth(gan.chain).factor)
    return make_reason("every_size", factor=factor, first=first_legal_side(gan))
