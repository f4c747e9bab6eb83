"""Torch modules as layers, validated like the layers of a request."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import Any, NoReturn

from designer.audit.interpreter.bounded_arithmetic import count_entries
from designer.audit.interpreter.shape_preserving import (
    ACTIVATION_MODULES,
    NEUTRAL_MODULES,
    activation_name,
)
from designer.audit.interpreter.source_parser import SourceRefused, refuse_line
from designer.audit.interpreter.values import Call, LayerModule, SourceValue, Unknown
from designer.audit.layers_json import read_audit_layer
from designer.audit.ops.field_types import BOOLEAN
from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.registry import TORCH_MODULES, TorchCalls
from designer.errors import InvalidRequest
from designer.reasons import make_reason
from designer.validation.json_readers import JsonObject

BoundArguments = dict[str, SourceValue]

MAX_ARGUMENT_ENTRIES = 64
"""Maximum number of entries in one argument."""

IGNORED_ARGUMENTS = ("device", "dtype", "inplace")
"""Arguments of any call that do not affect shapes."""

_OTHER_MODULE_NAMES = frozenset(
    ["Module", "Sequential", "ModuleList", "ModuleDict", "Unflatten", "LocalResponseNorm"]
)


def is_module_name(name: str) -> bool:
    """Whether a name is a supported torch module, for ``from torch.nn import Conv2d``."""
    known = TORCH_MODULES.keys() | ACTIVATION_MODULES | NEUTRAL_MODULES | _OTHER_MODULE_NAMES
    return split_axes(name)[0] in known or name in known


def build_module(name: str, call: Call) -> LayerModule | None:
    """The module ``torch.nn.name(…)``, or None if the name is not a supported module.

    Raises:
        SourceRefused: for arguments that cannot be followed or are invalid for the layer.
    """
    if name in ACTIVATION_MODULES | NEUTRAL_MODULES:
        text = _activation_text(name, call) if name in ACTIVATION_MODULES else ""
        return LayerModule(layer=None, activation_or_norm=text, node=call.node)
    if name == "LocalResponseNorm":
        return LayerModule(layer=None, activation_or_norm="local", node=call.node, is_norm=True)
    if name == "Unflatten":
        return _unflatten(call)
    layer = read_call(TORCH_MODULES, name, call)
    return (
        None if layer is None else LayerModule(layer=layer, activation_or_norm="", node=call.node)
    )


def read_call(table: TorchCalls, name: str, call: Call) -> AuditLayer | None:
    """The layer that a call of a module or function creates, None if the table has no such name.

    Raises:
        SourceRefused: for arguments that cannot be followed or are invalid for the layer.
    """
    template, axes = split_axes(name)
    if template not in table:
        return None
    layer_class, names = table[template]
    types = layer_class.field_types()
    attributes = {argument: field for field, argument in layer_class.torch_names.items()}
    given = bind_arguments(names, call)
    fields: JsonObject = {**layer_class.implied_fields.get(template, {})}
    if axes and "ndim" in types:
        fields["ndim"] = axes
    for argument, value in given.items():
        field = attributes.get(argument, argument)
        if field in types:
            plain = to_json_value(value, argument, call.node)
            fields[field] = bool(plain) if types[field] is BOOLEAN else plain
    try:
        fields = layer_class.fields_of_call(fields, given, axes)
    except InvalidRequest as error:
        _refuse_fields(error, call.node)
    return read_checked_layer({"op": layer_class.op, **fields}, call.node)


def read_checked_layer(document: JsonObject, node: ast.AST) -> AuditLayer:
    """A layer from its JSON form; errors name the line of the node.

    Raises:
        SourceRefused: for fields that are invalid for the layer.
    """
    try:
        return read_audit_layer(document, pointer="/source", index=2**31)
    except InvalidRequest as error:
        _refuse_fields(error, node)


def _refuse_fields(error: InvalidRequest, node: ast.AST) -> NoReturn:
    refuse_line(node, "several", reasons=[each.reason for each in error.errors])


def split_axes(name: str) -> tuple[str, int]:
    """A name with {} for its number of axes, and the number (0 if there is none).

    >>> split_axes("ConvTranspose2d"), split_axes("Linear")
    (('ConvTranspose{}d', 2), ('Linear', 0))
    """
    found = re.fullmatch(r"(.*?)([123])d", name)
    return (f"{found[1]}{{}}d", int(found[2])) if found else (name, 0)


def bind_arguments(names: Sequence[str], call: Call) -> BoundArguments:
    """Arguments by name, without ignored ones.

    Raises:
        SourceRefused: for too many arguments or an unknown name.
    """
    count = len(call.arguments)
    if count > len(names):
        refuse_line(call.node, "too_many_arguments", count=count, maximum=len(names))
    given = dict(zip(names, call.arguments, strict=False))
    for name, value in call.named.items():
        if name not in names and name not in IGNORED_ARGUMENTS:
            refuse_line(call.node, "unknown_argument", name=name[:60])
        given[name] = value
    return {name: value for name, value in given.items() if name not in IGNORED_ARGUMENTS}


def to_json_value(value: SourceValue, name: str, node: ast.AST) -> Any:  # noqa: ANN401
    """A plain value as a JSON value.

    Raises:
        SourceRefused: if the value is unknown, or not a number, text or list.
    """
    if isinstance(value, Unknown):
        refuse_unknown(value, node, "not_followable", name=name)
    if isinstance(value, list | tuple):
        if count_entries(value) > MAX_ARGUMENT_ENTRIES:
            refuse_line(node, "argument_too_long", name=name, maximum=MAX_ARGUMENT_ENTRIES)
        return [to_json_value(entry, name, node) for entry in value]
    if isinstance(value, bool) or value is None or isinstance(value, str | float):
        return value
    if not isinstance(value, int):
        refuse_line(node, "argument_not_a_number", name=name)
    return int(value)


def refuse_unknown(value: Unknown, node: ast.AST, sentence: str, **facts: object) -> NoReturn:
    """Raise SourceRefused with the line at which a value became unknown."""
    here = getattr(node, "lineno", value.line)
    code = "consequence" if here == value.line else "consequence_on_line"
    effect = make_reason(sentence, **facts)
    raise SourceRefused(value.line, make_reason(code, why=value.why, effect=effect, line=here))


def _unflatten(call: Call) -> LayerModule:
    """An Unflatten; ``dim`` counts the batch axis, as in torch."""
    given, node = bind_arguments(("dim", "unflattened_size"), call), call.node
    dim, sizes = (
        to_json_value(given.get(name), name, node) for name in ("dim", "unflattened_size")
    )
    whole = isinstance(sizes, list) and all(isinstance(size, int) for size in sizes)
    if not isinstance(dim, int) or not whole:
        refuse_line(node, "unflatten_not_followable")
    return LayerModule(
        layer=None, activation_or_norm="", node=node, unflatten_arguments=(dim, tuple(sizes))
    )


def _activation_text(name: str, call: Call) -> str:
    """The activation's name as the audit writes it: leaky_relu(0.2)."""
    activation = activation_name(name)
    slope = call.named.get("negative_slope", next(iter(call.arguments), None))
    shows_slope = name == "LeakyReLU" and isinstance(slope, float)
    return f"{activation}({slope})" if shows_slope else activation
