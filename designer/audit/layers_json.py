"""Conversion of layers from and to JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from keyword import iskeyword

from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.registry import LAYER_CLASSES
from designer.validation.field_validators import shown_value
from designer.validation.json_readers import (
    JsonObject,
    read_choice,
    read_list,
    read_object,
    refuse_field,
)
from designer.validation.limits import MAX_AUDIT_LAYERS


def read_audit_layers(value: object, *, pointer: str) -> tuple[AuditLayer, ...]:
    """The layers of a request.

    Raises:
        InvalidRequest: if the list or one of its layers is invalid, with its pointer.
    """
    entries = read_list(value, pointer=pointer, low=1, high=MAX_AUDIT_LAYERS)
    return tuple(
        read_audit_layer(entry, pointer=f"{pointer}/{index}", index=index)
        for index, entry in enumerate(entries)
    )


def read_audit_layer(value: object, *, pointer: str, index: int) -> AuditLayer:
    """One layer; ``index`` is its position, which limits the source of a skip.

    >>> layer = read_audit_layer({"op": "linear", "in_features": 8, "out_features": 2},
    ...                    pointer="/layers/0", index=0)
    >>> layer.step((2, 8), ()).shape
    (2, 2)

    Raises:
        InvalidRequest: if the op or a field is unknown, missing or invalid.
    """
    layer_class = _read_op(value, pointer=pointer)
    types = layer_class.field_types()
    required = tuple(
        field.name.rstrip("_") for field in fields(layer_class) if field.default is MISSING
    )
    document = read_object(value, pointer=pointer, known=("op", *types), required=("op", *required))
    given = {
        attribute_name(name): types[name].read(entry, f"{pointer}/{name}")
        for name, entry in document.items()
        if name != "op" and entry is not None
    }
    layer = layer_class(**given)
    layer.refuse_contradictions(pointer=pointer, index=index)
    return layer


def audit_layer_document(layer: AuditLayer) -> JsonObject:
    """One layer as JSON: its op and every field that differs from its default.

    >>> from designer.audit.ops.linear_and_reshape import LinearLayer
    >>> audit_layer_document(LinearLayer(in_features=8, out_features=2, bias=False))
    {'op': 'linear', 'in_features': 8, 'out_features': 2, 'bias': False}
    """
    document: JsonObject = {"op": layer.op}
    tail: JsonObject = {}
    for field in fields(layer):
        value = getattr(layer, field.name)
        if value != field.default or field.default is MISSING:
            part = tail if field.name in ("norm", "activation") else document
            part[field.name.rstrip("_")] = json_value(value)
    return {**document, **tail}


def json_value(value: object) -> object:
    """A field's value as JSON: tuples become lists.

    >>> json_value(((0, 1), (2, 0)))
    [[0, 1], [2, 0]]
    """
    return [json_value(entry) for entry in value] if isinstance(value, tuple) else value


def field_value(layer: AuditLayer, name: str) -> object:
    """The value of a field by its JSON name."""
    return getattr(layer, attribute_name(name))


def attribute_name(name: str) -> str:
    """The attribute of the layer classes for a field's JSON name, which may be a keyword.

    >>> attribute_name("from"), attribute_name("stride")
    ('from_', 'stride')
    """
    return f"{name}_" if iskeyword(name) else name


def _read_op(value: object, *, pointer: str) -> type[AuditLayer]:
    if not isinstance(value, Mapping):
        refuse_field(pointer, "not_an_object", {"got": shown_value(value)}, sentence="not_a_layer")
    op = value.get("op")
    if op is None:
        refuse_field(f"{pointer}/op", "missing_field")
    return LAYER_CLASSES[read_choice(op, sorted(LAYER_CLASSES), pointer=f"{pointer}/op")]
