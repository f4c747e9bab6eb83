"""Second moments that one layer gives in the middle of its output, over draws of its weights.

A convolution of the few inputs that the middle reads: its cost does not depend on the size of the map.
A gather is a convolution, a scatter a transposed one; the gradient of either is the other.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch.nn import functional

from designer.validation.json_readers import JsonValue
from designer.verification.probe.transposed_convolution import CONVOLVE

_SCATTER = (
    functional.conv_transpose1d,
    functional.conv_transpose2d,
    functional.conv_transpose3d,
)


class Axis(NamedTuple):
    """One axis of a window, and the sizes of the map that is read and of the one that is computed."""

    kernel_size: int
    stride: int
    padding: int
    dilation: int
    read: int
    computed: int

    @property
    def span(self) -> int:
        """Pixels from the first to the last tap."""
        return self.dilation * (self.kernel_size - 1) + 1

    def middle(self, *, gather: bool) -> tuple[int, int]:
        """The middle of the computed map: its start and its length, one of each phase."""
        length = 1 if gather else min(self.stride, self.computed)
        return (self.computed - length) // 2, length

    def inputs(self, *, gather: bool) -> tuple[int, int]:
        """The range of positions that the middle reads; some may lie outside the map."""
        start, length = self.middle(gather=gather)
        if gather:
            first = start * self.stride - self.padding
            return first, first + self.span
        first = -(-(start + self.padding - self.span + 1) // self.stride)
        first = min(first, (start + self.padding) // self.stride)
        return first, (start + length - 1 + self.padding) // self.stride + 1


def read_axes(settings: dict[str, JsonValue], *, backward: bool) -> list[Axis]:
    """The axes of a layer with these settings, or of its gradient."""
    sizes = [settings["input_size"], settings["output_size"]]
    read, computed = reversed(sizes) if backward else sizes
    names = ("kernel_size", "stride", "padding", "dilation")
    columns = [settings[name] for name in names]
    return [Axis(*numbers) for numbers in zip(*columns, read, computed, strict=True)]


def read_middle(value: torch.Tensor, axes: list[Axis], *, gather: bool) -> torch.Tensor:
    """What the middle of the computed map reads, with zeros outside the map."""
    for place, axis in enumerate(axes, start=2):
        first, stop = axis.inputs(gather=gather)
        low = min(max(first, 0), axis.read)
        high = max(low, min(stop, axis.read))
        before = min(max(low - first, 0), stop - first - (high - low))
        sides = [before, stop - first - (high - low) - before]
        inside = value.narrow(place, low, high - low)
        value = functional.pad(inside, [0, 0] * (value.dim() - 1 - place) + sides)
    return value


def local_gains(
    value: torch.Tensor, weights: torch.Tensor, axes: list[Axis], *, gather: bool
) -> torch.Tensor:
    """For each draw of the weights, the second moment of the middle over that of what it reads.

    ``value`` is what ``read_middle`` gives; ``weights`` are draws of kernels with the computed channels
    before the read ones. The result is the mean over samples, channels and phases, times the products
    per output over those of the moments that are read, so it is expected to be fan·σ².
    """
    draws, channels, read, *taps = weights.shape
    computed = _convolve(value, weights.reshape(draws * channels, read, *taps), axes, gather)
    moments = computed.square().view(len(computed), draws, -1).mean((0, 2))
    present = read_middle(value.new_ones(1, 1, *[axis.read for axis in axes]), axes, gather=gather)
    kernel = value.new_ones(1, 1, *taps)
    energy = _convolve(value.square().mean((0, 1), keepdim=True)[0], kernel, axes, gather).mean()
    products = _convolve(present, kernel, axes, gather).mean() * read
    return moments / (energy * read) * products


def _convolve(
    value: torch.Tensor, kernels: torch.Tensor, axes: list[Axis], gather: bool
) -> torch.Tensor:
    """The middle of the computed map."""
    dilation = [axis.dilation for axis in axes]
    value = value if value.dim() > len(axes) + 1 else value[None]
    stride = [axis.stride for axis in axes]
    if not gather and max(stride) == 1:  # the middle is one position
        taps = (slice(None, None, step) for step in dilation)
        read = value[(slice(None), slice(None), *taps)].flip(*range(2, value.dim())).flatten(1)
        products = read @ kernels.flatten(1).T
        return products.view(*products.shape, *[1] * len(axes))
    if gather:
        gathered: torch.Tensor = CONVOLVE[len(axes)](value, kernels, dilation=dilation)
        return gathered
    output = _SCATTER[len(axes) - 1](
        value, kernels.transpose(0, 1), stride=stride, dilation=dilation
    )
    for place, axis in enumerate(axes, start=2):
        start, length = axis.middle(gather=False)
        first, _ = axis.inputs(gather=False)
        sides = [0, 0] * (output.dim() - 1 - place) + [0, axis.stride]  # a kernel may be shorter
        output = functional.pad(output, sides).narrow(
            place, start + axis.padding - first * axis.stride, length
        )
    return output
