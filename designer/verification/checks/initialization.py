"""Whether ``weights_init`` draws what DCGAN states: N(0, 0.02) for layers, N(1, 0.02) for norms."""

from __future__ import annotations

from collections.abc import Iterator
from math import erf, sqrt

from designer.networks import Convolve, Network, Norm
from designer.verification.checks.standard import Measurements, equal, is_number, part
from designer.verification.predictions import Plan, make_copies, networks_of
from designer.verification.receipt import Check, Json

Law = tuple[float, float]
"""Mean and deviation."""

_NEAR = erf(1 / sqrt(2))
"""Share of a normal distribution within one deviation of its mean."""

_SIGMAS = 6.0


def compare_initialisation(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """Mean, deviation and shape of what was drawn, each within six of its standard errors."""
    assert plan.run is not None, "only what ran is compared"
    for role, network in networks_of(plan.run).items():
        found = part(measured, role, "initialisation")
        stated = _stated(network)
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
        if copies := make_copies(network):
            apart = part(measured, role, "apart")
            yield equal(f"{role}.pixels_start_alike", dict.fromkeys(copies, 0.0), apart)


def _stated(network: Network) -> dict[str, Law]:
    """What is drawn for each kind of weight that the network has."""
    modules = [placed.module for placed in network.placed]
    stated: dict[str, Law] = {"convolution weight": (0.0, 0.02)}
    if any(isinstance(module, Convolve) and module.layer.bias for module in modules):
        stated["convolution bias"] = (0.0, 0.0)
    if any(isinstance(module, Norm) for module in modules):
        stated |= {"norm weight": (1.0, 0.02), "norm bias": (0.0, 0.0)}
    if network.embedding is not None:
        stated["Embedding weight"] = (0.0, 1.0)
    if network.projection is not None:
        stated["Embedding weight"] = (0.0, 0.02)
    return stated


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
