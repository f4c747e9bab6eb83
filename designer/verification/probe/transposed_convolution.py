"""A transposed convolution from its definition, as direct convolutions: one for each phase."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from math import ceil, gcd
from typing import Any, NamedTuple

import torch
from torch.autograd import Function
from torch.nn import functional

from designer.validation.json_readers import JsonValue

CONVOLVE: dict[int, Callable[..., torch.Tensor]] = {
    1: functional.conv1d,
    2: functional.conv2d,
    3: functional.conv3d,
}


def pad_or_crop(value: torch.Tensor, sides: list[int]) -> torch.Tensor:
    """A map padded with zeros, then cropped where ``sides`` is negative; in torch's order of sides.

    Torch itself crops first, and refuses to crop more than the map has before the padding.
    """
    if any(side > 0 for side in sides):
        value = functional.pad(value, [max(side, 0) for side in sides])
    if any(side < 0 for side in sides):
        value = functional.pad(value, [min(side, 0) for side in sides])
    return value


class _Phase(NamedTuple):
    """The outputs p, p + S, p + 2S … of one axis: their taps, and the first and last input read.

    ``taps`` counts from the last tap of the kernel.
    """

    taps: slice
    first: int
    last: int


def transposed_convolution(
    value: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None,
    settings: dict[str, JsonValue],
) -> torch.Tensor:
    """A transposed convolution from its definition: y[i·S + t·D − P] sums w[t]·x[i].

    Output j = m·S + p reads x[m + (p + P − t·D)/S] with the taps t for which that is an integer. So
    each phase p is a direct convolution with few taps, and the phases are interleaved. On a map of
    a single position, the layer is linear in the position's channels.
    """
    axes = value.dim() - 2
    sizes = [_output_side(settings, axis, value.shape[2 + axis]) for axis in range(axes)]
    if all(side == 1 for side in value.shape[2:]):
        output = _from_one_position(value, weight, settings, sizes)
        return output if bias is None else output + bias.view(1, -1, *[1] * axes)
    return _from_phases(value, weight, bias, settings, sizes)


def _output_side(settings: dict[str, JsonValue], axis: int, side: int) -> int:
    """Law of a transposed convolution: (i − 1)·S − 2P + D(F − 1) + A + 1."""
    reach = settings["dilation"][axis] * (settings["kernel_size"][axis] - 1)
    start = (side - 1) * settings["stride"][axis] - 2 * settings["padding"][axis]
    return int(start + reach + settings["output_padding"][axis] + 1)


def _from_one_position(
    value: torch.Tensor, weight: torch.Tensor, settings: dict[str, JsonValue], sizes: list[int]
) -> torch.Tensor:
    """Output t·D − P is w[t] times the only input."""
    groups, taps = settings["groups"], weight.shape[2:]
    parts = value.reshape(len(value), groups, 1, -1)
    rows = weight.reshape(groups, weight.shape[0] // groups, -1)
    output = (parts @ rows).reshape(len(value), -1, *taps)
    for axis, dilation in enumerate(settings["dilation"], start=2):
        if dilation > 1:
            output = _spread(output, axis, dilation)
    sides: list[int] = []
    for axis in reversed(range(len(sizes))):
        padding = settings["padding"][axis]
        sides += [-padding, sizes[axis] + padding - output.shape[2 + axis]]
    return pad_or_crop(output, sides)


def _spread(value: torch.Tensor, axis: int, step: int) -> torch.Tensor:
    """The map with step − 1 zeros between its positions along one axis."""
    shape = list(value.shape)
    shape[axis] = (shape[axis] - 1) * step + 1
    larger = value.new_zeros(shape)
    larger.movedim(axis, -1)[..., ::step] = value.movedim(axis, -1)
    return larger


def _from_phases(
    value: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None,
    settings: dict[str, JsonValue],
    sizes: list[int],
) -> torch.Tensor:
    axes, groups, stride = len(sizes), settings["groups"], settings["stride"]
    counts = [ceil(side / step) for side, step in zip(sizes, stride, strict=True)]
    per_group = weight.reshape(groups, weight.shape[0] // groups, *weight.shape[1:])
    swapped = per_group.transpose(1, 2).reshape(-1, *per_group.shape[1:2], *weight.shape[2:])
    reversed_taps = swapped.flip(tuple(range(2, swapped.dim())))
    step_apart = [
        dilation // gcd(step, dilation)
        for step, dilation in zip(stride, settings["dilation"], strict=True)
    ]
    phases = [list(_phases(settings, axis, counts[axis])) for axis in range(axes)]
    firsts = [min(phase.first for phase in along) for along in phases]
    lasts = [max(phase.last for phase in along) for along in phases]
    sides: list[int] = []
    for axis in reversed(range(axes)):
        sides += [-firsts[axis], lasts[axis] - value.shape[2 + axis] + 1]
    padded = pad_or_crop(value, sides)  # once, for all phases
    pieces = []
    for phase in product(*phases):
        kernel = reversed_taps[:, :, *(part.taps for part in phase)]
        if kernel.numel():
            region = [
                (part.first - first, part.last - part.first + 1)
                for part, first in zip(phase, firsts, strict=True)
            ]
            pieces.append(
                _RegionConvolution.apply(padded, kernel, bias, region, step_apart, groups)  # type: ignore[no-untyped-call]
            )
        else:
            shift = value.new_zeros(len(swapped)) if bias is None else bias
            pieces.append(shift.view(1, -1, *[1] * axes).expand(len(value), -1, *counts))
    return interleave(pieces, stride, counts, sizes)


class _RegionConvolution(Function):
    """The convolution of a region of a map; autograd would keep a copy of each region."""

    @staticmethod
    def forward(
        ctx: Any,  # noqa: ANN401  torch's context
        value: torch.Tensor,
        kernel: torch.Tensor,
        bias: torch.Tensor | None,
        region: list[tuple[int, int]],
        dilation: list[int],
        groups: int,
    ) -> torch.Tensor:
        """The output; ``region``: the first position and the number of positions of each axis."""
        ctx.save_for_backward(value, kernel)
        ctx.settings = region, dilation, groups
        read, convolve = _region_of(value, region), CONVOLVE[len(region)]
        return convolve(read, kernel, bias, dilation=dilation, groups=groups)

    @staticmethod
    def backward(ctx: Any, *cotangents: torch.Tensor) -> tuple[torch.Tensor | None, ...]:  # noqa: ANN401
        """Gradients of the map, the kernel and the bias, as torch takes them."""
        value, kernel = ctx.saved_tensors
        region, dilation, groups = ctx.settings
        none = [0] * len(region)
        of_read, of_kernel, of_bias = torch.ops.aten.convolution_backward(
            cotangents[0], _region_of(value, region), kernel, [len(kernel)],
            [1] * len(region), none, dilation, False, none, groups, ctx.needs_input_grad[:3],
        )  # fmt: skip
        of_value = None
        if of_read is not None:
            of_value = torch.zeros_like(value)
            _region_of(of_value, region).copy_(of_read)
        return of_value, of_kernel, of_bias, None, None, None


def _region_of(value: torch.Tensor, region: list[tuple[int, int]]) -> torch.Tensor:
    for axis, (first, count) in enumerate(region, start=2):
        value = value.narrow(axis, first, count)
    return value


def _phases(settings: dict[str, JsonValue], axis: int, count: int) -> Iterator[_Phase]:
    """The phases of one axis; the taps descend, so that the inputs read ascend.

    Taps of one phase are S / gcd(S, D) apart.
    """
    names = ("kernel_size", "stride", "padding", "dilation")
    kernel, stride, padding, dilation = (settings[name][axis] for name in names)
    for phase in range(stride):
        shifts = [phase + padding - tap * dilation for tap in reversed(range(kernel))]
        taps = [tap for tap, shift in enumerate(shifts) if shift % stride == 0]
        reads = [shifts[tap] // stride for tap in taps] or [0]
        first = taps[0] if taps else kernel
        yield _Phase(
            slice(first, None, stride // gcd(stride, dilation)), reads[0], reads[-1] + count - 1
        )


def interleave(
    pieces: list[torch.Tensor], stride: list[int], counts: list[int], sizes: list[int]
) -> torch.Tensor:
    """The map of which each piece is a phase; what exceeds the size is cut.

    Phase p of an axis gives its positions p, p + S, p + 2S and so on. ``pieces`` is emptied: of a
    large map nothing else stays in memory.

    >>> evens, odds = torch.tensor([[[0.0, 2.0]]]), torch.tensor([[[1.0, 3.0]]])
    >>> interleave([evens, odds], [2], [2], [3])
    tensor([[[0., 1., 2.]]])
    """
    output: torch.Tensor = _Interleaved.apply(stride, counts, sizes, *pieces)  # type: ignore[no-untyped-call]
    pieces.clear()
    return output


class _Interleaved(Function):
    """A map from its phases; autograd would keep the steps of stacking and reordering them."""

    @staticmethod
    def forward(
        ctx: Any,  # noqa: ANN401  torch's context
        stride: list[int],
        counts: list[int],
        sizes: list[int],
        *pieces: torch.Tensor,
    ) -> torch.Tensor:
        """The map."""
        ctx.stride, ctx.counts = stride, counts
        output = pieces[0].new_empty(*pieces[0].shape[:2], *sizes)
        for place, piece in zip(_places(stride), pieces, strict=True):
            part = output[place]
            inside: tuple[Any, ...] = (..., *map(slice, part.shape[2:]))
            part.copy_(piece[inside])
        return output

    @staticmethod
    def backward(ctx: Any, *cotangents: torch.Tensor) -> tuple[torch.Tensor | None, ...]:  # noqa: ANN401
        """The phases of the cotangent, with zeros where the map was cut."""
        found = []
        for place in _places(ctx.stride):
            part = cotangents[0][place]
            sides: list[int] = []
            for wanted, side in zip(reversed(ctx.counts), reversed(part.shape[2:]), strict=True):
                sides += [0, wanted - side]
            found.append(pad_or_crop(part, sides))
        return (None, None, None, *found)


def _places(stride: list[int]) -> Iterator[tuple[Any, ...]]:
    """The index of each phase of a map, the last axis fastest."""
    for phase in product(*map(range, stride)):
        steps = zip(phase, stride, strict=True)
        yield (..., *(slice(start, None, step) for start, step in steps))
