"""Field types and JSON Schema helpers for the OpenAPI document.

The schemas document requests; ``designer.brief.brief_json`` parses them, so that HTTP, the command
line and the library refuse the same values with the same messages.
"""

from __future__ import annotations

from typing import Any

import marshmallow as ma

JsonSchema = dict[str, Any]


class Documented(ma.fields.Field[object]):
    """A field with an explicit OpenAPI schema."""

    def __init__(
        self,
        schema: JsonSchema,
        *,
        required: bool = False,
        load_default: object = ma.missing,
        metadata: JsonSchema | None = None,
    ) -> None:
        super().__init__(required=required, load_default=load_default, metadata=metadata)
        self.documented = schema


def document_field(
    _: object, field: ma.fields.Field[Any], ret: JsonSchema, **__: object
) -> JsonSchema:
    """The OpenAPI schema of a ``Documented`` field; empty for other fields.

    An optional field of a JSON body may be null, which means its default.
    """
    if not isinstance(field, Documented):
        return {}
    nulls = getattr(field.parent, "has_nulls", True) and not field.required
    return nullable(field.documented) if nulls else dict(field.documented)


def integer(low: int, high: int | None = None, **more: object) -> JsonSchema:
    """An integer from ``low`` to ``high``.

    >>> integer(1, 3)
    {'type': 'integer', 'minimum': 1, 'maximum': 3}
    """
    bounds = {"minimum": low} | ({} if high is None else {"maximum": high})
    return {"type": "integer", **bounds, **more}


def list_of(items: JsonSchema, low: int, high: int | None = None, **more: object) -> JsonSchema:
    """A list of ``low`` to ``high`` values."""
    bounds = {"minItems": low} | ({} if high is None else {"maxItems": high})
    return {"type": "array", "items": items, **bounds, **more}


def per_axis(items: JsonSchema) -> JsonSchema:
    """One value per axis, or one for all axes."""
    return {"oneOf": [items, list_of(items, 1, 3)]}


def choice(*texts: str, **more: object) -> JsonSchema:
    """One of the given strings."""
    return {"type": "string", "enum": list(texts), **more}


def nullable(schema: JsonSchema) -> JsonSchema:
    """The schema, or null."""
    null = {"type": "null"}
    if null in schema.get("oneOf", ()):
        return dict(schema)
    return {"oneOf": [*schema["oneOf"], null]} if "oneOf" in schema else {"oneOf": [schema, null]}


def described(text: str, **kwargs: object) -> JsonSchema:
    """Keyword arguments of a field with a description."""
    return {"metadata": {"description": text}, **kwargs}
