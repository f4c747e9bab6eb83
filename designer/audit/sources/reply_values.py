"""Values of a reply from the sandbox: nothing in it is trusted, and what is not of its form is refused."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

from designer.audit.ops.layer_errors import TensorShape
from designer.validation.json_readers import JsonValue

MAX_REPLY_ENTRIES = 4096
MAX_REPLY_TEXT = 4000
MAX_REPLY_NUMBER = 2**40
MAX_TENSOR_ELEMENTS = 2**62


class InvalidTrace(Exception):
    """The reply is not of the agreed form."""


def reply_place(value: JsonValue) -> tuple[str, tuple[int, ...]]:
    """The file and the span of an expression.

    Raises:
        InvalidTrace: if it is anything else.
    """
    place = reply_list(value, 2)
    if len(place) != 2:
        raise InvalidTrace
    file, span = place
    return reply_text(file), reply_shape(span)


def reply_shapes(value: JsonValue, depth: int) -> JsonValue:
    """Shapes, nested as the outputs of a network are.

    Raises:
        InvalidTrace: if it is anything else.
    """
    if value is None:
        return None
    if isinstance(value, Mapping) and depth:
        return {reply_text(name): reply_shapes(each, depth - 1) for name, each in value.items()}
    entries = reply_list(value)
    if all(isinstance(each, int) and not isinstance(each, bool) for each in entries):
        return list(reply_shape(entries))
    if not depth:
        raise InvalidTrace
    return [reply_shapes(each, depth - 1) for each in entries]


def reply_shape(value: JsonValue) -> TensorShape:
    """The sizes of a tensor.

    Raises:
        InvalidTrace: if it is anything else.
    """
    shape = tuple(reply_integer(size, 0, MAX_REPLY_NUMBER) for size in reply_list(value, 64))
    if prod(shape) > MAX_TENSOR_ELEMENTS:
        raise InvalidTrace
    return shape


def reply_object(value: JsonValue) -> dict[str, Any]:
    """An object.

    Raises:
        InvalidTrace: if it is anything else.
    """
    if not isinstance(value, dict) or len(value) > MAX_REPLY_ENTRIES:
        raise InvalidTrace
    return value


def reply_list(value: JsonValue, most: int = MAX_REPLY_ENTRIES) -> list[Any]:
    """A list of at most so many entries.

    Raises:
        InvalidTrace: if it is anything else.
    """
    if not isinstance(value, list) or len(value) > most:
        raise InvalidTrace
    return value


def reply_text(value: JsonValue) -> str:
    """A text.

    Raises:
        InvalidTrace: if it is anything else.
    """
    if not isinstance(value, str) or len(value) > MAX_REPLY_TEXT:
        raise InvalidTrace
    return value


def optional_reply_text(value: JsonValue) -> str | None:
    """A text or None.

    Raises:
        InvalidTrace: if it is anything else.
    """
    return None if value is None else reply_text(value)


def reply_integer(value: JsonValue, low: int, high: int) -> int:
    """A whole number from low to high.

    Raises:
        InvalidTrace: if it is anything else.
    """
    if type(value) is not int or not low <= value <= high:
        raise InvalidTrace
    return value


def optional_reply_integer(value: JsonValue) -> int | None:
    """A whole number or None.

    Raises:
        InvalidTrace: if it is anything else.
    """
    return None if value is None else reply_integer(value, 0, MAX_REPLY_NUMBER)
