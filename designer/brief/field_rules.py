"""Errors of values by the limits of their fields, for objects constructed in Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import prod

from designer.brief.fields import Field, Kind, in_reading_order
from designer.errors import FieldError
from designer.geometry.layers import Size, Window
from designer.validation.field_validators import (
    check_integer,
    check_length,
    field_error,
    shown_value,
)
from designer.validation.limits import (
    MAX_ELEMENTS,
    MAX_LAYERS,
    MAX_SEARCH_ENTRIES,
    MAX_SIDE,
    MAX_SIGNAL_LENGTH,
    MIN_SIDE,
)


def type_errors(rows: tuple[Field, ...], given: object) -> list[FieldError]:
    """Errors of the choices, objects, flags and chains of a brief, in this order."""
    kinds = ((Kind.CHOICE,), (Kind.OBJECT, Kind.MAP), (Kind.FLAG,), (Kind.CHAIN,))
    ordered = [row for some in kinds for row in in_reading_order(rows) if row.kind in some]
    return [
        field_error(f"/{row.name}", code, words | {"got": shown_value(value)}, sentence=sentence)
        for row in ordered
        for value in (getattr(given, row.attribute),)
        for valid, code, sentence, words in (_type_check(row, value),)
        if not valid
    ]


def _type_check(row: Field, value: object) -> tuple[bool, str, str, dict[str, object]]:
    """Whether a value has the type of its field; code, sentence and its facts if not."""
    if row.choices is not None:
        choices = [str(choice) for choice in row.choices]
        missing = value is None and row.nullable
        return missing or value in choices, "not_a_choice", "not_a_choice", {"choices": choices}
    if (kind := row.object_type) is not None:
        alike = row.shorthand is not None and value in [str(each) for each in row.shorthand]
        valid = alike or isinstance(value, kind | None)
        return valid, "not_an_object", "wrong_type_or_none", {"type": kind.__name__}
    if row.kind is Kind.FLAG:
        return isinstance(value, bool), "not_a_boolean", "not_a_boolean", {}
    return _are_windows(value), "not_a_list", "not_windows", {}


def _are_windows(windows: object) -> bool:
    """Whether the value is None or a sequence of rows of windows."""
    return windows is None or (
        isinstance(windows, list | tuple)
        and all(isinstance(step, list | tuple) for step in windows)
        and all(isinstance(window, Window) for step in windows for window in step)
    )


def range_errors(
    rows: Iterable[Field], values: Mapping[str, object], *, pointer: str = ""
) -> list[FieldError]:
    """Errors of integers by the limits of their fields; a missing one or None is valid."""
    return [
        error
        for row in rows
        if (value := values.get(row.name)) is not None
        for error in _integer_errors(row, value, f"{pointer}/{row.name}")
    ]


def level_errors(
    rows: Iterable[Field], values: Mapping[str, object], *, pointer: str = ""
) -> list[FieldError]:
    """Errors of numbers of levels, alone or in a list, by the limits of their fields."""
    return [
        error
        for row in rows
        if row.kind is Kind.LEVELS and (value := values.get(row.name)) is not None
        for error in _level_errors(row, value, f"{pointer}/{row.name}")
    ]


def _level_errors(row: Field, value: object, pointer: str) -> list[FieldError]:
    if not isinstance(value, list | tuple):
        return _integer_errors(row, value, pointer)
    entries = value[:MAX_LAYERS]
    return [
        *check_length(value, pointer=pointer, low=1, high=MAX_LAYERS),
        *(
            e
            for i, each in enumerate(entries)
            for e in _integer_errors(row, each, f"{pointer}/{i}")
        ),
    ]


def value_errors(rows: tuple[Field, ...], given: object, *, pointer: str) -> list[FieldError]:
    """Errors of the lists, flags, choices, integers and sizes of an object, in this order."""
    return [
        error
        for kind in (Kind.LIST, Kind.FLAG, Kind.CHOICE, Kind.INTEGER, Kind.SIZE)
        for row in rows
        if row.kind is kind
        for error in _value_errors(row, getattr(given, row.attribute), f"{pointer}/{row.name}")
    ]


def _value_errors(row: Field, value: object, pointer: str) -> list[FieldError]:
    if row.kind is Kind.INTEGER:
        return _integer_errors(row, value, pointer)
    if row.choices is not None or row.kind is Kind.FLAG:
        code = "not_a_boolean" if row.choices is None else "not_a_choice"
        return _type_errors(value, row.choices or bool, pointer, code)
    if row.kind is Kind.SIZE and value is None:
        return []
    if row.kind is Kind.SIZE and isinstance(value, list):
        value = tuple(value)
    if not isinstance(value, tuple):
        return _type_errors(value, tuple, pointer, "not_a_list")
    most = 3 if row.kind is Kind.SIZE else MAX_SEARCH_ENTRIES
    errors = check_length(value, pointer=pointer, low=1, high=most)
    for index, entry in enumerate(value[:most]):
        errors += _integer_errors(row, entry, f"{pointer}/{index}")
    return errors


def _integer_errors(row: Field, value: object, pointer: str) -> list[FieldError]:
    assert row.high is not None
    return check_integer(value, pointer=pointer, low=row.low, high=row.high)


def _type_errors(value: object, kind: type, pointer: str, code: str) -> list[FieldError]:
    if isinstance(value, kind):
        return []
    words = {"type": kind.__name__, "got": shown_value(value)}
    return [field_error(pointer, code, words, sentence="wrong_type")]


def resolution_errors(resolution: object) -> list[FieldError]:
    """Errors of the sides of a picture; the limit of a signal is larger."""
    if isinstance(resolution, list | tuple):
        errors = check_length(resolution, pointer="/resolution", low=1, high=3)
        if not errors and _has_channels(resolution):
            return [_channels_error(resolution)]
        high = MAX_SIGNAL_LENGTH if len(resolution) == 1 else MAX_SIDE
        for index, side in enumerate(resolution[:3]):
            pointer = f"/resolution/{index}"
            errors += check_integer(side, pointer=pointer, low=MIN_SIDE, high=high)
        return errors
    return check_integer(resolution, pointer="/resolution", low=MIN_SIDE, high=MAX_SIDE)


def _has_channels(resolution: list[object] | tuple[object, ...]) -> bool:
    """Whether the first number is too small for a side and the others are sides."""
    first, *sides = resolution
    most = MAX_SIDE if len(sides) > 1 else MAX_SIGNAL_LENGTH
    return (
        bool(sides)
        and not check_integer(first, pointer="/", low=1, high=MIN_SIDE - 1)
        and not any(check_integer(s, pointer="/", low=MIN_SIDE, high=most) for s in sides)
    )


def _channels_error(resolution: list[object] | tuple[object, ...]) -> FieldError:
    """A resolution that begins with the channels, as torch's shapes do."""
    first, *sides = resolution
    facts = {"minimum": MIN_SIDE, "maximum": MAX_SIDE, "channels": first, "resolution": sides}
    sentence = "resolution_with_channels"
    return field_error("/resolution/0", "out_of_range", {"got": first}, sentence=sentence, **facts)


def elements_errors(resolution: Size, channels: int) -> list[FieldError]:
    """Errors of a picture with too many elements."""
    elements = prod(resolution) * channels
    if elements <= MAX_ELEMENTS:
        return []
    words = {"shape": (channels, *resolution)}
    code, most = "too_many_elements", MAX_ELEMENTS
    return [field_error("/resolution", code, words, elements=elements, maximum=most)]
