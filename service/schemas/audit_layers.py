"""Components of the OpenAPI document for the layers of an audit, one per op, made from its class."""

from __future__ import annotations

from dataclasses import MISSING, fields

from designer.audit import LAYER_CLASSES, AuditLayer
from designer.validation.json_schema import JsonSchema, choice, nullable

_REFERENCE = "#/components/schemas/{}"

AUDIT_LAYER = {"$ref": _REFERENCE.format("AuditLayer")}
"""One layer of an audit."""


def layer_components() -> dict[str, JsonSchema]:
    """The schema of any layer, which ``op`` discriminates, and that of each op by its class."""
    references = {op: _REFERENCE.format(each.__name__) for op, each in LAYER_CLASSES.items()}
    layer: JsonSchema = {
        "description": "One layer: `op`, and its torch arguments by name.",
        "oneOf": [{"$ref": reference} for reference in references.values()],
        "discriminator": {"propertyName": "op", "mapping": references},
    }
    return {"AuditLayer": layer} | {
        each.__name__: _layer_schema(each) for each in LAYER_CLASSES.values()
    }


def _layer_schema(layer_class: type[AuditLayer]) -> JsonSchema:
    """The fields of an op; a field with a default may be null, which means its default."""
    defaults = {each.name.rstrip("_"): each.default for each in fields(layer_class)}
    types = {name: each.schema for name, each in layer_class.field_types().items()}
    required = [name for name in types if defaults[name] is MISSING]
    return {
        "type": "object",
        "description": (layer_class.__doc__ or "").partition("\n")[0],
        "properties": {
            "op": choice(layer_class.op),
            **{
                name: schema if name in required else _optional(schema, defaults[name])
                for name, schema in types.items()
            },
        },
        "required": ["op", *required],
        "additionalProperties": False,
    }


def _optional(schema: JsonSchema, default: object) -> JsonSchema:
    return nullable(schema) | ({} if default is None else {"default": default})
