"""The windows of resize and sub-pixel layers, derived from the windows of a chain.

A chain's windows lead from size to size by o = S·i + c. Resize and sub-pixel layers produce the
same sizes: S times larger first, then c more or less. Their kernel sizes are odd and grow with the
window's kernel size.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from functools import lru_cache
from math import ceil, prod

from designer.geometry.layers import Size, Window


class Upsampling(StrEnum):
    """How a generator's layer enlarges its map; the sizes are the same in all three."""

    TRANSPOSED = "transposed"
    """A transposed convolution with the chain's window."""
    RESIZE = "resize"
    """Nearest-neighbor resizing to the next size, then a convolution that keeps it."""
    SUBPIXEL = "subpixel"
    """A convolution to more channels, then a pixel shuffle (Shi et al., arXiv:1609.05158)."""


def resize_kernel_size(kernel_size: int) -> int:
    """Kernel size of the convolution after resizing: the largest odd number up to F, at least 3.

    A kernel of one tap, along an axis whose size is unchanged, remains one tap.

    >>> [resize_kernel_size(kernel_size) for kernel_size in (1, 2, 3, 4, 25)]
    [1, 3, 3, 3, 25]
    """
    return kernel_size if kernel_size % 2 else max(3, kernel_size - 1)


def subpixel_kernel_size(kernel_size: int, stride: int) -> int:
    """Kernel size before the pixel shuffle: smallest odd number ≥ F/S, at least 3; 1 for F = 1.

    >>> [subpixel_kernel_size(kernel_size, 4) for kernel_size in (4, 16, 25)], subpixel_kernel_size(1, 1)
    ([3, 5, 7], 1)
    """
    return 1 if kernel_size == 1 else max(3, ceil(kernel_size / stride) | 1)


def resize_window(window: Window) -> Window:
    """The window of the convolution after resizing, which keeps the size.

    >>> resize_window(Window(kernel_size=4, stride=2, padding=1))
    Window(kernel_size=3, stride=1, padding=1, dilation=1, output_padding=0)
    """
    return _same_size_window(resize_kernel_size(window.kernel_size), window.dilation)


def subpixel_window(window: Window) -> Window:
    """The window before the pixel shuffle; it adds ⌈c/S⌉ positions per side if c > 0.

    The surplus is cropped after the shuffle, so every pixel of the picture is computed.

    >>> subpixel_window(Window(kernel_size=25, stride=4, padding=11, output_padding=1))
    Window(kernel_size=7, stride=1, padding=3, dilation=1, output_padding=0)
    """
    kernel = _same_size_window(
        subpixel_kernel_size(window.kernel_size, window.stride), window.dilation
    )
    return replace(kernel, padding=kernel.padding + subpixel_margin(window.stride, window.offset))


def subpixel_crop(window: Window) -> tuple[int, int]:
    """Surplus pixels at the near and far side of the S·(i + 2⌈c/S⌉) after the pixel shuffle.

    >>> subpixel_crop(Window(kernel_size=4, stride=2, padding=1, output_padding=1))
    (2, 1)
    >>> subpixel_crop(Window(kernel_size=3, stride=2, padding=1))
    (0, 1)
    """
    margin = window.stride * subpixel_margin(window.stride, window.offset)
    return margin, margin - window.offset


def subpixel_margin(stride: int, offset: int) -> int:
    """Extra positions per side beyond those of the map: ⌈c/S⌉ if c > 0, otherwise 0.

    >>> [subpixel_margin(2, offset) for offset in (-1, 0, 1, 3)]
    [0, 0, 1, 2]
    """
    return max(0, ceil(offset / stride))


def _same_size_window(kernel_size: int, dilation: int) -> Window:
    padding = dilation * (kernel_size - 1) // 2
    return Window(kernel_size=kernel_size, padding=padding, dilation=dilation)


def weights_per_channel_pair(upsampling: Upsampling, kernel_sizes: Size, strides: Size) -> int:
    """Weights of a layer per pair of input and output channel.

    >>> [weights_per_channel_pair(kind, (4, 4), (2, 2)) for kind in Upsampling]
    [16, 9, 36]
    """
    if upsampling is Upsampling.TRANSPOSED:
        return prod(kernel_sizes)
    if upsampling is Upsampling.RESIZE:
        return prod(map(resize_kernel_size, kernel_sizes))
    return prod(map(subpixel_kernel_size, kernel_sizes, strides)) * prod(strides)


def kernel_positions(
    upsampling: Upsampling, before: Size, strides: Size, offsets: Size
) -> Iterator[int]:
    """Number of kernel positions of a layer along each axis of a map of this size.

    >>> [list(kernel_positions(kind, (8,), (2,), (1,))) for kind in Upsampling]
    [[8], [17], [10]]
    """
    for side, stride, offset in zip(before, strides, offsets, strict=True):
        if upsampling is Upsampling.TRANSPOSED:
            yield side
        elif upsampling is Upsampling.RESIZE:
            yield stride * side + offset
        else:
            yield side + 2 * subpixel_margin(stride, offset)


def nearest_repeats(before: int, after: int) -> list[int]:
    """Number of times torch's ``nearest`` mode repeats each pixel.

    >>> nearest_repeats(4, 9)
    [3, 2, 2, 2]
    """
    repeats = [0] * before
    for source in nearest_sources(before, after):
        repeats[min(source, before - 1)] += 1
    return repeats


@lru_cache(maxsize=4)
def nearest_sources(before: int, after: int) -> tuple[int, ...]:
    """Source position of each pixel x in torch's ``nearest`` mode: ⌊x·i/o⌋ in single precision.

    >>> nearest_sources(2, 5)
    (0, 0, 0, 1, 1)
    """
    return tuple(_sources(range(after), before, after))


def has_uniform_repeats(before: int, after: int) -> bool:
    """Whether torch's ``nearest`` mode repeats every pixel after/before times, a whole number.

    False for some whole factors S: if 1/S is rounded down, pixel S·k may be taken from k − 1.

    >>> [has_uniform_repeats(4, after) for after in (8, 9, 4 * 40, 4 * 41)]
    [True, False, True, False]
    """
    factor, remainder = divmod(after, before)
    return not remainder and [*_sources(range(0, after, factor), before, after)] == [*range(before)]


def _sources(pixels: range, before: int, after: int) -> Iterator[int]:
    (scale,) = array("f", [before / after])
    return map(int, array("f", [pixel * scale for pixel in pixels]))
