"""The output shape that is taken as wanted where the request names none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from designer.audit.error_message import ErrorMessage
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.seen_error import wanted_by_message
from designer.reasons import Reason, make_reason

NEAR_RATIO = 0.25
"""Largest relative difference between input and output sizes that are nearly equal."""


class WantedFrom(StrEnum):
    """Where the wanted shape comes from."""

    REQUEST = "request"
    ERROR = "error"
    """The target in the error message of a loss."""
    INPUT = "input"
    """The input of an autoencoder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssumedShape:
    """A shape of one sample that is taken as wanted, and the sentence that says so."""

    shape: TensorShape
    wanted_from: WantedFrom
    reason: Reason


def assume_wanted(
    shapes: Sequence[TensorShape], end: TensorShape, message: ErrorMessage | None
) -> AssumedShape | None:
    """What is wanted of a network that runs: by the error message, or as much as an autoencoder is given.

    ``shapes`` are those of the input and of all maps, with the batch, ``end`` is that of the output.

    >>> assumed = assume_wanted([(2, 3, 30, 30), (2, 8, 14, 14), (2, 3, 28, 28)], (2, 3, 28, 28), None)
    >>> assumed.shape, assumed.reason.sentence
    ((3, 30, 30), 'The network shrinks its input and grows it again: the input 3×30×30 is taken as wanted.')
    """
    by_message = None if message is None else wanted_by_message(end, message)
    if by_message is not None:
        reason = make_reason("wanted_from_error", shape=by_message)
        return AssumedShape(shape=by_message, wanted_from=WantedFrom.ERROR, reason=reason)
    start = shapes[0]
    if end[:2] == start[:2] and is_near(end, start) and _shrinks_and_grows(shapes, end):
        reason = make_reason("wanted_from_input", shape=start[1:])
        return AssumedShape(shape=start[1:], wanted_from=WantedFrom.INPUT, reason=reason)
    return None


def is_near(end: TensorShape, start: TensorShape) -> bool:
    """Whether the sizes of two maps are nearly equal; those of equal maps are not."""
    if end == start or len(end) != len(start) or len(end) < 3:
        return False
    pairs = list(zip(end[2:], start[2:], strict=True))
    near = all(abs(out - put) <= NEAR_RATIO * put for out, put in pairs)
    return near and any(out != put for out, put in pairs)


def _shrinks_and_grows(shapes: Sequence[TensorShape], end: TensorShape) -> bool:
    """Whether some map between has at most half the size of both ends, on every axis."""
    largest = [min(sizes) / 2 for sizes in zip(end[2:], shapes[0][2:], strict=True)]
    inner = (shape[2:] for shape in shapes[1:] if 2 <= len(shape) <= len(end))
    return any(
        all(size <= most for size, most in zip(sizes, largest, strict=False)) for sizes in inner
    )
