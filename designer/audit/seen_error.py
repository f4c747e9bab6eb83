"""Explanation of the error message that was seen, by the sizes of a network that was run or traced."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod

from designer.audit.error_message import ErrorMessage, final_message, find_numbers, is_about_sizes
from designer.audit.ops.layer_errors import TensorShape
from designer.reasons import Reason, make_reason
from designer.validation.limits import MAX_AUDIT_BATCH

MAX_TRIED_BATCHES = 40
"""Maximum number of batch sizes that are compared with the numbers of a message."""

Explanation = tuple[Reason | None, bool | None]
"""What a message means here, and whether sizes can cause it; None twice without a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedSizes:
    """The sizes of a network: its batch, and the input and every output in order, batch axis first.

    ``end`` is the output that a loss would compare.
    """

    batch: int
    shapes: Sequence[TensorShape]
    end: TensorShape


def wanted_by_message(end: TensorShape, message: ErrorMessage) -> TensorShape | None:
    """The wanted shape of one sample according to the error message of a loss."""
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


def explain_for_running_network(sizes: TracedSizes, message: ErrorMessage | None) -> Explanation:
    """Explanation of the message for a network that runs."""
    if message is None:
        return None, None
    if message.other_topic is not None:
        return make_reason("other_topic", topic=make_reason(message.other_topic)), False
    end = sizes.end
    if message.loss_input is not None and message.target is not None:
        return _explain_loss_message(sizes, message.loss_input, message.target)
    if message.axis_sizes is not None and wanted_by_message(end, message) is not None:
        first, second = message.axis_sizes
        return make_reason("compared_sizes", first=first, second=second, end=end[1:]), True
    if is_about_sizes(final_message(message.text)):
        return make_reason("message_from_elsewhere", end=end[1:]), True
    return make_reason("message_about_nothing_here"), False


def _explain_loss_message(
    sizes: TracedSizes, loss_input: TensorShape, target: TensorShape
) -> Explanation:
    end, batch, numbers = sizes.end, sizes.batch, prod(loss_input)
    facts = {"numbers": numbers, "target": target, "loss_input": loss_input, "batch": batch}
    if numbers == prod(end) == prod(target):
        return make_reason("loss_of_other_shape", **facts), True
    if numbers == prod(end) and numbers % batch == 0:
        each = numbers // batch
        maps = [s[1:] for s in sizes.shapes if s[0] == batch and prod(s[1:]) == each]
        facts |= {"expected": prod(target), "each": each, "end": maps[-1] if maps else (each,)}
        return make_reason("loss_of_other_numbers", **facts), True
    facts |= {"given": prod(end), "end": end[1:]}
    return make_reason("loss_from_elsewhere", **facts), True


def explain_for_failing_layer(
    sizes: TracedSizes, message: ErrorMessage | None, error_at: Callable[[int], str | None]
) -> Explanation:
    """Explanation of the message for a layer that fails.

    ``error_at`` gives torch's message for that layer with another batch size.
    """
    if message is None:
        return None, None
    seen_text, final_text = _without_spaces(message.text), final_message(message.text)
    batches = _candidate_batches(sizes, final_text)
    for batch in batches:
        error = error_at(batch)
        if error is not None and _without_spaces(error) in seen_text:
            code = "same_message" if batch == sizes.batch else "same_message_of_batch"
            return make_reason(code, batch=batch), True
    if message.other_topic is not None:
        return make_reason("seen_other_topic", topic=make_reason(message.other_topic)), False
    if any(_has_same_numbers(error_at(batch), final_text) for batch in batches):
        return make_reason("same_numbers"), True
    if is_about_sizes(final_message(message.text)):
        return make_reason("other_message"), True
    return make_reason("seen_message_not_about_sizes"), False


def _candidate_batches(sizes: TracedSizes, text: str) -> list[int]:
    """Batch sizes that the numbers of a message may come from, the request's own first."""
    each = max(1, prod(sizes.shapes[-1][1:]))
    candidates = [
        count for number in sorted(find_numbers(text)) for count in (number, number // each)
    ]
    candidates = [count for count in candidates if 1 <= count <= MAX_AUDIT_BATCH]
    return list(dict.fromkeys([sizes.batch, *candidates]))[:MAX_TRIED_BATCHES]


def _has_same_numbers(error: str | None, text: str) -> bool:
    numbers = find_numbers(error or "")
    return len(numbers) > 1 and numbers <= find_numbers(text) and is_about_sizes(text)


def _without_spaces(text: str) -> str:
    """A text without whitespace, which copying may change."""
    return "".join(text.split())
