"""Checks of ``weights_init``: what it draws for each tensor, compared with the design.

Every figure of a tensor has a bound that a correct source exceeds with a small, stated probability;
see ``designer.verification.false_alarms``.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

from designer.networks import Network
from designer.reasons import Reason, make_reason
from designer.validation.json_readers import JsonValue
from designer.verification.checks.initialization_figures import (
    Figure,
    expected_repeats,
    moment_figures,
    planned_figures,
)
from designer.verification.checks.standard import (
    Measurements,
    equality_check,
    error_reason,
    is_number,
    measurement_at,
)
from designer.verification.false_alarms import allowed_surprise
from designer.verification.initialization_plan import (
    InitialTensor,
    icnr_copies,
    planned_tensors,
)
from designer.verification.predictions import Plan
from designer.verification.receipt import Check

_LARGEST_NUMBER = 1e100
"""No measured number is as large."""


def compare_initialisation(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """Each tensor of each network is drawn as the design states."""
    assert plan.run is not None, "a plan without a run has no measurements"
    figures = {role: _figures_by_tensor(network) for role, network in plan.run.networks.items()}
    total = sum(len(each) for tensors in figures.values() for each in tensors.values())
    for role, network in plan.run.networks.items():
        tensors = planned_tensors(network)
        found = measurement_at(measured, role, "initialisation")
        error = error_reason(found)
        drawn = found if isinstance(found, dict) and not error else {}
        faults = [
            fault
            for tensor in tensors
            if (fault := _first_fault(tensor, drawn.get(tensor.name), figures[role], total))
        ]
        unknown = sorted(drawn.keys() - figures[role].keys())
        faults += [_fault(name, "not_in_design") for name in unknown]
        yield Check(
            name=f"{role}.initialisation",
            passed=not faults,
            predicted={t.name: {"mean": t.mean, "deviation": t.deviation} for t in tensors},
            measured={t.name: _summary(t, drawn.get(t.name)) for t in tensors} if drawn else found,
            tolerance=round(sqrt(2 * allowed_surprise(1, total)), 2),
            reason=error or _count_others(faults),
        )
        if copies := icnr_copies(network):
            apart = measurement_at(measured, role, "apart")
            yield equality_check(f"{role}.pixels_start_alike", dict.fromkeys(copies, 0.0), apart)


def compare_construction(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """From one seed, the constructor and ``weights_init`` leave the tensors that torch's layers have."""
    for role in plan.thin.networks:
        found = measurement_at(measured, f"{role}_construction")
        yield equality_check(f"{role}.construction", [], found)


def _count_others(faults: list[Reason]) -> Reason | None:
    """The first of several faults, and how many there are besides."""
    if len(faults) < 2:
        return faults[0] if faults else None
    return make_reason("more_tensors", first=faults[0], more=len(faults) - 1)


def _fault(tensor: str, code: str, **facts: object) -> Reason:
    return make_reason("at_part", part=tensor, reason=make_reason(code, **facts))


def _figures_by_tensor(network: Network) -> dict[str, list[Figure]]:
    """The figures of each tensor of a network, by its name; none of one that is not drawn."""
    tensors = planned_tensors(network)
    drawn = [tensor for tensor in tensors if tensor.deviation]
    repeats = expected_repeats(drawn)
    figures: dict[str, list[Figure]] = {tensor.name: [] for tensor in tensors}
    for place, tensor in enumerate(drawn):
        figures[tensor.name] = planned_figures(tensor, drawn[:place], repeats)
    return figures


def _first_fault(
    tensor: InitialTensor, found: JsonValue, figures: dict[str, list[Figure]], total: int
) -> Reason | None:
    """A statement about the first figure that is missing or too surprising; None if there is none.

    ``total``: how many figures the receipt has.
    """
    if not tensor.deviation:
        return _constant_fault(tensor, found)
    count = _number_at(found, "count")
    if error := error_reason(found):
        return make_reason("at_part", part=tensor.name, reason=error)
    if count is None:
        return _fault(tensor.name, "not_measured")
    if count not in (tensor.pooled, tensor.all_pooled):
        facts = {"count": _written(count), "expected": tensor.pooled}
        return _fault(tensor.name, "count_differs", **facts)
    for figure in [*moment_figures(tensor, int(count)), *figures[tensor.name][2:]]:
        value = _number_at(found, *figure.keys)
        allowed = allowed_surprise(figure.comparisons, total)
        if value is None:
            return _fault(tensor.name, "figure_not_measured", figure=figure.label)
        if not figure.surprise(value) <= allowed:
            low, high = map(_written, figure.bounds(allowed))
            code = "figure_above" if low == "-inf" else "figure_outside"
            measured = _written(figure.in_weights(value))
            facts = {"figure": figure.label, "measured": measured, "low": low, "high": high}
            return _fault(tensor.name, code, **facts)
    return None


def _constant_fault(tensor: InitialTensor, found: JsonValue) -> Reason | None:
    least, largest = (_number_at(found, end) for end in ("least", "largest"))
    if least is None or largest is None or _number_at(found, "count") != tensor.pooled:
        return _fault(tensor.name, "not_measured")
    if least == largest == tensor.mean:
        return None
    ends = {"least": _written(least), "largest": _written(largest)}
    return _fault(tensor.name, "constant_differs", **ends, expected=_written(tensor.mean))


def _number_at(found: JsonValue, *keys: str) -> float | None:
    """The finite number under these keys; None if there is none."""
    value = measurement_at(found, *keys)
    return float(value) if is_number(value) and abs(value) < _LARGEST_NUMBER else None


def _written(number: float) -> str:
    return f"{number:.5g}"


def _summary(tensor: InitialTensor, found: JsonValue) -> dict[str, JsonValue]:
    """A few figures of a tensor, in the unit of its weights, and the largest correlation."""
    if not tensor.deviation:
        return {key: _number_at(found, key) for key in ("count", "least", "largest")}
    summary: dict[str, JsonValue] = {"count": int(_number_at(found, "count") or 0)}
    for figure in moment_figures(tensor, tensor.pooled):
        value = _number_at(found, *figure.keys)
        summary[figure.keys[0]] = None if value is None else figure.in_weights(value)
    layers = measurement_at(found, "layers")
    correlations = [
        _number_at(found, "draws", "correlation"),
        *(_number_at(found, "axes", axis, "pair") for axis in tensor.samples),
        *(_number_at(layers, name) for name in (layers if isinstance(layers, dict) else ())),
    ]
    known = [abs(value) for value in correlations if value is not None]
    return {
        **summary,
        "distance": _number_at(found, "distance"),
        "correlation": max(known, default=None),
    }
