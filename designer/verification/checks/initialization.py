"""Checks of ``weights_init``: DCGAN's N(0, 0.02) for layers and N(1, 0.02) for norms."""

from __future__ import annotations

from collections.abc import Iterator
from math import erf, sqrt

from designer.geometry.modules.module import WEIGHT_ROLES, Distribution
from designer.networks import Network
from designer.validation.json_readers import JsonValue
from designer.verification.checks.standard import (
    Measurements,
    equality_check,
    is_number,
    measurement_at,
)
from designer.verification.predictions import Plan, icnr_copies
from designer.verification.receipt import Check

_SHARE_WITHIN_ONE_DEVIATION = erf(1 / sqrt(2))
"""Share of a normal distribution within one deviation of its mean."""

_MAX_STANDARD_ERRORS = 6.0


def compare_initialisation(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """Mean, deviation and share within one deviation, each within six of its standard errors."""
    assert plan.run is not None, "a plan without a run has no measurements"
    for role, network in plan.run.networks.items():
        found = measurement_at(measured, role, "initialisation")
        stated = _stated_distributions(network)
        drawn = found if isinstance(found, dict) else {}
        wrong = [
            name
            for name, distribution in stated.items()
            if not _matches_distribution(drawn.get(name), *distribution)
        ]
        wrong += sorted(drawn.keys() - stated.keys())
        yield Check(
            name=f"{role}.initialisation",
            passed=not wrong,
            predicted={n: {"mean": m, "deviation": d} for n, (m, d) in stated.items()},
            measured=found,
            tolerance=_MAX_STANDARD_ERRORS,
            detail=f"wrong distribution: {', '.join(wrong)}" if wrong else "",
        )
        if copies := icnr_copies(network):
            apart = measurement_at(measured, role, "apart")
            yield equality_check(f"{role}.pixels_start_alike", dict.fromkeys(copies, 0.0), apart)


def _stated_distributions(network: Network) -> dict[str, Distribution]:
    """The stated distribution of each kind of weight in the network."""
    return {
        f"{role} {name}": distribution
        for role in WEIGHT_ROLES
        for module in (placed.module for placed in network.placed_modules)
        if module.role == role
        for name, distribution in module.initial_weights.items()
    }


def _matches_distribution(drawn: JsonValue, mean: float, deviation: float) -> bool:
    values = [measurement_at(drawn or {}, name) for name in ("count", "mean", "deviation", "near")]
    numbers = [value for value in values if is_number(value)]
    if len(numbers) < len(values) or numbers[0] < 1:
        return False
    count, found_mean, found_deviation, near = numbers
    if deviation == 0.0:
        return bool(found_mean == mean and found_deviation == 0.0)
    error = _MAX_STANDARD_ERRORS / sqrt(count)
    return bool(
        abs(found_mean - mean) <= deviation * error
        and abs(found_deviation - deviation) <= deviation * error / sqrt(2)
        and abs(near - _SHARE_WITHIN_ONE_DEVIATION)
        <= sqrt(_SHARE_WITHIN_ONE_DEVIATION * (1 - _SHARE_WITHIN_ONE_DEVIATION)) * error
    )
