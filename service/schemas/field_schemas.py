"""Schemas made from the fields of a brief: of requests, of query strings and of answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import marshmallow as ma

from designer.brief.fields import SCALARS, Field, Kind
from designer.limits import MAX_LAYERS, MAX_SEARCH_ENTRIES
from service.schemas.fields import (
    Documented,
    JsonSchema,
    choice,
    described,
    integer,
    list_of,
    nullable,
    per_axis,
)

Fields = dict[str, ma.fields.Field[Any]]

MAX_JSON_INTEGER = 2**53
"""A higher limit is not documented: JSON readers may round larger integers."""


def requested(rows: Iterable[Field], **nested: type[ma.Schema]) -> Fields:
    """The fields of a request; ``nested`` are the schemas of objects and lists by name."""
    return {row.name: _requested_field(row, nested.get(row.name)) for row in rows}


def _requested_field(row: Field, schema: type[ma.Schema] | None) -> ma.fields.Field[Any]:
    meaning = described(_meaning(row)) if row.meaning else {}
    if schema is None:
        return Documented(
            _value_schema(row), required=row.required, load_default=_default(row), **meaning
        )
    default: JsonSchema = {} if row.removable else {"load_default": None}
    if row.kind is Kind.CHAIN:
        length = ma.validate.Length(min=1, max=MAX_LAYERS)
        items = ma.fields.Nested(schema)
        return ma.fields.List(items, allow_none=True, validate=length, **meaning, **default)
    return ma.fields.Nested(schema, allow_none=True, **meaning, **default)


def _meaning(row: Field) -> str:
    parts = [
        row.meaning[:-1],
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


def _value_schema(row: Field) -> JsonSchema:
    if row.kind is Kind.FLAG:
        return {"type": "boolean"}
    if row.choices is not None:
        title = f"Generator{row.choices.__name__}" if row.excluded else row.choices.__name__
        return choice(*row.offered, title=title)
    high = None if row.high is None or row.high > MAX_JSON_INTEGER else row.high
    value = integer(row.low, high)
    if row.kind is Kind.LIST:
        return list_of(value, 1, MAX_SEARCH_ENTRIES)
    value = per_axis(value) if row.kind is Kind.SIZE else value
    return nullable(value) if row.nullable and not row.replaced_by else value


def queried(rows: Iterable[Field]) -> Fields:
    """The fields that a query string can hold."""
    return {
        row.name: Documented(
            _value_schema(row),
            load_default=_default(row),
            required=bool(row.replaced_by),
            metadata={
                "description": row.meaning if row.replaced_by else _meaning(row),
            },
        )
        for row in rows
        if row.kind in SCALARS
    }


def answered(rows: Iterable[Field], **nested: type[ma.Schema]) -> Fields:
    """The fields of a completed brief: none is missing."""
    return {row.name: _answered_field(row, nested.get(row.name)) for row in rows}


def _answered_field(row: Field, schema: type[ma.Schema] | None) -> ma.fields.Field[Any]:
    if schema is None:
        value = _answered_schema(row)
        return Documented(nullable(value) if row.nullable else value, required=True)
    if row.kind is Kind.CHAIN:
        return ma.fields.List(ma.fields.Nested(schema), required=True, allow_none=row.nullable)
    return ma.fields.Nested(schema, required=True, allow_none=row.nullable)


def _answered_schema(row: Field) -> JsonSchema:
    if row.kind is Kind.FLAG:
        return {"type": "boolean"}
    if row.choices is not None:
        return choice(*row.choices)
    value = integer(min(row.low, 1))
    if row.kind is Kind.SIZE:
        return list_of(value, 1, 3)
    return list_of(value, 1) if row.kind is Kind.LIST else value
