"""Errors of values by the limits of their fields, for objects constructed in Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import prod

from designer.brief.fields import Field, Kind, in_reading_order
from designer.errors import FieldError
from designer.geometry.layers import Size, Window, format_size
from designer.limits import (
    MAX_ELEMENTS,
    MAX_SEARCH_ENTRIES,
    MAX_SIDE,
    MAX_SIGNAL_LENGTH,
    MIN_SIDE,
)
from designer.validation.field_validators import (
    check_integer,
    check_length,
    field_name,
    short_text,
)


def type_errors(rows: tuple[Field, ...], given: object) -> list[FieldError]:
    """Errors of the choices, objects, flags and chains of a brief, in this order."""
    codes = {
        (Kind.CHOICE,): "not_a_choice",
        (Kind.OBJECT, Kind.MAP): "not_an_object",
        (Kind.FLAG,): "not_a_boolean",
        (Kind.CHAIN,): "not_a_list",
    }
    return [
        FieldError(
            pointer=f"/{row.name}",
            code=code,
            detail=f"{row.name} must be {_wanted(row)}, got {short_text(value)}",
        )
        for kinds, code in codes.items()
        for row in in_reading_order(rows)
        if row.kind in kinds
        if not _has_type(row, value := getattr(given, row.attribute))
    ]


def _wanted(row: Field) -> str:
    if row.choices is not None:
        return f"one of {', '.join(row.choices)}"
    if row.object_type is not None:
        return f"a {row.object_type.__name__} or None"
    return "true or false" if row.kind is Kind.FLAG else "rows of Windows"


def _has_type(row: Field, value: object) -> bool:
    if row.choices is not None:
        return value in [*row.choices]
    if row.object_type is not None:
        return isinstance(value, row.object_type | None)
    return isinstance(value, bool) if row.kind is Kind.FLAG else _are_windows(value)


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


def value_errors(rows: tuple[Field, ...], given: object, *, pointer: str) -> list[FieldError]:
    """Errors of the lists, flags, choices, integers and sizes of an object, in this order."""
    checks = {
        Kind.LIST: _list_errors,
        Kind.FLAG: _flag_errors,
        Kind.CHOICE: _choice_errors,
        Kind.INTEGER: _integer_errors,
        Kind.SIZE: _size_errors,
    }
    return [
        error
        for kind, check in checks.items()
        for row in rows
        if row.kind is kind
        for error in check(row, getattr(given, row.attribute), f"{pointer}/{row.name}")
    ]


def _integer_errors(row: Field, value: object, pointer: str) -> list[FieldError]:
    assert row.high is not None
    return check_integer(value, pointer=pointer, low=row.low, high=row.high)


def _flag_errors(_: Field, value: object, pointer: str) -> list[FieldError]:
    return _type_errors(value, bool, pointer, "not_a_boolean")


def _choice_errors(row: Field, value: object, pointer: str) -> list[FieldError]:
    assert row.choices is not None
    return _type_errors(value, row.choices, pointer, "not_a_choice")


def _list_errors(row: Field, values: object, pointer: str) -> list[FieldError]:
    if not isinstance(values, tuple):
        return _type_errors(values, tuple, pointer, "not_a_list")
    errors = check_length(values, pointer=pointer, low=1, high=MAX_SEARCH_ENTRIES)
    for index, value in enumerate(values[:MAX_SEARCH_ENTRIES]):
        errors += _integer_errors(row, value, f"{pointer}/{index}")
    return errors


def _size_errors(row: Field, size: object, pointer: str) -> list[FieldError]:
    if size is None:
        return []
    if not isinstance(size, list | tuple):
        return _type_errors(size, tuple, pointer, "not_a_list")
    errors = check_length(size, pointer=pointer, low=1, high=3)
    for index, side in enumerate(size[:3]):
        errors += _integer_errors(row, side, f"{pointer}/{index}")
    return errors


def _type_errors(value: object, kind: type, pointer: str, code: str) -> list[FieldError]:
    if isinstance(value, kind):
        return []
    detail = f"{field_name(pointer)} must be a {kind.__name__}, got {short_text(value)}"
    return [FieldError(pointer=pointer, code=code, detail=detail)]


def resolution_errors(resolution: object) -> list[FieldError]:
    """Errors of the sides of a picture; the limit of a signal is larger."""
    if isinstance(resolution, list | tuple):
        errors = check_length(resolution, pointer="/resolution", low=1, high=3)
        high = MAX_SIGNAL_LENGTH if len(resolution) == 1 else MAX_SIDE
        for index, side in enumerate(resolution[:3]):
            pointer = f"/resolution/{index}"
            errors += check_integer(side, pointer=pointer, low=MIN_SIDE, high=high)
        return errors
    return check_integer(resolution, pointer="/resolution", low=MIN_SIDE, high=MAX_SIDE)


def elements_errors(resolution: Size, channels: int) -> list[FieldError]:
    """Errors of a picture with too many elements."""
    elements = prod(resolution) * channels
    if elements <= MAX_ELEMENTS:
        return []
    shape = format_size((channels, *resolution))
    return [
        FieldError(
            pointer="/resolution",
            code="too_many_elements",
            detail=f"a picture of {shape} has {elements} elements; the limit is {MAX_ELEMENTS}",
            facts={"elements": elements, "maximum": MAX_ELEMENTS},
        )
    ]
