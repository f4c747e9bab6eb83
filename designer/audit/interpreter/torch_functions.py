"""Functions of torch and methods of tensors, as layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from designer.audit.interpreter.recorded_layers import Tape
from designer.audit.interpreter.reshape_functions import (
    follow_squeeze,
    follow_unflatten,
    follow_unsqueeze,
    follow_view,
)
from designer.audit.interpreter.shape_preserving import (
    ACTIVATION_FUNCTIONS,
    NEUTRAL_FUNCTIONS,
)
from designer.audit.interpreter.slices import resolve_axes, tensor_sizes
from designer.audit.interpreter.source_parser import refuse_line
from designer.audit.interpreter.torch_modules import (
    bind_arguments,
    read_call,
    refuse_unknown,
    to_json_value,
)
from designer.audit.interpreter.values import Call, SourceValue, TensorValue, Unknown, unknown_at
from designer.audit.ops.adaptive_pooling import GlobalPoolLayer
from designer.audit.ops.registry import TORCH_FUNCTIONS

FunctionHandler = Callable[[Tape, TensorValue, Call], SourceValue]
"""Follows a call with a tensor; the call has the other arguments."""

_CONCATENATIONS: Mapping[str, Mapping[str, SourceValue]] = {
    "cat": {},
    "concat": {},
    "concatenate": {},
    "hstack": {"dim": 1},
}
"""Functions that concatenate tensors, with the arguments that they imply."""


def call_function(tape: Tape, name: str, call: Call) -> SourceValue:
    """The result of ``torch.name(…)``, ``F.name(…)`` or ``tensor.name(…)``.

    Raises:
        SourceRefused: if the call cannot be followed.
    """
    if name in _CONCATENATIONS:
        return _concatenate(tape, replace(call, named={**_CONCATENATIONS[name], **call.named}))
    named = {key: value for key, value in call.named.items() if key not in _NOT_FOLLOWED}
    first = [*call.arguments, call.named.get("input", call.named.get("x"))]
    tensor, more = first[0], Call(arguments=call.arguments[1:], named=named, node=call.node)
    if isinstance(tensor, Unknown):
        return tensor
    if not isinstance(tensor, TensorValue):
        return unknown_at(call.node, "call_not_followed", name=name)
    bare = name.rstrip("_")
    if bare in ACTIVATION_FUNCTIONS or bare in NEUTRAL_FUNCTIONS:
        return tape.record_activation_or_norm(bare if bare in ACTIVATION_FUNCTIONS else "", tensor)
    layer = read_call(TORCH_FUNCTIONS, name, more)
    if layer is not None:
        return tape.record_layer(layer, tensor, call.node)
    if name not in _FUNCTION_HANDLERS:
        refuse_line(call.node, "tensor_call_not_followable", name=name[:60])
    return _FUNCTION_HANDLERS[name](tape, tensor, more)


def _concatenate(tape: Tape, call: Call) -> SourceValue:
    given, node = bind_arguments(("tensors", "dim", "axis"), call), call.node
    tensors = given.get("tensors")
    if not isinstance(tensors, list | tuple):
        refuse_line(node, "tensors_not_followable")
    for tensor in tensors:
        if isinstance(tensor, Unknown):
            refuse_unknown(tensor, node, "concatenation_not_followable")
        if not isinstance(tensor, TensorValue):
            refuse_line(node, "one_tensor_not_followable")
    if not tensors:
        refuse_line(node, "concatenation_of_nothing")
    dim = to_json_value(given.get("dim", given.get("axis", 0)), "dim", node)
    shape = next((tensor.shape for tensor in tensors if tensor.shape is not None), tape.shapes[0])
    if type(dim) is not int or 1 not in (dim, dim + len(shape)):
        code = "concatenation_along_batch" if dim == 0 else "concatenation_along_dim"
        refuse_line(node, code, dim=str(dim)[:60])
    return tape.join_tensors(list(tensors), node, add=False)


def _mean(tape: Tape, tensor: TensorValue, call: Call) -> SourceValue:
    given = bind_arguments(("dim", "keepdim"), call)
    dims = to_json_value(given.get("dim"), "dim", call.node)
    many = len(dims) if isinstance(dims, list) else 1
    rank = many + 2 if tensor.shape is None else len(tensor.shape)
    if dims is None or not many or {*resolve_axes(dims, rank, call.node)} != {*range(2, rank)}:
        refuse_line(call.node, "partial_mean")
    keepdim = bool(given.get("keepdim"))
    return tape.record_layer(GlobalPoolLayer(keepdim=keepdim), tensor, call.node)


def _size(tape: Tape, tensor: TensorValue, call: Call) -> SourceValue:
    sizes = tensor_sizes(tensor, tape, call.node)
    if not call.values:
        return sizes
    dim = bind_arguments(("dim",), call).get("dim")
    if not isinstance(dim, int) or not -len(sizes) <= dim < len(sizes):
        refuse_line(call.node, "size_not_followable")
    return sizes[dim]


def _rank(tape: Tape, tensor: TensorValue, call: Call) -> SourceValue:
    if tensor.shape is not None:
        return len(tensor.shape)
    return unknown_at(call.node, "axes_after_failure")


def _add(tape: Tape, tensor: TensorValue, call: Call) -> SourceValue:
    other = call.arguments[0] if call.arguments else call.named.get("other")
    if isinstance(other, TensorValue):
        return tape.join_tensors([tensor, other], call.node, add=True)
    if not isinstance(other, int | float):
        refuse_line(call.node, "operand_not_followable")
    return tensor


_NOT_FOLLOWED = ("input", "training", "p")
"""The tensor by name, and arguments of a dropout."""

_FUNCTION_HANDLERS: Mapping[str, FunctionHandler] = {
    "view": follow_view,
    "reshape": follow_view,
    "squeeze": follow_squeeze,
    "unsqueeze": follow_unsqueeze,
    "mean": _mean,
    "size": _size,
    "dim": _rank,
    "add": _add,
    "sub": _add,
    "mul": _add,
    "div": _add,
    "sum": _mean,
    "amax": _mean,
    "amin": _mean,
    "unflatten": follow_unflatten,
}
