"""Schemas made from the fields of a brief: of requests, of query strings and of answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import marshmallow as ma

from designer.brief.fields import Field, Kind
from designer.validation.json_schema import JsonSchema, choice, integer, list_of, nullable, per_axis
from designer.validation.limits import MAX_LAYERS, MAX_SEARCH_ENTRIES
from service.schemas.fields import Answer, Documented

Fields = dict[str, ma.fields.Field[Any]]


MAX_JSON_INTEGER = 2**53
"""A higher limit is not documented: JSON readers may round larger integers."""


def request_schema(
    name: str, fields: Fields, read: Callable[[Any], object], *, has_nulls: bool = True
) -> type[ma.Schema]:
    """The schema of a request, which ``read`` of the library parses; ``fields`` document it."""
    own = {"load": lambda self, data, **_: read(data), "has_nulls": has_nulls}
    made: type[ma.Schema] = type(name, (ma.Schema.from_dict(fields, name=name),), own)
    return made


def requested(rows: Iterable[Field]) -> Fields:
    """The fields of a request."""
    return {row.name: _requested_field(row) for row in rows}


@cache
def object_schema(row: Field, *, answer: bool = False) -> type[ma.Schema]:
    """The schema of a field that is an object, or of the entries of a chain, named after it."""
    words = "window" if row.kind is Kind.CHAIN else row.name.removeprefix("initial_" * answer)
    name = f"{'Answered' * answer}{words.title().replace('_', '')}Schema"
    return ma.Schema.from_dict((answered if answer else requested)(row.fields), name=name)


def _requested_field(row: Field) -> ma.fields.Field[Any]:
    meaning = field_meaning(row) if row.meaning else ""
    if row.shorthand is not None:
        inner = {each.name: _documented(each) for each in row.fields}
        whole = {"type": "object", "additionalProperties": False, "properties": inner}
        return Documented({"oneOf": [choice(*row.shorthand), whole]}, meaning)
    if not row.fields:
        given = value_schema(row), meaning
        return Documented(*given, required=row.required, load_default=default_value(row))
    default = ma.missing if row.removable else None
    more = {"load_default": default, "metadata": {"description": meaning}}
    return _nested(row, object_schema(row), allow_none=True, **more)


def _documented(row: Field) -> JsonSchema:
    return {**nullable(value_schema(row)), "description": field_meaning(row)}


def _nested(row: Field, schema: type[ma.Schema], **more: Any) -> ma.fields.Field[Any]:  # noqa: ANN401
    if row.kind is not Kind.CHAIN:
        return ma.fields.Nested(schema, **more)
    length = None if "required" in more else ma.validate.Length(min=1, max=MAX_LAYERS)
    return ma.fields.List(ma.fields.Nested(schema), validate=length, **more)


def field_meaning(row: Field) -> str:
    """Its description with its default, and what null means."""
    parts = [
        row.description[:-1],
        row.computed and f"default {row.computed}",
        row.if_null and f"null: {row.if_null}",
    ]
    return f"{'; '.join(part for part in parts if part)}."


def default_value(row: Field) -> object:
    """The documented default; a computed one depends on other fields."""
    if row.required or row.computed or row.kind is Kind.LIST:
        return ma.missing
    is_choice = row.kind is Kind.CHOICE and row.default is not None
    return str(row.default) if is_choice else row.default


def value_schema(row: Field, *, answer: bool = False) -> JsonSchema:
    """The JSON schema of its value in a request, or in an answer."""
    if row.kind in (Kind.FLAG, Kind.TEXT):
        return {"type": "boolean" if row.kind is Kind.FLAG else "string"}
    if row.kind is Kind.LIST and row.choices is not None:
        return list_of(choice(*row.choices), row.low, len(row.choices))
    if row.choices is not None:
        network = (row.page or "").capitalize() if row.excluded else ""
        title = f"{network}{row.choices.__name__}"
        if not answer:
            return choice(*row.offered, title=title)
        return nullable(choice(*row.choices)) if row.nullable else choice(*row.choices)
    high = None if row.high is None or row.high > MAX_JSON_INTEGER else row.high
    value = integer(min(row.low, 1)) if answer else integer(row.low, high)
    if row.kind is Kind.LIST:
        return list_of(value, 1, None if answer else MAX_SEARCH_ENTRIES)
    if row.kind is Kind.SIZE:
        value = list_of(value, 1, 3) if answer else per_axis(value)
    if row.kind is Kind.LEVELS:
        value = {"oneOf": [value, list_of(value, 1, None if answer else MAX_LAYERS)]}
    return nullable(value) if row.nullable else value


def answered(rows: Iterable[Field]) -> Fields:
    """The fields of a completed brief: none is missing."""
    return {
        row.name: _nested(
            row, object_schema(row, answer=True), required=True, allow_none=row.nullable
        )
        if row.fields
        else Answer(value_schema(row, answer=True))
        for row in rows
    }
