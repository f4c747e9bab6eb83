"""The layer with the same law as a module or function of torch, by its class and settings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import cast

from designer.audit.graph.model import GraphNode
from designer.audit.layers_json import json_value, read_audit_layer
from designer.audit.ops.field_types import as_per_axis
from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.layer_errors import LayerError, TensorShape
from designer.audit.ops.registry import TORCH_FUNCTIONS, TORCH_MODULES
from designer.errors import InvalidRequest
from designer.validation.json_readers import JsonObject, JsonValue

_ANY_PLACE = 2**31
"""An index after every skip, which a layer by itself does not have."""

_VIEWS = frozenset(["view", "reshape", "unflatten"])
_JOINS = {"cat": "concat_from", "concat": "concat_from", "add": "add_from", "iadd": "add_from"}


def node_layer(
    name: str,
    settings: Mapping[str, JsonValue],
    shapes: Sequence[TensorShape],
    *,
    is_module: bool,
) -> AuditLayer | None:
    """The layer of a call, None if no op has its law.

    >>> node_layer("Linear", {"in_features": 8, "out_features": 2}, (), is_module=True).op
    'linear'
    """
    table = TORCH_MODULES if is_module else TORCH_FUNCTIONS
    template, axes = split_axes(name)
    if template not in table:
        return None
    layer_class, arguments = table[template]
    types = layer_class.field_types()
    fields: JsonObject = {**layer_class.implied_fields.get(template, {})}
    if axes and "ndim" in types:
        fields["ndim"] = axes
    given = {**_positional(settings, arguments), **settings}
    attributes = {argument: field for field, argument in layer_class.torch_names.items()}
    for argument in arguments:
        field = attributes.get(argument, argument)
        if field in types and given.get(argument) is not None:
            fields[field] = given[argument]
    try:
        fields = layer_class.fields_of_call(fields, given, axes)
        for field in set(layer_class.AXIS_FIELDS) & fields.keys() if axes else ():
            if isinstance(fields[field], list) and fields[field]:
                fields[field] = json_value(as_per_axis(cast("list[int]", fields[field])))
        return read_audit_layer({"op": layer_class.op, **fields}, pointer="", index=_ANY_PLACE)
    except (InvalidRequest, TypeError, ValueError):
        return None


def _positional(settings: Mapping[str, JsonValue], arguments: Sequence[str]) -> JsonObject:
    given = settings.get("arguments")
    return dict(zip(arguments, given, strict=False)) if isinstance(given, list) else {}


def obeys_law(node: GraphNode) -> bool:
    """Whether the law of a node's layer gives the output that is reported.

    A call that raised has none; it is enough that its law can be asked.
    """
    layer, before = node.layer, node.input
    if layer is None or not before:
        return layer is None
    if layer.skip_source is not None:  # its law needs the other input
        return True
    try:
        return layer.step(before, [before]).shape == node.output
    except LayerError:
        return node.output is None
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return False


def split_axes(name: str) -> tuple[str, int]:
    """A name with {} for its number of axes, and the number (0 if there is none).

    >>> split_axes("ConvTranspose2d"), split_axes("Linear")
    (('ConvTranspose{}d', 2), ('Linear', 0))
    """
    found = re.fullmatch(r"(.*?)([123])d", name)
    return (f"{found[1]}{{}}d", int(found[2])) if found else (name, 0)
