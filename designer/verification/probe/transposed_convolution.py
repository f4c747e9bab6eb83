"""A transposed convolution from its definition, as direct convolutions: one for each phase."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from math import ceil, gcd
from typing import NamedTuple

import torch
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
    else:
        output = _from_phases(value, weight, settings, sizes)
    return output if bias is None else output + bias.view(1, -1, *[1] * axes)


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
    value: torch.Tensor, weight: torch.Tensor, settings: dict[str, JsonValue], sizes: list[int]
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
    pieces = []
    for phase in product(*(_phases(settings, axis, counts[axis]) for axis in range(axes))):
        sides: list[int] = []
        kernel = reversed_taps[:, :, *(part.taps for part in phase)]
        for axis in reversed(range(axes)):
            sides += [-phase[axis].first, phase[axis].last - value.shape[2 + axis] + 1]
        if kernel.numel():
            padded = pad_or_crop(value, sides)
            pieces.append(CONVOLVE[axes](padded, kernel, dilation=step_apart, groups=groups))
        else:
            pieces.append(value.new_zeros(len(value), len(swapped), *counts))
    return interleave(pieces, stride, counts, sizes)


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

    Phase p of an axis gives its positions p, p + S, p + 2S and so on. ``pieces`` is emptied: a
    large map and its pieces are not in memory at once.
    """
    axes, leading = len(sizes), pieces[0].shape[:2]
    stacked = torch.stack(pieces).reshape(*stride, *leading, *counts)
    pieces.clear()
    order = [axes, axes + 1]
    for axis in range(axes):
        order += [axes + 2 + axis, axis]
    whole = [step * count for step, count in zip(stride, counts, strict=True)]
    output = stacked.permute(order).reshape(*leading, *whole)
    for axis, side in enumerate(sizes, start=2):
        output = output.narrow(axis, 0, side)
    return output
