"""The comparisons that level ``full`` adds."""

from __future__ import annotations

from collections.abc import Iterator

from designer.networks import AveragePool, Network
from designer.verification.checks.standard import Measurements, equal, is_number, near, part
from designer.verification.predictions import Plan, answer_shape, networks_of
from designer.verification.receipt import Check, Json

_BATCH = 3
_EXPORTED = 1e-4


def compare_full(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """Number types, another device, saved weights, exported graphs."""
    for role, network in networks_of(plan.full).items():
        found = part(measured, f"{role}_at_full_level")
        yield _close(f"{role}.float64", "float64", part(found, "float64"), 1e-3)
        yield _bfloat16(f"{role}.bfloat16", network, part(found, "bfloat16"))
        shape = [_BATCH, *answer_shape(network)]
        yield equal(f"{role}.meta", {"device": "meta", "shape": shape}, part(found, "meta"))
        yield equal(f"{role}.state_dict", True, part(found, "state_dict"))
        yield near(f"{role}.export", _named(part(found, "export")), ["output"], _EXPORTED)
        yield _onnx(f"{role}.onnx", part(found, "onnx"))


def _bfloat16(name: str, network: Network, found: Json) -> Check:
    """Torch has no average pool of three axes for it on the CPU: there it is not run."""
    if any(isinstance(p.module, AveragePool) and len(p.after.size) == 3 for p in network.placed):
        detail = "not run: torch has no AvgPool3d for bfloat16 on the CPU"
        return Check(name=name, passed=None, predicted=0.0, tolerance=0.1, detail=detail)
    return _close(name, "bfloat16", found, 0.1)


def _close(name: str, kind: str, found: Json, tolerance: float) -> Check:
    """The type, and no larger difference from float32, relative to the largest number."""
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
