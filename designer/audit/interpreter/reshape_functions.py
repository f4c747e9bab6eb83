"""Methods of tensors that only change the shape: view, flatten, squeeze, unsqueeze, unflatten."""

from __future__ import annotations

from dataclasses import replace

from designer.audit.interpreter.recorded_layers import Tape
from designer.audit.interpreter.slices import resolve_axes
from designer.audit.interpreter.source_parser import refuse_line
from designer.audit.interpreter.torch_modules import (
    bind_arguments,
    build_module,
    read_checked_layer,
    to_json_value,
)
from designer.audit.interpreter.values import BatchSize, Call, SourceValue, TensorValue, Unknown
from designer.audit.ops.linear_and_reshape import FlattenLayer


def follow_view(tape: Tape, tensor: TensorValue, call: Call) -> SourceValue:
    """``view(batch, …)`` keeps the batch size; ``view(-1, …)`` infers it from the other sizes."""
    parts, node = call.arguments, call.node
    if len(parts) == 1 and isinstance(parts[0], list | tuple):
        parts = list(parts[0])
    if not parts:
        refuse_line(node, "view_without_sizes")
    first_size = parts[0]
    kept = isinstance(first_size, BatchSize) or first_size == tape.shapes[0][0]
    if tensor.shape is None and len(parts) == 2 and isinstance(parts[1], Unknown):
        # The size was read after a layer that fails, so it is unknown.
        return tape.record_layer(FlattenLayer(), tensor, node)
    sizes = to_json_value(parts[1:], "a size", node)
    if kept and sizes == [-1]:
        return tape.record_layer(FlattenLayer(), tensor, node)
    if not kept and first_size != -1:
        refuse_line(node, "view_without_batch", batch=tape.shapes[0][0])
    document = {"op": "reshape", "shape": sizes}
    if not kept:
        document["fold_batch"] = True
    return tape.record_layer(read_checked_layer(document, node), tensor, node)


def follow_squeeze(tape: Tape, tensor: TensorValue, call: Call) -> SourceValue:
    """``squeeze(dim)``: axes of size 1 removed."""
    given, node = bind_arguments(("dim",), call), call.node
    if tensor.shape is None:  # after a layer that fails: which sizes are 1 is unknown
        return tensor
    shape = tensor.shape
    dim = to_json_value(given.get("dim"), "dim", node)
    axes = range(len(shape)) if dim is None else resolve_axes(dim, len(shape), node)
    if 0 in axes and shape[0] == 1:
        refuse_line(node, "squeezed_batch")
    kept = tuple(size for axis, size in enumerate(shape) if axis not in axes or size != 1)
    return tensor if kept == shape else tape.reshape(tensor, kept[1:], node)


def follow_unsqueeze(tape: Tape, tensor: TensorValue, call: Call) -> SourceValue:
    """``unsqueeze(dim)``: an axis of size 1 inserted."""
    given, node = bind_arguments(("dim",), call), call.node
    dim = to_json_value(given.get("dim"), "dim", node)
    if tensor.shape is None:
        refuse_line(node, "unsqueeze_after_failure")
    shape = list(tensor.shape)
    (axis,) = resolve_axes(dim if isinstance(dim, int) else None, len(shape) + 1, node)
    if not axis:
        refuse_line(node, "axis_before_batch")
    shape.insert(axis, 1)
    return tape.reshape(tensor, tuple(shape[1:]), node)


def follow_unflatten(tape: Tape, tensor: TensorValue, call: Call) -> SourceValue:
    """``unflatten(dim, sizes)``: an axis split into several."""
    renamed = {_MODULE_NAMES.get(name, name): value for name, value in call.named.items()}
    module = build_module("Unflatten", replace(call, named=renamed))
    assert module is not None
    return tape.record_module(module, tensor)


_MODULE_NAMES = {"sizes": "unflattened_size"}
"""Arguments of ``Tensor.unflatten`` that ``nn.Unflatten`` names otherwise."""
