"""Schemas made from the fields of a brief: of requests, of query strings and of answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from typing import Any

import marshmallow as ma

from designer.brief.fields import SCALARS, Field, Kind
from designer.limits import MAX_LAYERS, MAX_SEARCH_ENTRIES
from designer.validation.field_validators import check_known_fields, refuse
from designer.validation.json_readers import JsonObject
from designer.validation.json_schema import JsonSchema, choice, integer, list_of, nullable, per_axis
from designer.validation.text_values import parse_scalar, parse_sizes
from service.schemas.fields import Answer, Documented

Fields = dict[str, ma.fields.Field[Any]]

SIZE_TEXT = {"type": "string", "pattern": "^[0-9]+(x[0-9]+){0,2}$"}

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
    meaning = _meaning(row) if row.meaning else ""
    if not row.fields:
        given = _value_schema(row), meaning
        return Documented(*given, required=row.required, load_default=_default(row))
    default = ma.missing if row.removable else None
    more = {"load_default": default, "metadata": {"description": meaning}}
    return _nested(row, object_schema(row), allow_none=True, **more)


def _nested(row: Field, schema: type[ma.Schema], **more: Any) -> ma.fields.Field[Any]:  # noqa: ANN401
    if row.kind is not Kind.CHAIN:
        return ma.fields.Nested(schema, **more)
    length = None if "required" in more else ma.validate.Length(min=1, max=MAX_LAYERS)
    return ma.fields.List(ma.fields.Nested(schema), validate=length, **more)


def _meaning(row: Field) -> str:
    parts = [
        row.description[:-1],
        row.replaced_by and f"required unless `{row.replaced_by}` is given",
        row.computed and f"default {row.computed}",
        row.if_null and f"null: {row.if_null}",
    ]
    return f"{'; '.join(part for part in parts if part)}."


def _default(row: Field) -> object:
    """The documented default; a computed one depends on other fields."""
    if row.required or row.replaced_by or row.computed or row.kind is Kind.LIST:
        return ma.missing
    return str(row.default) if row.kind is Kind.CHOICE else row.default


def _value_schema(row: Field, *, answer: bool = False) -> JsonSchema:
    if row.kind in (Kind.FLAG, Kind.TEXT):
        return {"type": "boolean" if row.kind is Kind.FLAG else "string"}
    if row.kind is Kind.LIST and row.choices is not None:
        return list_of(choice(*row.choices), row.low, len(row.choices))
    if row.choices is not None:
        title = f"Generator{row.choices.__name__}" if row.excluded else row.choices.__name__
        return choice(*row.choices) if answer else choice(*row.offered, title=title)
    high = None if row.high is None or row.high > MAX_JSON_INTEGER else row.high
    value = integer(min(row.low, 1)) if answer else integer(row.low, high)
    if row.kind is Kind.LIST:
        return list_of(value, 1, None if answer else MAX_SEARCH_ENTRIES)
    if row.kind is Kind.SIZE:
        value = list_of(value, 1, 3) if answer else per_axis(value)
    return nullable(value) if row.nullable and (answer or not row.replaced_by) else value


def queried(rows: Iterable[Field]) -> Fields:
    """The fields that a query string can hold: scalars, and sizes as text."""
    found: Fields = {}
    for row in rows:
        is_size, meaning, default = (
            row.kind is Kind.SIZE,
            _meaning(replace(row, replaced_by="")),
            _default(row),
        )
        if is_size or row.kind in SCALARS:
            found[row.name] = Documented(
                SIZE_TEXT if is_size else _value_schema(row),
                f"{meaning} One number, or one per axis: `7x5`." if is_size else meaning,
                load_default=str(default) if is_size and default is not ma.missing else default,
                required=row.required or bool(row.replaced_by),
            )
    return found


def query_values(data: object, rows: Iterable[Field]) -> JsonObject:
    """The values of a query string, as those of a body.

    Raises:
        InvalidRequest: for an unknown parameter.
    """
    assert isinstance(data, dict), "the parser gives query strings as dicts"
    known = {row.name: row for row in rows if row.kind in (*SCALARS, Kind.SIZE)}
    refuse(check_known_fields(data, pointer="", known=known))
    return {
        name: (parse_sizes if known[name].kind is Kind.SIZE else parse_scalar)(text)
        for name, text in data.items()
    }


def answered(rows: Iterable[Field]) -> Fields:
    """The fields of a completed brief: none is missing."""
    return {
        row.name: _nested(
            row, object_schema(row, answer=True), required=True, allow_none=row.nullable
        )
        if row.fields
        else Answer(_value_schema(row, answer=True))
        for row in rows
    }
