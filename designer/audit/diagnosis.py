"""The verdict on a network, and its reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from designer.audit.ops.layer_errors import TensorShape
from designer.audit.request import AuditRequest
from designer.audit.seen_error import (
    TracedSizes,
    explain_for_failing_layer,
    explain_for_running_network,
)
from designer.audit.trace import AuditNetwork, Trace, trace_network
from designer.audit.wanted_shape import WantedFrom, assume_wanted
from designer.reasons import Reason, make_reason


class AuditVerdict(StrEnum):
    """Result of an audit."""

    FITS = "fits"
    """Every layer runs, and the output has the wanted shape if one is known."""
    BREAKS = "breaks"
    """Torch refuses a layer."""
    MISSES = "misses"
    """Every layer runs, but the output does not have the wanted shape."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """The verdict and its reasons.

    ``layer`` is at fault; ``wanted_from`` says where ``wanted`` comes from.

    ``about_error`` explains the error message of the request; ``geometry`` is False if no size can
    cause that message, None if there is none.
    """

    verdict: AuditVerdict
    reasons: tuple[Reason, ...]
    layer: int | None = None
    wanted: TensorShape | None = None
    wanted_from: WantedFrom | None = None
    torch_error: str | None = None
    about_error: Reason | None = None
    geometry: bool | None = None


def diagnose(request: AuditRequest, trace: Trace) -> Diagnosis:
    """The diagnosis of a traced network."""
    if trace.layer_error is None:
        return _diagnose_running(request, trace)
    network, message = request.network, request.error_message
    sizes = TracedSizes(batch=network.batch, shapes=trace.shapes, end=trace.shapes[-1])
    index, (error,) = len(trace.steps), trace.layer_error.reasons
    about, geometry = explain_for_failing_layer(
        sizes, message, lambda batch: _error_at(network, index, batch)
    )
    return Diagnosis(
        verdict=AuditVerdict.BREAKS,
        reasons=(
            make_reason("layer_fails", index=index, op=network.layers[index].op, error=error),
        ),
        layer=index,
        wanted=request.wanted_shape,
        wanted_from=None if request.wanted_shape is None else WantedFrom.REQUEST,
        torch_error=trace.layer_error.torch_error,
        about_error=about,
        geometry=geometry,
    )


def _diagnose_running(request: AuditRequest, trace: Trace) -> Diagnosis:
    network, message, wanted = request.network, request.error_message, request.wanted_shape
    sizes = TracedSizes(batch=network.batch, shapes=trace.shapes, end=trace.shapes[-1])
    wanted_from = None if wanted is None else WantedFrom.REQUEST
    assumed = None if wanted else assume_wanted(trace.shapes, trace.shapes[-1], message)
    if assumed is not None:
        wanted, wanted_from = assumed.shape, assumed.wanted_from
    about, geometry = explain_for_running_network(sizes, message)
    verdict, layer = AuditVerdict.FITS, None
    reasons: tuple[Reason, ...] = (make_reason("fits", end=trace.shapes[-1][1:]),)
    if wanted is not None and trace.shapes[-1] != (network.batch, *wanted):
        verdict, layer = AuditVerdict.MISSES, last_resizing_layer(network, trace)
        reasons = _miss_reasons(network, trace, wanted, layer)
    return Diagnosis(
        verdict=verdict,
        reasons=(*reasons, *(() if assumed is None else (assumed.reason,))),
        layer=layer,
        wanted=wanted,
        wanted_from=wanted_from,
        about_error=about,
        geometry=geometry,
    )


def last_resizing_layer(network: AuditNetwork, trace: Trace) -> int:
    """Index of the last layer that resizes the map; reshape, flatten and linear do not count."""
    for index in range(len(trace.steps) - 1, -1, -1):
        before, after = trace.shapes[index], trace.shapes[index + 1]
        if before[2:] != after[2:] and network.layers[index].works_on_maps:
            return index
    return len(trace.steps) - 1


def _miss_reasons(
    network: AuditNetwork, trace: Trace, wanted: TensorShape, layer: int
) -> tuple[Reason, ...]:
    end, formulas = trace.shapes[-1], list(dict.fromkeys(trace.steps[layer].arithmetic))
    return (
        make_reason(
            "other_end" if end[0] == network.batch else "other_batch",
            end=end[1:],
            wanted=wanted,
            results=end[0],
            batch=network.batch,
        ),
        make_reason(
            "last_change_by_formula" if formulas else "last_change",
            index=layer,
            op=network.layers[layer].op,
            before=trace.shapes[layer][1:],
            after=trace.shapes[layer + 1][1:],
            formulas=formulas,
        ),
    )


def _error_at(network: AuditNetwork, index: int, batch: int) -> str | None:
    """Torch's message for the failing layer with another batch size."""
    trace = trace_network(replace(network, batch=batch))
    if trace.layer_error is None or trace.fails_at != index:
        return None
    return trace.layer_error.torch_error
