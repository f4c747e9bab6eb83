"""Conversion of layers from and to JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields

from designer.audit.ops.field_readers import FREE_TEXT_READERS, OP_FIELD_READERS
from designer.audit.ops.layer import AuditLayer, AxisLayer
from designer.limits import MAX_AUDIT_LAYERS
from designer.validation.field_validators import short_text
from designer.validation.json_readers import JsonObject, read_list, read_object, refuse_field

LAYER_CLASSES = {layer_class.op: layer_class for layer_class in OP_FIELD_READERS}
"""The class of each op."""

_ATTRIBUTE_NAMES = {"from": "source"}
"""Attributes of the layer classes for field names that are Python keywords."""

_JSON_NAMES = {attribute_name: name for name, attribute_name in _ATTRIBUTE_NAMES.items()}


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
    readers = {**OP_FIELD_READERS[layer_class], **FREE_TEXT_READERS}
    required = tuple(
        _JSON_NAMES.get(field.name, field.name)
        for field in fields(layer_class)
        if field.default is MISSING and field.default_factory is MISSING
    )
    document = read_object(
        value, pointer=pointer, known=("op", *readers), required=("op", *required)
    )
    given = {
        _ATTRIBUTE_NAMES.get(name, name): readers[name](entry, f"{pointer}/{name}")
        for name, entry in document.items()
        if name != "op" and entry is not None
    }
    layer = layer_class(**given)
    _refuse_unequal_lists(layer, pointer=pointer)
    _refuse_size_with_factor(layer, document, pointer=pointer)
    _refuse_later_source(layer, pointer=pointer, index=index)
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
            part = tail if field.name in FREE_TEXT_READERS else document
            part[_JSON_NAMES.get(field.name, field.name)] = json_value(value)
    return {**document, **tail}


def json_value(value: object) -> object:
    """A field's value as JSON: tuples become lists.

    >>> json_value(((0, 1), (2, 0)))
    [[0, 1], [2, 0]]
    """
    return [json_value(entry) for entry in value] if isinstance(value, tuple) else value


def field_value(layer: AuditLayer, name: str) -> object:
    """The value of a field by its JSON name."""
    return getattr(layer, _ATTRIBUTE_NAMES.get(name, name))


def attribute_name(name: str) -> str:
    """The attribute of the layer classes for a field's JSON name."""
    return _ATTRIBUTE_NAMES.get(name, name)


def _read_op(value: object, *, pointer: str) -> type[AuditLayer]:
    if not isinstance(value, Mapping):
        refuse_field(
            pointer, "not_an_object", f"a layer must be an object, got {short_text(value)}"
        )
    op = value.get("op")
    if op is None:
        refuse_field(f"{pointer}/op", "missing_field", "op is required")
    if not isinstance(op, str) or op not in LAYER_CLASSES:
        names = sorted(LAYER_CLASSES)
        detail = f"op must be one of {', '.join(names)}, got {short_text(op)}"
        refuse_field(f"{pointer}/op", "not_a_choice", detail, choices=names)
    return LAYER_CLASSES[op]


def _refuse_unequal_lists(layer: AuditLayer, *, pointer: str) -> None:
    """Refuse per-axis lists that disagree with each other or with ``ndim``."""
    if not isinstance(layer, AxisLayer):
        return
    axes, axes_source = layer.ndim, "ndim"
    for name in layer.AXIS_FIELDS:
        value = getattr(layer, name)
        if not isinstance(value, tuple):
            continue
        if axes is not None and len(value) != axes:
            refuse_field(
                f"{pointer}/{name}",
                "wrong_length",
                f"{name} has {len(value)} entries, {axes_source} implies {axes} axes",
                length=len(value),
                axes=axes,
            )
        axes, axes_source = len(value), name


def _refuse_size_with_factor(
    layer: AuditLayer, document: Mapping[str, object], *, pointer: str
) -> None:
    """Refuse an upsampling with both a factor and a size, or with neither."""
    if layer.op != "upsample":
        return
    given = [name for name in ("scale_factor", "size") if document.get(name) is not None]
    if len(given) != 1:
        refuse_field(
            pointer if given else f"{pointer}/scale_factor",
            "contradiction" if given else "missing_field",
            f"one of scale_factor and size is required, got {' and '.join(given) or 'neither'}",
        )


def _refuse_later_source(layer: AuditLayer, *, pointer: str, index: int) -> None:
    """Refuse a skip whose source is not an earlier layer."""
    source = getattr(layer, "source", None)
    if source is not None and source >= index:
        refuse_field(
            f"{pointer}/from",
            "out_of_range",
            f"from must be -1 (the input) to {index - 1}, an earlier layer, got {source}",
            value=source,
            minimum=-1,
            maximum=index - 1,
        )
