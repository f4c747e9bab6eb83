"""Strict readers of JSON values: each returns the typed value or refuses it by its pointer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NoReturn, TypeVar

from designer.errors import InvalidRequest
from designer.validation.field_validators import (
    check_integer,
    check_known_fields,
    check_length,
    field_error,
    refuse,
    shown_value,
)

JsonObject = dict[str, object]

JsonValue = Any
"""A value that JSON can hold."""

Choice = TypeVar("Choice", bound=str)

MAX_INTEGER = 2**31
"""Largest integer that the readers accept; most fields have a lower limit of their own."""


def refuse_field(
    pointer: str,
    code: str,
    words: Mapping[str, object] | None = None,
    /,
    **facts: Any,  # noqa: ANN401 - facts, and perhaps the code of the sentence
) -> NoReturn:
    """Refuse one field; the arguments are those of ``field_error``.

    Raises:
        InvalidRequest: always.
    """
    raise InvalidRequest([field_error(pointer, code, words, **facts)])


def read_object(
    value: object, *, pointer: str, known: tuple[str, ...], required: tuple[str, ...] = ()
) -> Mapping[str, object]:
    """An object with every required field and no unknown one.

    >>> read_object({"stride": 2}, pointer="/chain/0", known=("stride",))["stride"]
    2

    Raises:
        InvalidRequest: for another type, an unknown field, or a required one missing or null.
    """
    if not isinstance(value, Mapping):
        refuse_field(pointer, "not_an_object", {"got": shown_value(value)})
    missing = [
        field_error(f"{pointer}/{name}", "missing_field")
        for name in required
        if value.get(name) is None
    ]
    refuse([*check_known_fields(value, pointer=pointer, known=known), *missing])
    return value


def read_list(value: object, *, pointer: str, low: int, high: int) -> list[object]:
    """A list of ``low`` to ``high`` entries.

    Raises:
        InvalidRequest: for another type or length.
    """
    if not isinstance(value, list):
        refuse_field(pointer, "not_a_list", {"got": shown_value(value)})
    refuse(check_length(value, pointer=pointer, low=low, high=high))
    return value


def read_integers(
    value: object, *, pointer: str, low: int, high: int, least: int = 0, most: int = MAX_INTEGER
) -> tuple[int, ...]:
    """A list of ``low`` to ``high`` integers from ``least`` to ``most``, in the given order.

    Raises:
        InvalidRequest: for another type, length or entry.
    """
    values = read_list(value, pointer=pointer, low=low, high=high)
    return tuple(
        read_integer(entry, pointer=f"{pointer}/{index}", low=least, high=most)
        for index, entry in enumerate(values)
    )


def read_integer(value: object, *, pointer: str, low: int = 0, high: int = MAX_INTEGER) -> int:
    """An integer from ``low`` to ``high``.

    Raises:
        InvalidRequest: for another type, or an integer outside the limits.
    """
    refuse(check_integer(value, pointer=pointer, low=low, high=high))
    assert isinstance(value, int)
    return value


def read_per_axis(
    value: object, *, pointer: str, axes: int, least: int = 0, most: int = MAX_INTEGER
) -> tuple[int, ...]:
    """One integer per axis, height before width; a single integer applies to every axis.

    >>> read_per_axis(4, pointer="/kernel_size", axes=2)
    (4, 4)

    Raises:
        InvalidRequest: for another type, or a list with another number of entries.
    """
    if isinstance(value, list):
        return read_integers(value, pointer=pointer, low=axes, high=axes, least=least, most=most)
    return (read_integer(value, pointer=pointer, low=least, high=most),) * axes


def read_flag(value: object, *, pointer: str) -> bool:
    """A boolean; 0 and 1 are refused.

    Raises:
        InvalidRequest: for another type.
    """
    if not isinstance(value, bool):
        refuse_field(pointer, "not_a_boolean", {"got": shown_value(value)})
    return value


def read_text(value: object, *, pointer: str, most: int | None = None) -> str:
    """A string of at most ``most`` characters.

    Raises:
        InvalidRequest: for another type, or a longer string.
    """
    if not isinstance(value, str):
        refuse_field(pointer, "not_a_text", {"got": shown_value(value)})
    if most is not None and len(value) > most:
        facts = {"length": len(value), "maximum": most}
        refuse_field(pointer, "wrong_length", sentence="text_too_long", **facts)
    return value


def read_choice(value: object, choices: Iterable[Choice], *, pointer: str) -> Choice:
    """The choice that equals the value, such as the member of an enum.

    Raises:
        InvalidRequest: for any other value; the message lists the choices.
    """
    for choice in choices:
        if value == choice:
            return choice
    names = [str(choice) for choice in choices]
    refuse_field(pointer, "not_a_choice", {"got": shown_value(value)}, choices=names)
