"""The comparisons that level ``full`` adds."""

from __future__ import annotations

from collections.abc import Iterator

from designer.verification.compare import Measurements, equal, is_number, near, part
from designer.verification.plan import Plan, answer_shape, networks_of
from designer.verification.receipt import Check, Json

_BATCH = 3
_CLOSE = {"float64": 1e-3, "bfloat16": 0.1}
"""Largest difference from float32 that rounding explains, relative to the largest number."""

_EXPORTED = 1e-4


def compare_full(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """Number types, another device, saved weights, exported graphs."""
    for role, network in networks_of(plan.full).items():
        found = part(measured, f"{role}_at_full_level")
        for kind, tolerance in _CLOSE.items():
            yield _close(f"{role}.{kind}", kind, part(found, kind), tolerance)
        shape = [_BATCH, *answer_shape(network)]
        yield equal(f"{role}.meta", {"device": "meta", "shape": shape}, part(found, "meta"))
        yield equal(f"{role}.state_dict", True, part(found, "state_dict"))
        yield near(f"{role}.export", _named(part(found, "export")), ["output"], _EXPORTED)
        yield _onnx(f"{role}.onnx", part(found, "onnx"))


def _close(name: str, kind: str, found: Json, tolerance: float) -> Check:
    difference = part(found, "difference")
    right_type = part(found, "dtype") == f"torch.{kind}"
    return Check(
        name=name,
        passed=right_type and is_number(difference) and difference <= tolerance,
        predicted={"dtype": f"torch.{kind}", "difference": 0.0},
        measured=found,
        tolerance=tolerance,
    )


def _named(difference: Json) -> Json:
    return difference if isinstance(difference, dict) else {"output": difference}


def _onnx(name: str, found: Json) -> Check:
    missing = found.get("not_installed") if isinstance(found, dict) else None
    if missing:
        detail = f"not run: {', '.join(missing)} not installed (extra `export`)"
        return Check(name=name, passed=None, predicted=0.0, tolerance=_EXPORTED, detail=detail)
    return near(name, _named(found), ["output"], _EXPORTED)
