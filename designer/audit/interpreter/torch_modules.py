"""Torch modules as layers, validated like the layers of a request."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from designer.audit.interpreter.bounded_arithmetic import count_entries
from designer.audit.interpreter.source_parser import SourceRefused, refuse_line
from designer.audit.interpreter.values import LayerModule, SourceValue, Unknown
from designer.audit.layers_json import read_audit_layer
from designer.audit.ops.layer import AuditLayer
from designer.errors import InvalidRequest
from designer.reasons import make_reason
from designer.validation.json_readers import JsonObject

BoundArguments = dict[str, SourceValue]

_CONV_ARGUMENTS = (
    "in_channels out_channels kernel_size stride padding dilation groups bias padding_mode"
)
_CONV_TRANSPOSE_ARGUMENTS = (
    "in_channels out_channels kernel_size stride padding output_padding groups bias dilation"
    " padding_mode"
)
_NORM_ARGUMENTS = "num_features eps momentum affine track_running_stats"
MAX_ARGUMENT_ENTRIES = 64
"""Maximum number of entries in one argument."""

SIGNATURES: Mapping[str, tuple[str, str]] = {
    "Conv": ("conv", _CONV_ARGUMENTS),
    "ConvTranspose": ("conv_transpose", _CONV_TRANSPOSE_ARGUMENTS),
    "Linear": ("linear", "in_features out_features bias"),
    "MaxPool": ("max_pool", "kernel_size stride padding dilation return_indices ceil_mode"),
    "AvgPool": ("avg_pool", "kernel_size stride padding ceil_mode count_include_pad"),
    "AdaptiveAvgPool": ("adaptive_pool", "output_size"),
    "AdaptiveMaxPool": ("adaptive_pool", "output_size"),
    "Upsample": ("upsample", "size scale_factor mode align_corners recompute_scale_factor"),
    "UpsamplingNearest": ("upsample", "size scale_factor"),
    "UpsamplingBilinear": ("upsample", "size scale_factor"),
    "PixelShuffle": ("pixel_shuffle", "upscale_factor"),
    "Flatten": ("flatten", "start_dim end_dim"),
    "BatchNorm": ("norm", _NORM_ARGUMENTS),
    "SyncBatchNorm": ("norm", _NORM_ARGUMENTS),
    "InstanceNorm": ("instance_norm", _NORM_ARGUMENTS),
    "GroupNorm": ("group_norm", "num_groups num_channels eps affine"),
    "LayerNorm": ("layer_norm", "normalized_shape eps elementwise_affine bias"),
    "ZeroPad": ("pad", "padding"),
    "ConstantPad": ("pad", "padding value"),
    "ReflectionPad": ("pad", "padding"),
    "ReplicationPad": ("pad", "padding"),
    "CircularPad": ("pad", "padding"),
}
"""Module names without their number of axes: the op, and the positional arguments."""

IGNORED_ARGUMENTS = frozenset(
    [
        "return_indices",
        "count_include_pad",
        "align_corners",
        "recompute_scale_factor",
        "eps",
        "momentum",
        "elementwise_affine",
        "value",
        "device",
        "dtype",
        "inplace",
        "divisor_override",
    ]
)
"""Arguments that do not affect shapes."""

_IGNORED_MODULE_ARGUMENTS = {
    "BatchNorm": ("affine", "track_running_stats"),
    "SyncBatchNorm": ("affine", "track_running_stats", "process_group"),
    "LayerNorm": ("bias",),
}
"""Arguments of single modules that do not affect their shapes."""

SHAPE_PRESERVING_MODULES = frozenset(
    [
        "ReLU",
        "ReLU6",
        "LeakyReLU",
        "PReLU",
        "RReLU",
        "ELU",
        "SELU",
        "CELU",
        "GELU",
        "SiLU",
        "Mish",
        "Sigmoid",
        "LogSigmoid",
        "Tanh",
        "Hardtanh",
        "Hardsigmoid",
        "Hardswish",
        "Hardshrink",
        "Softshrink",
        "Tanhshrink",
        "Threshold",
        "Softplus",
        "Softsign",
        "Softmin",
        "Softmax",
        "Softmax2d",
        "LogSoftmax",
        "Identity",
        "Dropout",
        "Dropout1d",
        "Dropout2d",
        "Dropout3d",
        "AlphaDropout",
        "FeatureAlphaDropout",
    ]
)
"""Modules that preserve the shape."""

_MODULES_WITHOUT_ACTIVATION = frozenset(
    ["Identity", "Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout"]
)
_OPS_WITH_NDIM = frozenset(
    ["conv", "conv_transpose", "max_pool", "avg_pool", "adaptive_pool", "norm", "instance_norm"]
)
_PAD_MODES = {"ReflectionPad": "reflect", "ReplicationPad": "replicate", "CircularPad": "circular"}
_MODES_WITHOUT_ALIGN_CORNERS = ("nearest", "nearest-exact", "area")
_OTHER_MODULE_NAMES = frozenset(
    ["Module", "Sequential", "ModuleList", "ModuleDict", "Unflatten", "LocalResponseNorm"]
)


def is_module_name(name: str) -> bool:
    """Whether a name is a supported torch module, for ``from torch.nn import Conv2d``."""
    kind = split_axes(name)[0]
    return name in SHAPE_PRESERVING_MODULES or kind in SIGNATURES or name in _OTHER_MODULE_NAMES


def build_module(
    name: str, arguments: Sequence[SourceValue], named: Mapping[str, SourceValue], node: ast.Call
) -> LayerModule | None:
    """The module ``torch.nn.name(…)``, or None if the name is not a supported module.

    Raises:
        SourceRefused: for arguments that cannot be followed or are invalid for the layer.
    """
    kind, axes = split_axes(name)
    if name in SHAPE_PRESERVING_MODULES:
        return LayerModule(
            layer=None, activation_or_norm=_activation_name(name, arguments, named), node=node
        )
    if name == "LocalResponseNorm":
        return LayerModule(layer=None, activation_or_norm="local", node=node, is_norm=True)
    if name == "Unflatten":
        return _unflatten(bind_arguments(("dim", "unflattened_size"), arguments, named, node), node)
    if kind not in SIGNATURES:
        return None
    op, signature = SIGNATURES[kind]
    _refuse_align_corners(
        kind, dict(zip(signature.split(), arguments, strict=False)) | dict(named), node
    )
    given = bind_arguments(signature.split(), arguments, named, node)
    document = {"op": op, **_fields(kind, axes, given, node)}
    if op in _OPS_WITH_NDIM and axes:
        document["ndim"] = axes
    return LayerModule(layer=read_checked_layer(document, node), activation_or_norm="", node=node)


def read_checked_layer(document: JsonObject, node: ast.AST) -> AuditLayer:
    """A layer from its JSON form; errors name the line of the node.

    Raises:
        SourceRefused: for fields that are invalid for the layer.
    """
    try:
        return read_audit_layer(document, pointer="/source", index=2**31)
    except InvalidRequest as error:
        refuse_line(node, "several", reasons=[each.reason for each in error.errors])


def split_axes(name: str) -> tuple[str, int]:
    """A module's name without its number of axes, and the number (0 if there is none).

    >>> split_axes("ConvTranspose2d"), split_axes("Linear")
    (('ConvTranspose', 2), ('Linear', 0))
    """
    found = re.fullmatch(r"(.*?)([123])d", name)
    return (found[1], int(found[2])) if found else (name, 0)


def bind_arguments(
    names: Sequence[str],
    arguments: Sequence[SourceValue],
    named: Mapping[str, SourceValue],
    node: ast.AST,
) -> BoundArguments:
    """Arguments by name, without ignored ones.

    Raises:
        SourceRefused: for too many arguments or an unknown name.
    """
    if len(arguments) > len(names):
        refuse_line(node, "too_many_arguments", count=len(arguments), maximum=len(names))
    given = dict(zip(names, arguments, strict=False))
    for name, value in named.items():
        if name not in names and name not in IGNORED_ARGUMENTS:
            refuse_line(node, "unknown_argument", name=name[:60])
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


def _fields(kind: str, axes: int, given: BoundArguments, node: ast.AST) -> JsonObject:
    fields: JsonObject = {
        name: to_json_value(value, name, node)
        for name, value in given.items()
        if name not in _IGNORED_MODULE_ARGUMENTS.get(kind, ())
    }
    for name in ("bias", "affine", "track_running_stats"):
        if name in fields:
            fields[name] = bool(fields[name])
    if kind.endswith("Pad"):
        padding = fields.pop("padding", 0)
        fields["pad"] = padding if isinstance(padding, list) else [padding] * (2 * axes)
        fields["mode"] = _PAD_MODES.get(kind, "constant")
    if kind == "AdaptiveMaxPool":
        fields["mode"] = "max"
    if kind == "UpsamplingBilinear":
        fields["mode"] = "bilinear"
    if kind == "ConvTranspose" and fields.pop("padding_mode", "zeros") != "zeros":
        refuse_line(node, "transposed_padding_mode")
    return fields


def _refuse_align_corners(kind: str, given: BoundArguments, node: ast.AST) -> None:
    """Refuse ``align_corners`` for modes that do not interpolate, as torch does."""
    mode = given.get("mode", "nearest")
    if (
        kind == "Upsample"
        and given.get("align_corners") is not None
        and mode in _MODES_WITHOUT_ALIGN_CORNERS
    ):
        refuse_line(node, "unsuitable_align_corners", mode=mode)


def _unflatten(given: BoundArguments, node: ast.Call) -> LayerModule:
    """An Unflatten; ``dim`` counts the batch axis, as in torch."""
    dim, sizes = (
        to_json_value(given.get(name), name, node) for name in ("dim", "unflattened_size")
    )
    whole = isinstance(sizes, list) and all(isinstance(size, int) for size in sizes)
    if not isinstance(dim, int) or not whole:
        refuse_line(node, "unflatten_not_followable")
    return LayerModule(
        layer=None, activation_or_norm="", node=node, unflatten_arguments=(dim, tuple(sizes))
    )


def _activation_name(
    name: str, arguments: Sequence[SourceValue], named: Mapping[str, SourceValue]
) -> str:
    """The activation's name as the audit writes it: leaky_relu(0.2)."""
    if name in _MODULES_WITHOUT_ACTIVATION:
        return ""
    known = {"ReLU": "relu", "ReLU6": "relu6", "SiLU": "silu", "LeakyReLU": "leaky_relu"}
    activation = known.get(name, re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", "_", name).lower())
    slope = named.get("negative_slope", arguments[0] if arguments else None)
    return (
        f"{activation}({slope})" if name == "LeakyReLU" and isinstance(slope, float) else activation
    )
