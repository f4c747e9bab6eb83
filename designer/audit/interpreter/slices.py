"""Sizes of tensors, and slices as crops."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from designer.audit.interpreter.recorded_layers import Tape
from designer.audit.interpreter.source_parser import refuse_line
from designer.audit.interpreter.values import BatchSize, SourceValue, TensorValue, Unknown
from designer.audit.ops.padding import CropLayer


def tensor_sizes(tensor: TensorValue, tape: Tape, node: ast.AST) -> tuple[SourceValue, ...]:
    """The sizes of a tensor; after a layer that fails, only the batch size is known."""
    if tensor.shape is None:
        unknown = Unknown.at(node, "a size after a layer that fails is not known")
        return (BatchSize(tape.shapes[0][0]), *[unknown] * (len(tape.shapes[-1]) - 1))
    return (BatchSize(tensor.shape[0]), *tensor.shape[1:])


def resolve_axes(value: object, rank: int, node: ast.AST) -> list[int]:
    """The axes of a ``dim`` argument as nonnegative indices.

    >>> resolve_axes([2, -1], 4, ast.Pass())
    [2, 3]

    Raises:
        SourceRefused: if ``dim`` is not an axis of a tensor of that rank.
    """
    axes = []
    for axis in value if isinstance(value, list) else [value]:
        if not isinstance(axis, int) or not -rank <= axis < rank:
            refuse_line(node, f"dim {str(axis)[:60]} is not an axis of a tensor with {rank} axes")
        axes.append(axis % rank)
    return axes


def slice_tensor(
    tape: Tape, tensor: TensorValue, parts: Sequence[SourceValue], node: ast.AST
) -> SourceValue:
    """A slice such as ``x[:, :, 1:-1]`` as a crop; only spatial axes can be cropped.

    Raises:
        SourceRefused: for other slices.
    """
    if tensor.shape is None:
        refuse_line(node, "a slice after a layer that fails cannot be followed")
    if any(part is None for part in parts):
        return _insert_axes(tape, tensor, parts, node)
    if len(parts) > len(tensor.shape) + (Ellipsis in parts):
        refuse_line(node, f"{len(parts)} slices of a tensor with {len(tensor.shape)} axes")
    rank = len(tensor.shape)
    expanded_parts: list[SourceValue] = []
    for part in parts:
        missing = rank - (len(parts) - 1)
        expanded_parts += [slice(None)] * missing if part is Ellipsis else [part]
    expanded_parts += [slice(None)] * (rank - len(expanded_parts))
    crops = []
    for axis, (part, size) in enumerate(zip(expanded_parts, tensor.shape, strict=False)):
        if not isinstance(part, slice) or part.step not in (None, 1):
            refuse_line(node, "only slices without step along the axes of the map are followed")
        if not all(entry is None or isinstance(entry, int) for entry in (part.start, part.stop)):
            refuse_line(node, "a slice with unknown bounds cannot be followed")
        start, stop, _ = part.indices(size)
        if axis < 2 and (start, stop) != (0, size):
            refuse_line(node, "a slice of the batch or the channels cannot be followed")
        crops.append((start, max(0, size - stop)))
    if not any(map(any, crops)):
        return tensor
    return tape.record_layer(CropLayer(crop=tuple(crops[2:])), tensor, node)


def _insert_axes(
    tape: Tape, tensor: TensorValue, parts: Sequence[SourceValue], node: ast.AST
) -> SourceValue:
    """``x[:, :, None, None]``: new axes of size 1 after the batch axis."""
    assert tensor.shape is not None, "the caller has checked"
    sizes = list(tensor.shape)
    shape: list[int] = []
    for position, part in enumerate(parts):
        if part is None and position:
            shape.append(1)
        elif part is Ellipsis:
            left = sum(each is not None for each in parts[position + 1 :])
            shape += [sizes.pop(0) for _ in range(len(sizes) - left)]
        elif part == slice(None) and sizes:
            shape.append(sizes.pop(0))
        else:
            refuse_line(node, "new axes together with other slices cannot be followed")
    return tape.reshape(tensor, (*shape, *sizes)[1:], node)
