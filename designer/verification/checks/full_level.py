"""The checks that level ``full`` adds."""

from __future__ import annotations

from collections.abc import Iterator

from designer.networks import Network
from designer.reasons import make_reason
from designer.validation.json_readers import JsonValue
from designer.verification.checks.standard import (
    Measurements,
    equality_check,
    is_number,
    measurement_at,
    tolerance_check,
)
from designer.verification.predictions import Plan
from designer.verification.probe_job import forward_output_shape
from designer.verification.receipt import Check

_BATCH = 3
_EXPORT_TOLERANCE = 1e-4


def compare_full(plan: Plan, measured: Measurements) -> Iterator[Check]:
    """Other dtypes, another device, saved weights, exported graphs."""
    for role, network in plan.full.networks.items():
        found = measurement_at(measured, f"{role}_at_full_level")
        yield _precision_check(f"{role}.float64", "float64", measurement_at(found, "float64"), 1e-3)
        yield _bfloat16_check(f"{role}.bfloat16", network, measurement_at(found, "bfloat16"))
        shape = [_BATCH, *forward_output_shape(network)]
        yield equality_check(
            f"{role}.meta", {"device": "meta", "shape": shape}, measurement_at(found, "meta")
        )
        yield equality_check(f"{role}.state_dict", True, measurement_at(found, "state_dict"))
        yield tolerance_check(
            f"{role}.export",
            _by_output_name(measurement_at(found, "export")),
            ["output"],
            _EXPORT_TOLERANCE,
        )
        yield _onnx_check(f"{role}.onnx", measurement_at(found, "onnx"))


def _bfloat16_check(name: str, network: Network, found: JsonValue) -> Check:
    """Not run for average pools of three axes, which torch lacks in bfloat16 on the CPU."""
    if any(placed.module.torch_class == "AvgPool3d" for placed in network.placed_modules):
        reason = make_reason("no_bfloat16_pools")
        return Check(name=name, passed=None, predicted=0.0, tolerance=0.1, reason=reason)
    return _precision_check(name, "bfloat16", found, 0.1)


def _precision_check(name: str, kind: str, found: JsonValue, tolerance: float) -> Check:
    """The dtype, and the largest difference from float32, relative to the largest number."""
    difference = measurement_at(found, "difference")
    right_type = measurement_at(found, "dtype") == f"torch.{kind}"
    return Check(
        name=name,
        passed=right_type and is_number(difference) and difference <= tolerance,
        predicted={"dtype": f"torch.{kind}", "difference": 0.0},
        measured=found,
        tolerance=tolerance,
    )


def _by_output_name(difference: JsonValue) -> JsonValue:
    return difference if isinstance(difference, dict) else {"output": difference}


def _onnx_check(name: str, found: JsonValue) -> Check:
    missing = found.get("not_installed") if isinstance(found, dict) else None
    if missing:
        reason = make_reason("packages_missing", packages=[*map(str, missing)])
        return Check(
            name=name, passed=None, predicted=0.0, tolerance=_EXPORT_TOLERANCE, reason=reason
        )
    return tolerance_check(name, _by_output_name(found), ["output"], _EXPORT_TOLERANCE)
