"""Convolutions computed in blocks of positions, with the result of torch's own, in less memory.

In float64 or without oneDNN, torch copies a map once for each tap of a convolution before it multiplies. While
``blocked_convolutions`` is active, each convolution of torch, of a source as of a reference, and its
gradients are sums and rows of torch's convolutions of blocks, below autograd.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from math import ceil, prod
from typing import Any, NamedTuple

import torch
from torch.nn import functional

from designer.validation.json_readers import JsonValue
from designer.verification.probe.dispatch_mode import DispatchMode

_BLOCK_BYTES = 2**22
"""Bytes of the copies of a block's taps."""

_CONVOLUTION = torch.ops.aten.convolution.default
_BACKWARD = torch.ops.aten.convolution_backward.default

_COMPOSED = (
    torch.ops.aten.conv1d.default,
    torch.ops.aten.conv2d.default,
    torch.ops.aten.conv3d.default,
    torch.ops.aten.conv_transpose1d.default,
    torch.ops.aten.conv_transpose2d.input,
    torch.ops.aten.conv_transpose3d.input,
)
"""What inference mode calls; elsewhere, torch calls its one convolution before a dispatch mode is asked."""


class _Geometry(NamedTuple):
    """Arguments of torch's convolution after input, weight and bias."""

    stride: list[int]
    padding: list[int]
    dilation: list[int]
    transposed: bool
    output_padding: list[int]
    groups: int


class _Block(NamedTuple):
    """Positions of the smaller map along the axis, and the positions of the larger that they meet.

    The latter may lie outside the larger map, where the padding is.
    """

    axis: int
    start: int
    stop: int
    first: int
    last: int

    def of_smaller(self, value: torch.Tensor) -> torch.Tensor:
        """The block of the smaller map."""
        return value.narrow(2 + self.axis, self.start, self.stop - self.start)

    def of_larger(self, value: torch.Tensor) -> torch.Tensor:
        """The block of the larger map, with zeros outside it."""
        side = value.shape[2 + self.axis]
        first, last = max(self.first, 0), min(self.last, side)
        inside = value.narrow(2 + self.axis, min(first, side), max(last - first, 0))
        before = min(first, self.last) - self.first
        after = self.last - self.first - before - inside.shape[2 + self.axis]
        if not before and not after:
            return inside
        sides = [0, 0] * (value.dim() - 3 - self.axis) + [before, after]
        return functional.pad(inside, sides)

    def add_to_larger(self, total: torch.Tensor, part: torch.Tensor) -> None:
        """Add a block of the larger map, in place; what lies outside is dropped."""
        side = total.shape[2 + self.axis]
        first, last = max(self.first, 0), min(self.last, side)
        if first < last:
            inside = part.narrow(2 + self.axis, first - self.first, last - first)
            total.narrow(2 + self.axis, first, last - first).add_(inside)


def blocked_convolutions(
    network: dict[str, JsonValue], width: str
) -> AbstractContextManager[object]:
    """Active if the job says so of the network at this width; a small one has no large blocks."""
    if not network["blocked"][width]:
        return nullcontext()
    mode: AbstractContextManager[object] = BlockedConvolutions()  # type: ignore[no-untyped-call]
    return mode


class BlockedConvolutions(DispatchMode):  # type: ignore[no-untyped-call]
    """While active, convolutions of which torch would copy much are computed in blocks."""

    def __torch_dispatch__(
        self,
        func: Callable[..., Any],
        types: object,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401  torch's results
        """The result of an operation of torch."""
        if func in _COMPOSED:
            with self:
                return func.decompose(*args, **(kwargs or {}))
        if func is _CONVOLUTION and not kwargs:
            value, weight, bias, *rest = args
            geometry = _Geometry(*rest)
            if (blocks := list(_blocks(value, weight, None, geometry))) and len(blocks) > 1:
                return _convolve(value, weight, bias, geometry, blocks)
        if func is _BACKWARD and not kwargs:
            gradient, value, weight, _, *rest, wanted = args
            geometry = _Geometry(*rest)
            if (blocks := list(_blocks(value, weight, gradient, geometry))) and len(blocks) > 1:
                return _differentiate(gradient, value, weight, geometry, blocks, wanted)
        return func(*args, **(kwargs or {}))


def _output_sides(value: torch.Tensor, weight: torch.Tensor, geometry: _Geometry) -> list[int]:
    sides = []
    for axis, before in enumerate(value.shape[2:]):
        reach = geometry.dilation[axis] * (weight.shape[2 + axis] - 1)
        stride, padding = geometry.stride[axis], geometry.padding[axis]
        sides.append(
            (before - 1) * stride - 2 * padding + reach + geometry.output_padding[axis] + 1
            if geometry.transposed
            else (before + 2 * padding - reach - 1) // stride + 1
        )
    return sides


def _blocks(
    value: torch.Tensor, weight: torch.Tensor, gradient: torch.Tensor | None, geometry: _Geometry
) -> Iterator[_Block]:
    """Blocks along the longest axis of the smaller map; none if the arguments are of other kinds."""
    if not value.is_floating_point() or value.device.type != "cpu" or value.dim() < 3:
        return
    smaller = list(value.shape[2:])
    if not geometry.transposed:
        smaller = (
            list(gradient.shape[2:])
            if gradient is not None
            else _output_sides(value, weight, geometry)
        )
    channels = weight.shape[1] * geometry.groups
    columns = value.element_size() * len(value) * channels * prod(weight.shape[2:]) * prod(smaller)
    axis = smaller.index(max(smaller))
    number = min(ceil(columns / _BLOCK_BYTES), smaller[axis])
    step = ceil(smaller[axis] / number)
    stride, padding = geometry.stride[axis], geometry.padding[axis]
    span = geometry.dilation[axis] * (weight.shape[2 + axis] - 1) + 1
    for start in range(0, smaller[axis], step):
        stop = min(start + step, smaller[axis])
        first = start * stride - padding
        yield _Block(axis, start, stop, first, (stop - 1) * stride - padding + span)


def _without_padding(geometry: _Geometry, axis: int) -> _Geometry:
    """The geometry of a block: its padding along the axis is part of it."""
    none = [
        (*given[:axis], 0, *given[axis + 1 :])
        for given in (geometry.padding, geometry.output_padding)
    ]
    return geometry._replace(padding=list(none[0]), output_padding=list(none[1]))


def _convolve(
    value: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None,
    geometry: _Geometry,
    blocks: list[_Block],
) -> torch.Tensor:
    channels = weight.shape[1] * geometry.groups if geometry.transposed else len(weight)
    output = value.new_empty(len(value), channels, *_output_sides(value, weight, geometry))
    inner = _without_padding(geometry, blocks[0].axis)
    if geometry.transposed:
        output.zero_() if bias is None else output.copy_(bias.view(1, -1, *[1] * (value.dim() - 2)))
    for block in blocks:
        if geometry.transposed:
            block.add_to_larger(output, _CONVOLUTION(block.of_smaller(value), weight, None, *inner))
        else:
            part = _CONVOLUTION(block.of_larger(value), weight, bias, *inner)
            block.of_smaller(output).copy_(part)
    return output


def _differentiate(
    gradient: torch.Tensor,
    value: torch.Tensor,
    weight: torch.Tensor,
    geometry: _Geometry,
    blocks: list[_Block],
    wanted: list[bool],
) -> tuple[torch.Tensor | None, torch.Tensor | None, torch.Tensor | None]:
    """Gradients of input, weight and bias, as far as they are wanted."""
    inner = _without_padding(geometry, blocks[0].axis)
    of_value = torch.zeros_like(value, memory_format=torch.contiguous_format) if wanted[0] else None
    of_weight = torch.zeros_like(weight) if wanted[1] else None
    for block in blocks:
        if geometry.transposed:
            given = block.of_larger(gradient), block.of_smaller(value)
        else:
            given = block.of_smaller(gradient), block.of_larger(value)
        parts = _BACKWARD(*given, weight, None, *inner, [*wanted[:2], False])
        if of_value is not None and geometry.transposed:
            block.of_smaller(of_value).copy_(parts[0])
        elif of_value is not None:
            block.add_to_larger(of_value, parts[0])
        if of_weight is not None:
            of_weight += parts[1]
    over = [0, *range(2, gradient.dim())]
    return of_value, of_weight, gradient.sum(over) if wanted[2] else None
