"""Field types for the OpenAPI document.

The schemas document requests; ``designer.brief.brief_json`` parses them, so that HTTP, the command
line and the library refuse the same values with the same messages.
"""

from __future__ import annotations

import json
from typing import Any

import marshmallow as ma

from designer.validation.json_schema import JsonSchema, nullable


class Documented(ma.fields.Field[object]):
    """A field of a request with an explicit OpenAPI schema and its meaning."""

    def __init__(
        self,
        schema: JsonSchema,
        meaning: str = "",
        *,
        required: bool = False,
        load_default: object = ma.missing,
    ) -> None:
        super().__init__(required=required, load_default=load_default, metadata=_described(meaning))
        self.documented = schema


class Answer(Documented):
    """A field that every answer has."""

    def __init__(self, schema: JsonSchema, meaning: str = "") -> None:
        super().__init__(schema, meaning, required=True)


class AnswerObject(ma.fields.Nested):
    """An object that every answer has, or null."""

    def __init__(
        self, schema: type[ma.Schema], meaning: str = "", *, or_null: bool = False
    ) -> None:
        super().__init__(schema, required=True, allow_none=or_null, metadata=_described(meaning))


class AnswerList(ma.fields.List[Any]):
    """A list of objects that every answer has, or null."""

    def __init__(
        self, schema: type[ma.Schema], meaning: str = "", *, or_null: bool = False
    ) -> None:
        nested = ma.fields.Nested(schema)
        super().__init__(nested, required=True, allow_none=or_null, metadata=_described(meaning))


def document_field(
    _: object, field: ma.fields.Field[Any], ret: JsonSchema, **__: object
) -> JsonSchema:
    """The OpenAPI schema of a ``Documented`` field; empty for other fields.

    An optional field of a JSON body may be null, which means its default. That is stated in words:
    generators of clients take a field with a default for one that every object has.
    """
    in_body = getattr(field.parent, "has_nulls", True)
    words = _default_in_words(ret) if in_body else {}
    if not isinstance(field, Documented):
        return words
    nulls = in_body and not field.required
    return words | (nullable(field.documented) if nulls else dict(field.documented))


def _default_in_words(ret: JsonSchema) -> JsonSchema:
    """Move the default of a property to its description."""
    default = ret.pop("default", None)
    if default is None:
        return {}
    text = f"Default: {json.dumps(default).strip(chr(34))}."
    return {"description": f"{ret.get('description', '')} {text}".strip()}


def _described(meaning: str) -> JsonSchema:
    return {"description": meaning} if meaning else {}
