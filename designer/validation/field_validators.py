"""Validators for single request fields. Each returns a list of errors, empty if the value is valid.

A ``pointer`` is the field's JSON pointer; its last part is the field's name in messages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from designer.errors import FieldError, InvalidRequest
from designer.reasons import Reason, make_reason


def field_error(
    pointer: str,
    code: str,
    words: Mapping[str, object] | None = None,
    /,
    *,
    sentence: str | None = None,
    **facts: Any,  # noqa: ANN401 - JSON values
) -> FieldError:
    """The error of one field; ``sentence`` is the code of its reason, by default ``code``.

    ``words`` are facts of the sentence that the error does not list; ``field`` is its name.

    >>> field_error("/search/strides", "missing_field").detail
    'strides is required'
    """
    name = field_name(pointer) if pointer else make_reason("the_request")
    said = {"field": name, **facts, **(words or {})}
    return FieldError(
        pointer=pointer, code=code, reason=make_reason(sentence or code, **said), facts=facts
    )


def check_integer(value: object, *, pointer: str, low: int, high: int) -> list[FieldError]:
    """Errors of a value that must be an integer from ``low`` to ``high``.

    Booleans are refused, and so are subclasses of int, whose text may be anything.

    >>> check_integer(0, pointer="/latent_dim", low=1, high=65536)[0].detail
    'latent_dim must be 1 to 65536, got 0'
    >>> check_integer(True, pointer="/latent_dim", low=1, high=65536)[0].code
    'not_an_integer'
    """
    got = {"got": shown_value(value)}
    if type(value) is not int:
        return [field_error(pointer, "not_an_integer", got)]
    if not low <= value <= high:
        shown = short_value(value)
        return [field_error(pointer, "out_of_range", got, value=shown, minimum=low, maximum=high)]
    return []


def check_length(
    values: Sequence[object], *, pointer: str, low: int, high: int
) -> list[FieldError]:
    """Errors of a list that must have ``low`` to ``high`` entries.

    >>> check_length([], pointer="/resolution", low=1, high=3)[0].detail
    'resolution must have 1 to 3 entries, got 0'
    >>> check_length([4], pointer="/initial_map/size", low=2, high=2)[0].detail
    'the number of entries of size must be 2, got 1'
    """
    if low <= len(values) <= high:
        return []
    facts = {"length": len(values), "minimum": low, "maximum": high}
    sentence = "other_length" if low == high else "wrong_length"
    return [field_error(pointer, "wrong_length", sentence=sentence, **facts)]


def check_known_fields(
    document: Mapping[str, object], *, pointer: str, known: Iterable[str]
) -> list[FieldError]:
    """Errors of an object's unknown fields; a message lists the known ones, or of many the nearest."""
    names = sorted(known)
    many = len(names) > _MAX_LISTED_NAMES
    return [
        field_error(
            f"{pointer}/{escape_pointer(str(name))}",
            "unknown_field",
            {"got": short_text(name), "count": len(names), "nearest": nearest}
            if many
            else {"got": short_text(name)},
            sentence="unknown_field_of_many" if many else None,
            field=short_value(name),
            known=names,
        )
        for name in document
        if name not in names
        for nearest in (_nearest_names(name, names),)
    ]


_MAX_LISTED_NAMES = 24
"""Most known fields that a message lists."""


def _nearest_names(name: object, names: Sequence[str]) -> list[str]:
    """The names that are most like one, best first."""
    return get_close_matches(str(name)[:100], names, n=5, cutoff=0)


def refuse(errors: Sequence[FieldError]) -> None:
    """Raise InvalidRequest if there are errors.

    Raises:
        InvalidRequest: with all errors.
    """
    if errors:
        raise InvalidRequest(errors)


def field_name(pointer: str) -> str:
    """The name of a field in messages: the last name of its pointer, with its index.

    >>> field_name("/search/strides"), field_name("/resolution/1")
    ('strides', 'resolution[1]')
    """
    parts = pointer.split("/")[1:]
    if parts[-1].isdigit() and len(parts) > 1:
        return f"{parts[-2]}[{parts[-1]}]"
    return parts[-1]


def escape_pointer(name: str) -> str:
    """The first 80 characters of a name, escaped for a JSON pointer (RFC 6901)."""
    return name[:80].replace("~", "~0").replace("/", "~1")


def shown_value(value: object) -> str | Reason:
    """A value for messages: a text of at most 80 characters, or what it is if it has no short one.

    >>> shown_value("64"), str(shown_value(10**4000))
    ("'64'", 'an integer of more than 60 digits')
    """
    if isinstance(value, int) and abs(value) >= _HUGE:
        return make_reason("huge_integer")
    if isinstance(value, Mapping):
        return make_reason("an_object")
    if isinstance(value, list | tuple):
        return make_reason("a_list", length=len(value))
    text = repr(value[:80] if isinstance(value, str) else value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def short_text(value: object) -> str:
    """``shown_value`` in English."""
    return str(shown_value(value))


def short_value(value: object) -> object:
    """A value for ``facts``: itself, or a short text if it is long."""
    if isinstance(value, str):
        return value[:80]
    return short_text(value) if isinstance(value, int) and abs(value) >= _HUGE else value


_HUGE = 10**60
