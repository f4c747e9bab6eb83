"""Types of the ops' fields: each names its reader, from a JSON value to the typed value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite
from typing import Annotated, Any

from designer.limits import MAX_SIGNAL_LENGTH, MAX_WINDOW_VALUE
from designer.validation.field_validators import check_integer, field_name, refuse, short_text
from designer.validation.json_readers import read_flag, read_list, refuse_field

PerAxis = int | tuple[int, ...]
"""One value per axis, or one for all axes, as in the request."""


def as_per_axis(values: Sequence[int]) -> PerAxis:
    """One value per axis as a layer states it: one number if all axes have the same.

    >>> as_per_axis([2, 2]), as_per_axis([1, 2])
    (2, (1, 2))
    """
    return values[0] if len(set(values)) == 1 else tuple(values)


FieldReader = Callable[[object, str], Any]
"""Returns the typed value of a JSON value, or refuses the value at its pointer."""

MAX_COUNT = 2**30
"""Maximum number of channels or features of a layer."""

MAX_KERNEL_SIZE = 4096
"""Maximum kernel size of a layer."""

MAX_SCALE = 1024
"""Maximum factor of an upsampling."""

MAX_FREE_TEXT = 100
"""Maximum number of characters of ``norm`` and ``activation``."""


def integer_reader(low: int, high: int) -> FieldReader:
    """A reader of integers from ``low`` to ``high``."""

    def read(value: object, pointer: str) -> int:
        refuse(check_integer(value, pointer=pointer, low=low, high=high))
        assert isinstance(value, int)
        return value

    return read


def list_reader(each: FieldReader, *, most: int, least: int = 1) -> FieldReader:
    """A reader of lists of ``least`` to ``most`` entries."""

    def read(value: object, pointer: str) -> tuple[Any, ...]:
        entries = read_list(value, pointer=pointer, low=least, high=most)
        return tuple(each(entry, f"{pointer}/{place}") for place, entry in enumerate(entries))

    return read


def one_or_list_reader(one: FieldReader, *, most: int = 3, nullable: bool = False) -> FieldReader:
    """A reader of one value, or of a list of up to ``most``, which may contain nulls."""
    several = list_reader(
        lambda value, pointer: None if nullable and value is None else one(value, pointer),
        most=most,
    )
    return lambda value, pointer: (several if isinstance(value, list) else one)(value, pointer)


def per_axis_reader(
    low: int, high: int = MAX_SIGNAL_LENGTH, *, most: int = 3, nullable: bool = False
) -> FieldReader:
    """A reader of one integer, or of a list of them for 1 to ``most`` axes."""
    return one_or_list_reader(integer_reader(low, high), most=most, nullable=nullable)


def read_short_text(value: object, pointer: str) -> str:
    """A short string.

    Raises:
        InvalidRequest: if the value is no string or is too long.
    """
    if not isinstance(value, str):
        refuse_field(
            pointer,
            "not_a_text",
            f"{field_name(pointer)} must be a string, got {short_text(value)}",
        )
    if len(value) > MAX_FREE_TEXT:
        refuse_field(
            pointer,
            "wrong_length",
            f"{field_name(pointer)} must have at most {MAX_FREE_TEXT} characters, got {len(value)}",
            length=len(value),
            maximum=MAX_FREE_TEXT,
        )
    return value


def read_flag_field(value: object, pointer: str) -> bool:
    """A boolean."""
    return read_flag(value, pointer=pointer)


def choice_reader(*names: str) -> FieldReader:
    """A reader of one of several strings."""

    def read(value: object, pointer: str) -> str:
        if not isinstance(value, str) or value not in names:
            refuse_field(
                pointer,
                "not_a_choice",
                f"{field_name(pointer)} must be one of {', '.join(names)}, got {short_text(value)}",
                choices=list(names),
            )
        return value

    return read


def read_conv_padding(value: object, pointer: str) -> int | tuple[int, ...] | str:
    """Padding of a convolution: sizes, or ``same`` or ``valid``."""
    named = isinstance(value, str)
    reader = choice_reader("same", "valid") if named else per_axis_reader(0, MAX_WINDOW_VALUE)
    padding: PerAxis | str = reader(value, pointer)
    return padding


def read_scale_factor(value: object, pointer: str) -> float:
    """A factor above 0; the only field that accepts fractions."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        refuse_field(
            pointer,
            "not_a_number",
            f"{field_name(pointer)} must be a number, got {short_text(value)}",
        )
    if not (isfinite(value) and 0 < value <= MAX_SCALE):
        refuse_field(
            pointer,
            "out_of_range",
            f"{field_name(pointer)} must be above 0 and at most {MAX_SCALE}, got {short_text(value)}",
            minimum=0,
            maximum=MAX_SCALE,
        )
    return value


Count = Annotated[int, integer_reader(1, MAX_COUNT)]
"""A number of channels, features or groups."""

AxisCount = Annotated[int | None, integer_reader(1, 3)]
"""The number of axes that a layer works along."""

KernelSizes = Annotated[PerAxis, per_axis_reader(1, MAX_KERNEL_SIZE)]
Strides = Annotated[PerAxis, per_axis_reader(1, MAX_WINDOW_VALUE)]
PaddingSizes = Annotated[PerAxis, per_axis_reader(0, MAX_WINDOW_VALUE)]
Flag = Annotated[bool, read_flag_field]
FreeText = Annotated[str | None, read_short_text]
