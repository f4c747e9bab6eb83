"""The verdict on a network, and its reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from math import prod

from designer.audit.error_message import ErrorMessage, final_message, find_numbers, is_about_sizes
from designer.audit.ops.layer_errors import TensorShape, format_sizes
from designer.audit.request import AuditRequest
from designer.audit.trace import AuditNetwork, Trace, trace_network
from designer.limits import MAX_AUDIT_BATCH

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
    """The verdict; ``layer`` is at fault, ``wanted`` is requested or read from the error message.

    ``about_error`` explains the error message of the request; ``geometry`` is False if no size can
    cause that message, None if there is none.
    """

    verdict: AuditVerdict
    reason: str
    layer: int | None = None
    wanted: TensorShape | None = None
    torch_error: str | None = None
    about_error: str | None = None
    geometry: bool | None = None


def diagnose(request: AuditRequest, trace: Trace) -> Diagnosis:
    """The diagnosis of a traced network."""
    network, message = request.network, request.error_message
    wanted = request.wanted_shape
    if trace.layer_error is not None:
        index = len(trace.steps)
        about, geometry = _explain_for_failing_layer(network, trace, message)
        return Diagnosis(
            verdict=AuditVerdict.BREAKS,
            reason=f"Layer {index} ({network.layers[index].op}): {trace.layer_error}.",
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
            reason=_miss_reason(network, trace, wanted, layer),
            layer=layer,
            wanted=wanted,
            about_error=about,
            geometry=geometry,
        )
    return Diagnosis(
        verdict=AuditVerdict.FITS,
        reason=f"Every layer fits; the network ends at {format_sizes(trace.shapes[-1][1:])}.",
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


def _miss_reason(network: AuditNetwork, trace: Trace, wanted: TensorShape, layer: int) -> str:
    op = network.layers[layer].op
    before, after = trace.shapes[layer][1:], trace.shapes[layer + 1][1:]
    formulas = "; ".join(dict.fromkeys(trace.steps[layer].arithmetic))
    end = trace.shapes[-1]
    ends = f"ends at {format_sizes(end[1:])} where {format_sizes(wanted)} is wanted"
    if end[0] != network.batch:
        ends = f"gives {end[0]} results for a batch of {network.batch}"
    return (
        f"The network runs and {ends}."
        f" The sizes are last changed by layer {layer} ({op}), from {format_sizes(before)} to"
        f" {format_sizes(after)}" + (f": {formulas}." if formulas else ".")
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
) -> tuple[str | None, bool | None]:
    """Explanation of the message for a network that runs, and whether sizes can cause it."""
    if message is None:
        return None, None
    if message.other_topic is not None:
        return (
            f"The message is about {message.other_topic}. That is not geometry: no layer's size causes it.",
            False,
        )
    end = trace.shapes[-1]
    if message.loss_input is not None and message.target is not None:
        return _explain_loss_message(network, trace, message.loss_input, message.target)
    if message.axis_sizes is not None and _shape_from_message(trace, message) is not None:
        return (
            f"The message compares {message.axis_sizes[0]} with {message.axis_sizes[1]}: the network ends at"
            f" {format_sizes(end[1:])}.",
            True,
        )
    if is_about_sizes(final_message(message.text)):
        return (
            f"The message is about sizes, but every layer of this network accepts its input, and it"
            f" ends at {format_sizes(end[1:])}: the message comes from another input size, batch or network.",
            True,
        )
    return (
        "Every layer runs, and nothing in the message is about these sizes: it is not the geometry"
        " of this network.",
        False,
    )


def _explain_loss_message(
    network: AuditNetwork, trace: Trace, loss_input: TensorShape, target: TensorShape
) -> tuple[str | None, bool | None]:
    end, batch, numbers = trace.shapes[-1], network.batch, prod(loss_input)
    if numbers == prod(end) == prod(target):
        return (
            f"The loss got the expected {numbers} numbers, but as {format_sizes(loss_input)} instead of"
            f" {format_sizes(target)}: no size is wrong, a view or squeeze of one of them is missing.",
            True,
        )
    if numbers == prod(end) and numbers % batch == 0:
        each = numbers // batch
        whole = f"{numbers} = {batch}·{each}"
        maps = [s[1:] for s in trace.shapes if s[0] == batch and prod(s[1:]) == each]
        ends = maps[-1] if maps else (each,)
        return (
            f"The loss got {whole} numbers where {prod(target)} were expected: the network ends at"
            f" {format_sizes(ends)}, {each} numbers for each of {batch} samples.",
            True,
        )
    return (
        f"The loss got {numbers} numbers; this network gives {prod(end)} for a batch of {batch}"
        f" ({format_sizes(end[1:])} each): the message comes from another input size, batch or network.",
        True,
    )


def _explain_for_failing_layer(
    network: AuditNetwork, trace: Trace, message: ErrorMessage | None
) -> tuple[str | None, bool | None]:
    """Explanation of the message for a layer that fails, and whether sizes can cause it."""
    if message is None:
        return None, None
    seen_text, final_text = _without_spaces(message.text), final_message(message.text)
    batches = _candidate_batches(network, trace, final_text)
    for batch in batches:
        error = _error_at(network, len(trace.steps), batch)
        if error is not None and _without_spaces(error) in seen_text:
            with_batch = "" if batch == network.batch else f", with a batch of {batch}"
            return f"This is the message that was seen{with_batch}.", True
    if message.other_topic is not None:
        return (
            f"The message that was seen is about {message.other_topic}: that is not geometry. The layer"
            " named here fails in any case.",
            False,
        )
    if any(_has_same_numbers(network, trace, batch, final_text) for batch in batches):
        return (
            "The message that was seen has the numbers of this one, in the words of another version"
            " of torch.",
            True,
        )
    if is_about_sizes(final_message(message.text)):
        return (
            "The message that was seen has other words or numbers than torch has for this layer: it"
            " may come from another input, batch or version.",
            True,
        )
    return (
        "Nothing in the message that was seen is about sizes: that is not geometry. The layer named"
        " here fails in any case.",
        False,
    )


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
