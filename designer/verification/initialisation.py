"""Whether ``weights_init`` draws what DCGAN states: N(0, 0.02) for layers, N(1, 0.02) for norms."""

from __future__ import annotations

from collections.abc import Iterator
from math import erf, sqrt

from designer.architecture import Network
from designer.verification.compare import Measurements, is_number, part
from designer.verification.plan import Plan, networks_of
from designer.verification.receipt import Check, Json

_STATED = {
    "convolution weight": (0.0, 0.02),
    "norm weight": (1.0, 0.02),
    "norm bias": (0.0, 0.0),
}
_NEAR = erf(1 / sqrt(2))
"""Share of a normal distribution within one deviation of its mean."""

_SIGMAS = 6.0


def compare_initialisation(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """Mean, deviation and shape of what was drawn, each within six of its standard errors."""
    assert plan.run is not None, "only what ran is compared"
    for role, network in networks_of(plan.run).items():
        found = part(measured, role, "initialisation")
        stated = {role_: _STATED[role_] for role_ in _roles(network)}
        drawn = found if isinstance(found, dict) else {}
        wrong = [name for name, law in stated.items() if not _follows(drawn.get(name), *law)]
        wrong += sorted(drawn.keys() - stated.keys())
        yield Check(
            name=f"{role}.initialisation",
            passed=not wrong,
            predicted={n: {"mean": m, "deviation": d} for n, (m, d) in stated.items()},
            measured=found,
            tolerance=_SIGMAS,
            detail=f"another distribution: {', '.join(wrong)}" if wrong else "",
        )


def _roles(network: Network) -> list[str]:
    normed = any(block.norm is not None for block in network.blocks)
    return ["convolution weight", *(["norm weight", "norm bias"] if normed else [])]


def _follows(drawn: Json, mean: float, deviation: float) -> bool:
    values = [part(drawn or {}, name) for name in ("count", "mean", "deviation", "near")]
    numbers = [value for value in values if is_number(value)]
    if len(numbers) < len(values) or numbers[0] < 1:
        return False
    count, found_mean, found_deviation, near = numbers
    if deviation == 0.0:
        return bool(found_mean == mean and found_deviation == 0.0)
    error = _SIGMAS / sqrt(count)
    return bool(
        abs(found_mean - mean) <= deviation * error
        and abs(found_deviation - deviation) <= deviation * error / sqrt(2)
        and abs(near - _NEAR) <= sqrt(_NEAR * (1 - _NEAR)) * error
    )
