"""JSON Schemas of single values."""

from __future__ import annotations

from typing import Any

JsonSchema = dict[str, Any]


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
    if not schema:
        return {}  # any value, null too
    if null in schema.get("oneOf", ()):
        return dict(schema)
    return {"oneOf": [*schema["oneOf"], null]} if "oneOf" in schema else {"oneOf": [schema, null]}
