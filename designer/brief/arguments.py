"""A brief from the arguments of a call in Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass

from designer.brief.brief_json import brief_from_document, field_document
from designer.brief.fields import Field
from designer.brief.model import BRIEF, Brief
from designer.brief.options import InitialMap
from designer.geometry.chain import Chain


def brief_from_arguments(
    size: Brief | int | Sequence[int] | None, fields: Mapping[str, object]
) -> Brief:
    """The brief of a size and of fields by their names in JSON; a ``Brief`` is given back.

    A value is one of JSON, with any sequence for a list, a number or an array of numpy or torch, or
    an object of this package such as a ``SearchSpace``.

    >>> brief_from_arguments((28, 32), {"search": {"strides": (2,)}}).space.strides
    (2,)

    Raises:
        InvalidRequest: for unknown fields and invalid values.
        TypeError: for fields beside a ``Brief``.
    """
    if isinstance(size, Brief):
        if fields:
            raise TypeError(f"a Brief has all fields; got {', '.join(fields)}, too")
        return size
    given = {} if size is None else {"resolution": size}
    if size is not None and "resolution" in fields:
        raise TypeError("the resolution is given twice")
    rows = {row.name: row for row in BRIEF}
    return brief_from_document(
        {
            name: _object_document(rows[name], value)
            if name in rows and _is_of_package(value)
            else _json_value(value)
            for name, value in {**given, **fields}.items()
        }
    )


def _is_of_package(value: object) -> bool:
    """Whether a value is a dataclass, or a chain whose windows are."""
    while isinstance(value, list | tuple) and value:
        value = value[0]
    return is_dataclass(value)


def _object_document(row: Field, value: object) -> object:
    """The JSON of an object of this package; a chain is that of its windows."""
    document = field_document(row, value.windows if isinstance(value, Chain) else value)
    if isinstance(value, InitialMap) and value.size == ():
        return {"channels": value.channels}
    return document


def _json_value(value: object) -> object:
    if isinstance(value, Mapping):
        return {name: _json_value(each) for name, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_json_value(each) for each in value]
    return value.tolist() if hasattr(value, "tolist") else value
