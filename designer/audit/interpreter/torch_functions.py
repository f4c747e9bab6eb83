"""Functions of torch and methods of tensors, as layers."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence

from designer.audit.interpreter.recorded_layers import Tape
from designer.audit.interpreter.reshape_functions import (
    KeywordArguments,
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
    read_call,
    refuse_unknown,
    to_json_value,
)
from designer.audit.interpreter.values import SourceValue, TensorValue, Unknown
from designer.audit.ops.adaptive_pooling import GlobalPoolLayer
from designer.audit.ops.registry import TORCH_FUNCTIONS

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
        return Unknown(why=f"{name}(…) is not followed", line=node.lineno)
    other_arguments = list(arguments[1:])
    bare = name.rstrip("_")
    if bare in ACTIVATION_FUNCTIONS or bare in SHAPE_PRESERVING_FUNCTIONS:
        return tape.record_activation_or_norm(bare if bare in ACTIVATION_FUNCTIONS else "", tensor)
    layer = read_call(TORCH_FUNCTIONS, name, other_arguments, _without_input(named), node)
    if layer is not None:
        return tape.record_layer(layer, tensor, node)
    if name not in _FUNCTION_HANDLERS:
        refuse_line(node, f"{name[:60]}(…) on a tensor cannot be followed")
    return _FUNCTION_HANDLERS[name](tape, tensor, other_arguments, _without_input(named), node)


def _concatenate(
    tape: Tape, arguments: Sequence[SourceValue], named: KeywordArguments, node: ast.Call
) -> SourceValue:
    given = bind_arguments(("tensors", "dim", "axis"), arguments, named, node)
    tensors = given.get("tensors")
    if not isinstance(tensors, list | tuple):
        refuse_line(node, "the tensors concatenated here cannot be followed")
    for tensor in tensors:
        if isinstance(tensor, Unknown):
            refuse_unknown(tensor, node, "the concatenation cannot be followed")
        if not isinstance(tensor, TensorValue):
            refuse_line(node, "one of the tensors concatenated here cannot be followed")
    if not tensors:
        refuse_line(node, "a concatenation of no tensors cannot be followed")
    dim = to_json_value(given.get("dim", given.get("axis", 0)), "dim", node)
    shape = next((tensor.shape for tensor in tensors if tensor.shape is not None), tape.shapes[0])
    if type(dim) is not int or 1 not in (dim, dim + len(shape)):
        where = "the batch (dim 0)" if dim == 0 else f"dim {str(dim)[:60]}"
        refuse_line(
            node,
            f"only a concatenation along the channels (dim 1) can be followed, not along {where}",
        )
    return tape.join_tensors(list(tensors), node, add=False)


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
        refuse_line(node, "only a mean or sum over all axes of the map can be followed")
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
        refuse_line(node, "this size cannot be followed")
    return sizes[dim]


def _rank(
    tape: Tape,
    tensor: TensorValue,
    arguments: Sequence[SourceValue],
    named: KeywordArguments,
    node: ast.Call,
) -> SourceValue:
    if tensor.shape is None:
        return Unknown(
            why="the number of axes after a layer that fails is not known", line=node.lineno
        )
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
        refuse_line(node, "a tensor is combined with a value that cannot be followed")
    return tensor


def _without_input(named: KeywordArguments) -> KeywordArguments:
    return {name: value for name, value in named.items() if name not in ("input", "training", "p")}


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
