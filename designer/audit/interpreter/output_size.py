"""Calls of a transposed convolution with ``output_size``: ``up(x, output_size=…)``."""

from __future__ import annotations

from dataclasses import replace

from designer.audit.interpreter.source_parser import SourceRefused, refuse_line
from designer.audit.interpreter.torch_modules import to_json_value
from designer.audit.interpreter.values import Call, LayerModule, TensorValue
from designer.audit.ops.layer_errors import LayerError


def with_output_size(called: LayerModule, tensor: TensorValue, call: Call) -> LayerModule:
    """The module with the output padding that produces the requested ``output_size``.

    Raises:
        SourceRefused: for other arguments, and for sizes that torch refuses.
    """
    given = dict(zip(("output_size",), call.arguments, strict=False)) | call.named
    layer, node = called.layer, call.node
    if len(call.arguments) > 1 or not given.keys() <= {"output_size"}:
        refuse_line(node, "more_arguments_than_tensor")
    if given.get("output_size") is None:
        return called
    if layer is None:
        refuse_line(node, "output_size_of_other_layer")
    if tensor.shape is None:
        return called
    axes = layer.axes(tensor.shape)
    sizes = to_json_value(given["output_size"], "output_size", node)
    sizes = sizes[-axes:] if isinstance(sizes, list) and len(sizes) == len(tensor.shape) else sizes
    if not isinstance(sizes, list) or len(sizes) != axes or len(tensor.shape) != axes + 2:
        refuse_line(node, "output_size_not_followable", axes=axes)
    try:
        return replace(called, layer=layer.padded_to(tensor.shape, sizes))
    except LayerError as error:
        raise SourceRefused(getattr(node, "lineno", 1), *error.reasons) from error
