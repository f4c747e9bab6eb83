"""The verdict on a network, and its reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from math import prod

from designer.audit.error_message import ErrorMessage, final_message, find_numbers, is_about_sizes
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.request import AuditRequest
from designer.audit.trace import AuditNetwork, Trace, trace_network
from designer.limits import MAX_AUDIT_BATCH
from designer.reasons import Reason, make_reason

MAX_TRIED_BATCHES = 40
"""Maximum number of batch sizes that are compared with the numbers of a message."""


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

    ``layer`` is at fault, ``wanted`` is requested or read from the error message.

    ``about_error`` explains the error message of the request; ``geometry`` is False if no size can
    cause that message, None if there is none.
    """

    verdict: AuditVerdict
    reasons: tuple[Reason, ...]
    layer: int | None = None
    wanted: TensorShape | None = None
    torch_error: str | None = None
    about_error: Reason | None = None
    geometry: bool | None = None


def diagnose(request: AuditRequest, trace: Trace) -> Diagnosis:
    """The diagnosis of a traced network."""
    network, message = request.network, request.error_message
    wanted = request.wanted_shape
    if trace.layer_error is not None:
        index, (error,) = len(trace.steps), trace.layer_error.reasons
        op = network.layers[index].op
        about, geometry = _explain_for_failing_layer(network, trace, message)
        return Diagnosis(
            verdict=AuditVerdict.BREAKS,
            reasons=(make_reason("layer_fails", index=index, op=op, error=error),),
            layer=index,
            wanted=wanted,
            torch_error=trace.layer_error.torch_error,
            about_error=about,
            geometry=geometry,
        )
    if wanted is None and message is not None:
        wanted = _shape_from_message(trace, message)
    about, geometry = _explain_for_running_network(network, trace, message)
    if wanted is not None and trace.shapes[-1] != (network.batch, *wanted):
        layer = last_resizing_layer(network, trace)
        return Diagnosis(
            verdict=AuditVerdict.MISSES,
            reasons=_miss_reasons(network, trace, wanted, layer),
            layer=layer,
            wanted=wanted,
            about_error=about,
            geometry=geometry,
        )
    return Diagnosis(
        verdict=AuditVerdict.FITS,
        reasons=(make_reason("fits", end=trace.shapes[-1][1:]),),
        wanted=wanted,
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


def _shape_from_message(trace: Trace, message: ErrorMessage) -> TensorShape | None:
    """The wanted shape according to the error message of a loss."""
    end = trace.shapes[-1]
    if message.target is not None and message.loss_input is not None:
        if prod(message.loss_input) != prod(end):
            return None
        target = message.target[1:]
        if len(message.target) == 1 and len(message.loss_input) >= 1:
            return (1,) * (len(end) - 1)
        return target
    if message.axis_sizes is not None and message.axis is not None and 0 < message.axis < len(end):
        if end[message.axis] not in message.axis_sizes:
            return None
        wanted = list(end)
        own_size, other_size = (
            message.axis_sizes
            if end[message.axis] == message.axis_sizes[0]
            else reversed(message.axis_sizes)
        )
        return tuple(
            other_size if size == own_size and axis > 1 else size
            for axis, size in enumerate(wanted)
        )[1:]
    return None


def _explain_for_running_network(
    network: AuditNetwork, trace: Trace, message: ErrorMessage | None
) -> tuple[Reason | None, bool | None]:
    """Explanation of the message for a network that runs, and whether sizes can cause it."""
    if message is None:
        return None, None
    if message.other_topic is not None:
        return make_reason("other_topic", topic=make_reason(message.other_topic)), False
    end = trace.shapes[-1]
    if message.loss_input is not None and message.target is not None:
        return _explain_loss_message(network, trace, message.loss_input, message.target)
    if message.axis_sizes is not None and _shape_from_message(trace, message) is not None:
        first, second = message.axis_sizes
        return make_reason("compared_sizes", first=first, second=second, end=end[1:]), True
    if is_about_sizes(final_message(message.text)):
        return make_reason("message_from_elsewhere", end=end[1:]), True
    return make_reason("message_about_nothing_here"), False


def _explain_loss_message(
    network: AuditNetwork, trace: Trace, loss_input: TensorShape, target: TensorShape
) -> tuple[Reason | None, bool | None]:
    end, batch, numbers = trace.shapes[-1], network.batch, prod(loss_input)
    facts = {"numbers": numbers, "target": target, "loss_input": loss_input, "batch": batch}
    if numbers == prod(end) == prod(target):
        return make_reason("loss_of_other_shape", **facts), True
    if numbers == prod(end) and numbers % batch == 0:
        each = numbers // batch
        maps = [s[1:] for s in trace.shapes if s[0] == batch and prod(s[1:]) == each]
        facts |= {"expected": prod(target), "each": each, "end": maps[-1] if maps else (each,)}
        return make_reason("loss_of_other_numbers", **facts), True
    facts |= {"given": prod(end), "end": end[1:]}
    return make_reason("loss_from_elsewhere", **facts), True


def _explain_for_failing_layer(
    network: AuditNetwork, trace: Trace, message: ErrorMessage | None
) -> tuple[Reason | None, bool | None]:
    """Explanation of the message for a layer that fails, and whether sizes can cause it."""
    if message is None:
        return None, None
    seen_text, final_text = _without_spaces(message.text), final_message(message.text)
    batches = _candidate_batches(network, trace, final_text)
    for batch in batches:
        error = _error_at(network, len(trace.steps), batch)
        if error is not None and _without_spaces(error) in seen_text:
            code = "same_message" if batch == network.batch else "same_message_of_batch"
            return make_reason(code, batch=batch), True
    if message.other_topic is not None:
        return make_reason("seen_other_topic", topic=make_reason(message.other_topic)), False
    if any(_has_same_numbers(network, trace, batch, final_text) for batch in batches):
        return make_reason("same_numbers"), True
    if is_about_sizes(final_message(message.text)):
        return make_reason("other_message"), True
    return make_reason("seen_message_not_about_sizes"), False


def _candidate_batches(network: AuditNetwork, trace: Trace, text: str) -> list[int]:
    """Batch sizes that the numbers of a message may come from, the request's own first."""
    each = prod(trace.shapes[-1][1:])
    candidates = [
        count for number in sorted(find_numbers(text)) for count in (number, number // each)
    ]
    candidates = [count for count in candidates if 1 <= count <= MAX_AUDIT_BATCH]
    return list(dict.fromkeys([network.batch, *candidates]))[:MAX_TRIED_BATCHES]


def _error_at(network: AuditNetwork, index: int, batch: int) -> str | None:
    """Torch's message for the failing layer with another batch size."""
    trace = trace_network(replace(network, batch=batch))
    if trace.layer_error is None or trace.fails_at != index:
        return None
    return trace.layer_error.torch_error


def _has_same_numbers(network: AuditNetwork, trace: Trace, batch: int, text: str) -> bool:
    numbers = find_numbers(_error_at(network, len(trace.steps), batch) or "")
    return len(numbers) > 1 and numbers <= find_numbers(text) and is_about_sizes(text)


def _without_spaces(text: str) -> str:
    """A text without whitespace, which copying may change."""
    return "".join(text.split())
