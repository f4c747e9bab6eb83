"""Functions of torch and methods of tensors, as layers."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence

from designer.audit.interpreter.recorded_layers import Tape
from designer.audit.interpreter.reshape_functions import (
    KeywordArguments,
    follow_flatten,
    follow_squeeze,
    follow_unflatten,
    follow_unsqueeze,
    follow_view,
)
from designer.audit.interpreter.shape_preserving_functions import (
    ACTIVATION_FUNCTIONS,
    SHAPE_PRESERVING_FUNCTIONS,
)
from designer.audit.interpreter.slices import resolve_axes, tensor_sizes
from designer.audit.interpreter.source_parser import refuse_line
from designer.audit.interpreter.torch_modules import (
    bind_arguments,
    build_module,
    read_checked_layer,
    refuse_unknown,
    split_axes,
    to_json_value,
)
from designer.audit.interpreter.values import SourceValue, TensorValue, Unknown, unknown_at
from designer.audit.ops.adaptive_pooling import GlobalPoolLayer

FunctionHandler = Callable[
    [Tape, TensorValue, Sequence[SourceValue], KeywordArguments, ast.Call], SourceValue
]

_CONCATENATIONS: Mapping[str, KeywordArguments] = {
    "cat": {},
    "concat": {},
    "concatenate": {},
    "hstack": {"dim": 1},
}
"""Functions that concatenate tensors, with the arguments that they imply."""

_POOLS = {"max_pool": "MaxPool", "avg_pool": "AvgPool", "adaptive_avg_pool": "AdaptiveAvgPool"}
_POOLS["adaptive_max_pool"] = "AdaptiveMaxPool"


def call_function(
    tape: Tape, name: str, arguments: Sequence[SourceValue], named: KeywordArguments, node: ast.Call
) -> SourceValue:
    """The result of ``torch.name(…)``, ``F.name(…)`` or ``tensor.name(…)``.

    Raises:
        SourceRefused: if the call cannot be followed.
    """
    if name in _CONCATENATIONS:
        return _concatenate(tape, arguments, {**_CONCATENATIONS[name], **named}, node)
    tensor = arguments[0] if arguments else named.get("input", named.get("x"))
    if isinstance(tensor, Unknown):
        return tensor
    if not isinstance(tensor, TensorValue):
        return unknown_at(node, "call_not_followed", name=name)
    other_arguments = list(arguments[1:])
    bare = name.rstrip("_")
    if bare in ACTIVATION_FUNCTIONS or bare in SHAPE_PRESERVING_FUNCTIONS:
        return tape.record_activation_or_norm(bare if bare in ACTIVATION_FUNCTIONS else "", tensor)
    kind, axes = split_axes(name)
    if kind in _POOLS:
        module = build_module(
            f"{_POOLS[kind]}{axes}d", other_arguments, _without_input(named), node
        )
        assert module is not None
        return tape.record_module(module, tensor)
    if name not in _FUNCTION_HANDLERS:
        refuse_line(node, "tensor_call_not_followable", name=name[:60])
    return _FUNCTION_HANDLERS[name](tape, tensor, other_arguments, _without_input(named), node)


def _concatenate(
    tape: Tape, arguments: Sequence[SourceValue], named: KeywordArguments, node: ast.Call
) -> SourceValue:
    given = bind_arguments(("tensors", "dim", "axis"), arguments, named, node)
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


def _interpolate(
    tape: Tape,
    tensor: TensorValue,
    arguments: Sequence[SourceValue],
    named: KeywordArguments,
    node: ast.Call,
) -> SourceValue:
    module = build_module("Upsample", arguments, named, node)
    assert module is not None
    return tape.record_module(module, tensor)


def _pad(
    tape: Tape,
    tensor: TensorValue,
    arguments: Sequence[SourceValue],
    named: KeywordArguments,
    node: ast.Call,
) -> SourceValue:
    given = bind_arguments(("pad", "mode", "value"), arguments, named, node)
    fields = {name: to_json_value(value, name, node) for name, value in given.items()}
    return tape.record_layer(read_checked_layer({"op": "pad", **fields}, node), tensor, node)


def _shuffle(
    tape: Tape,
    tensor: TensorValue,
    arguments: Sequence[SourceValue],
    named: KeywordArguments,
    node: ast.Call,
) -> SourceValue:
    module = build_module("PixelShuffle", arguments, named, node)
    assert module is not None
    return tape.record_module(module, tensor)


def _mean(
    tape: Tape,
    tensor: TensorValue,
    arguments: Sequence[SourceValue],
    named: KeywordArguments,
    node: ast.Call,
) -> SourceValue:
    given = bind_arguments(("dim", "keepdim"), arguments, named, node)
    dims = to_json_value(given.get("dim"), "dim", node)
    many = len(dims) if isinstance(dims, list) else 1
    rank = many + 2 if tensor.shape is None else len(tensor.shape)
    if dims is None or not many or set(resolve_axes(dims, rank, node)) != set(range(2, rank)):
        refuse_line(node, "partial_mean")
    return tape.record_layer(GlobalPoolLayer(keepdim=bool(given.get("keepdim"))), tensor, node)


def _size(
    tape: Tape,
    tensor: TensorValue,
    arguments: Sequence[SourceValue],
    named: KeywordArguments,
    node: ast.Call,
) -> SourceValue:
    sizes = tensor_sizes(tensor, tape, node)
    if not arguments and not named:
        return sizes
    dim = bind_arguments(("dim",), arguments, named, node).get("dim")
    if not isinstance(dim, int) or not -len(sizes) <= dim < len(sizes):
        refuse_line(node, "size_not_followable")
    return sizes[dim]


def _rank(
    tape: Tape,
    tensor: TensorValue,
    arguments: Sequence[SourceValue],
    named: KeywordArguments,
    node: ast.Call,
) -> SourceValue:
    if tensor.shape is None:
        return unknown_at(node, "axes_after_failure")
    return len(tensor.shape)


def _add(
    tape: Tape,
    tensor: TensorValue,
    arguments: Sequence[SourceValue],
    named: KeywordArguments,
    node: ast.Call,
) -> SourceValue:
    other = arguments[0] if arguments else named.get("other")
    if isinstance(other, TensorValue):
        return tape.join_tensors([tensor, other], node, add=True)
    if not isinstance(other, int | float):
        refuse_line(node, "operand_not_followable")
    return tensor


def _without_input(named: KeywordArguments) -> KeywordArguments:
    return {name: value for name, value in named.items() if name not in ("input", "training", "p")}


_FUNCTION_HANDLERS: Mapping[str, FunctionHandler] = {
    "view": follow_view,
    "reshape": follow_view,
    "flatten": follow_flatten,
    "squeeze": follow_squeeze,
    "unsqueeze": follow_unsqueeze,
    "interpolate": _interpolate,
    "upsample": _interpolate,
    "pad": _pad,
    "pixel_shuffle": _shuffle,
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
