"""Types of the ops' fields: the JSON Schema of each, and its reader."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Annotated, Any

from designer.validation.field_validators import shown_value
from designer.validation.json_readers import (
    read_choice,
    read_flag,
    read_integer,
    read_list,
    read_text,
    refuse_field,
)
from designer.validation.json_schema import JsonSchema, choice, integer, list_of, nullable
from designer.validation.limits import MAX_SIGNAL_LENGTH, MAX_WINDOW_VALUE

PerAxis = int | tuple[int, ...]
"""One value per axis, or one for all axes, as in the request."""


def as_per_axis(values: Sequence[int]) -> PerAxis:
    """One value per axis as a layer states it: one number if all axes have the same.

    >>> as_per_axis([2, 2]), as_per_axis([1, 2])
    (2, (1, 2))
    """
    return values[0] if len(set(values)) == 1 else tuple(values)


@dataclass(frozen=True, slots=True, eq=False)
class FieldType:
    """Type of a field: its JSON Schema, and the reader of its JSON values.

    ``read`` returns the typed value of a JSON value, or refuses the value at its pointer.
    """

    schema: JsonSchema
    read: Callable[[object, str], Any]


MAX_COUNT = 2**30
"""Maximum number of channels or features of a layer."""

MAX_KERNEL_SIZE = 4096
"""Maximum kernel size of a layer."""

MAX_SCALE = 1024
"""Maximum factor of an upsampling."""

MAX_FREE_TEXT = 100
"""Maximum number of characters of ``norm`` and ``activation``."""


def integer_type(low: int, high: int) -> FieldType:
    """Integers from ``low`` to ``high``."""
    return FieldType(
        integer(low, high),
        lambda value, pointer: read_integer(value, pointer=pointer, low=low, high=high),
    )


def list_type(each: FieldType, *, most: int, least: int = 1) -> FieldType:
    """Lists of ``least`` to ``most`` entries."""

    def read(value: object, pointer: str) -> tuple[Any, ...]:
        entries = read_list(value, pointer=pointer, low=least, high=most)
        return tuple(each.read(entry, f"{pointer}/{place}") for place, entry in enumerate(entries))

    return FieldType(list_of(each.schema, least, most), read)


def either_type(one: FieldType, other: FieldType, kind: type) -> FieldType:
    """``other`` for values of a Python type, ``one`` for all others."""

    def read(value: object, pointer: str) -> Any:  # noqa: ANN401
        return (other if isinstance(value, kind) else one).read(value, pointer)

    return FieldType({"oneOf": [one.schema, other.schema]}, read)


def one_or_list_type(one: FieldType, *, most: int = 3, or_null: bool = False) -> FieldType:
    """One value, or a list of up to ``most``, which may contain nulls."""
    entry = FieldType(
        nullable(one.schema) if or_null else one.schema,
        lambda value, pointer: None if or_null and value is None else one.read(value, pointer),
    )
    return either_type(one, list_type(entry, most=most), list)


def per_axis_type(
    low: int, high: int = MAX_SIGNAL_LENGTH, *, most: int = 3, or_null: bool = False
) -> FieldType:
    """One integer, or a list of them for 1 to ``most`` axes."""
    return one_or_list_type(integer_type(low, high), most=most, or_null=or_null)


def choice_type(*names: str) -> FieldType:
    """One of several strings."""
    return FieldType(
        choice(*names), lambda value, pointer: read_choice(value, names, pointer=pointer)
    )


def _read_scale_factor(value: object, pointer: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        refuse_field(pointer, "not_a_number", {"got": shown_value(value)})
    if not (isfinite(value) and 0 < value <= MAX_SCALE):
        refuse_field(
            pointer,
            "out_of_range",
            {"got": shown_value(value)},
            sentence="scale_out_of_range",
            minimum=0,
            maximum=MAX_SCALE,
        )
    return value


SCALE_FACTOR = FieldType(
    {"type": "number", "exclusiveMinimum": 0, "maximum": MAX_SCALE}, _read_scale_factor
)
"""A factor above 0; the only type that accepts fractions."""

CONV_PADDING = either_type(per_axis_type(0, MAX_WINDOW_VALUE), choice_type("same", "valid"), str)
"""Padding of a convolution: sizes, or ``same`` or ``valid``, which transposed ones of torch refuse."""

BOOLEAN = FieldType({"type": "boolean"}, lambda value, pointer: read_flag(value, pointer=pointer))


def text_type(most: int) -> FieldType:
    """Strings of at most ``most`` characters."""
    return FieldType(
        {"type": "string", "maxLength": most},
        lambda value, pointer: read_text(value, pointer=pointer, most=most),
    )


Count = Annotated[int, integer_type(1, MAX_COUNT)]
"""A number of channels, features or groups."""

AxisCount = Annotated[int | None, integer_type(1, 3)]
"""The number of axes that a layer works along."""

KernelSizes = Annotated[PerAxis, per_axis_type(1, MAX_KERNEL_SIZE)]
Strides = Annotated[PerAxis, per_axis_type(1, MAX_WINDOW_VALUE)]
PaddingSizes = Annotated[PerAxis, per_axis_type(0, MAX_WINDOW_VALUE)]
Flag = Annotated[bool, BOOLEAN]
FreeText = Annotated[str | None, text_type(MAX_FREE_TEXT)]
