"""Field types for the OpenAPI document.

The schemas document requests; ``designer.brief.brief_json`` parses them, so that HTTP, the command
line and the library refuse the same values with the same messages.
"""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from designer.validation.json_schema import JsonSchema, nullable


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


def described(text: str, **kwargs: object) -> JsonSchema:
    """Keyword arguments of a field with a description."""
    return {"metadata": {"description": text}, **kwargs}
