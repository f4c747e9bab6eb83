"""Validators for single request fields. Each returns a list of errors, empty if the value is valid.

A ``pointer`` is the field's JSON pointer; its last part is the field's name in messages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from designer.errors import FieldError, InvalidRequest


def check_integer(value: object, *, pointer: str, low: int, high: int) -> list[FieldError]:
    """Errors of a value that must be an integer from ``low`` to ``high``.

    Booleans are refused, and so are subclasses of int, whose text may be anything.

    >>> check_integer(0, pointer="/latent_dim", low=1, high=65536)[0].detail
    'latent_dim must be 1 to 65536, got 0'
    >>> check_integer(True, pointer="/latent_dim", low=1, high=65536)[0].code
    'not_an_integer'
    """
    name = field_name(pointer)
    if type(value) is not int:
        detail = f"{name} must be an integer, got {short_text(value)}"
        return [FieldError(pointer=pointer, code="not_an_integer", detail=detail)]
    if not low <= value <= high:
        return [
            FieldError(
                pointer=pointer,
                code="out_of_range",
                detail=f"{name} must be {low} to {high}, got {short_text(value)}",
                facts={"value": short_value(value), "minimum": low, "maximum": high},
            )
        ]
    return []


def check_length(
    values: Sequence[object], *, pointer: str, low: int, high: int
) -> list[FieldError]:
    """Errors of a list that must have ``low`` to ``high`` entries.

    >>> check_length([], pointer="/resolution", low=1, high=3)[0].detail
    'resolution must have 1 to 3 entries, got 0'
    """
    if low <= len(values) <= high:
        return []
    return [
        FieldError(
            pointer=pointer,
            code="wrong_length",
            detail=f"{field_name(pointer)} must have {low} to {high} entries, got {len(values)}",
            facts={"length": len(values), "minimum": low, "maximum": high},
        )
    ]


def check_known_fields(
    document: Mapping[str, object], *, pointer: str, known: Iterable[str]
) -> list[FieldError]:
    """Errors of an object's unknown fields; each message lists the known ones."""
    names = sorted(known)
    return [
        FieldError(
            pointer=f"{pointer}/{escape_pointer(str(name))}",
            code="unknown_field",
            detail=f"unknown field {short_text(name)}; known fields are {', '.join(names)}",
            facts={"field": short_value(name), "known": names},
        )
        for name in document
        if name not in names
    ]


def refuse(errors: Sequence[FieldError]) -> None:
    """Raise InvalidRequest if there are errors.

    Raises:
        InvalidRequest: with all errors.
    """
    if errors:
        raise InvalidRequest(errors)


def field_name(pointer: str) -> str:
    """The name of a field in messages: the last name of its pointer, with its index.

    >>> field_name("/search/strides"), field_name("/resolution/1"), field_name("")
    ('strides', 'resolution[1]', 'the request')
    """
    parts = pointer.split("/")[1:]
    if not parts:
        return "the request"
    if parts[-1].isdigit() and len(parts) > 1:
        return f"{parts[-2]}[{parts[-1]}]"
    return parts[-1]


def escape_pointer(name: str) -> str:
    """The first 80 characters of a name, escaped for a JSON pointer (RFC 6901)."""
    return name[:80].replace("~", "~0").replace("/", "~1")


def short_text(value: object) -> str:
    """A value as text for messages: at most 80 characters, never the digits of a huge integer.

    >>> short_text("64"), short_text(10**4000)
    ("'64'", 'an integer of more than 60 digits')
    """
    if isinstance(value, int) and abs(value) >= _HUGE:
        return "an integer of more than 60 digits"
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    text = repr(value[:80] if isinstance(value, str) else value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def short_value(value: object) -> object:
    """A value for ``facts``: itself, or a short text if it is long."""
    if isinstance(value, str):
        return value[:80]
    return short_text(value) if isinstance(value, int) and abs(value) >= _HUGE else value


_HUGE = 10**60
