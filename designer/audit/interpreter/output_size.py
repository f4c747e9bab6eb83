"""Calls of a transposed convolution with ``output_size``: ``up(x, output_size=…)``."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace

from designer.audit.interpreter.source_parser import refuse_line
from designer.audit.interpreter.torch_modules import to_json_value
from designer.audit.interpreter.values import LayerModule, SourceValue, TensorValue
from designer.audit.ops.conv_transpose import ConvTransposeLayer


def with_output_size(
    called: LayerModule,
    tensor: TensorValue,
    other_arguments: Sequence[SourceValue],
    named: Mapping[str, SourceValue],
    node: ast.AST,
) -> LayerModule:
    """The module with the output padding that produces the requested ``output_size``.

    Raises:
        SourceRefused: for other arguments, and for sizes that torch refuses.
    """
    given = dict(zip(("output_size",), other_arguments, strict=False)) | dict(named)
    layer = called.layer
    if len(other_arguments) > 1 or not given.keys() <= {"output_size"}:
        refuse_line(node, "more_arguments_than_tensor")
    if given.get("output_size") is None:
        return called
    if not isinstance(layer, ConvTransposeLayer):
        refuse_line(node, "output_size_of_other_layer")
    if tensor.shape is None:
        return called
    axes = layer.axes(tensor.shape)
    sizes = to_json_value(given["output_size"], "output_size", node)
    sizes = sizes[-axes:] if isinstance(sizes, list) and len(sizes) == len(tensor.shape) else sizes
    if not isinstance(sizes, list) or len(sizes) != axes or len(tensor.shape) != axes + 2:
        refuse_line(node, "output_size_not_followable", axes=axes)
    bare = replace(layer, output_padding=0)
    least = [
        window.stride * size + window.offset
        for window, size in zip(bare.windows(axes), tensor.shape[2:], strict=True)
    ]
    most = [a + s - 1 for a, s in zip(least, layer.axis_values("stride", axes), strict=True)]
    if not all(a <= size <= b for a, size, b in zip(least, sizes, most, strict=True)):
        refuse_line(node, "impossible_output_size", sizes=sizes, least=least, most=most)
    extra = tuple(size - a for size, a in zip(sizes, least, strict=True))
    return replace(called, layer=replace(layer, output_padding=extra))
