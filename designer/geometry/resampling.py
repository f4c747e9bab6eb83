"""The kinds of upsampling: how a generator's layer follows a window of a chain.

A chain's windows lead from size to size by o = S·i + c. Every kind produces the same sizes from
them, with kernels that grow with the window's; the solver counts the weights and the positions of
the kernels that the network will have.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from math import ceil, prod
from typing import ClassVar, Self

from designer.geometry.layers import Conv, ConvTranspose, Size, Window
from designer.geometry.modules.convolutions import ConvolutionModule
from designer.geometry.modules.module import Module
from designer.geometry.modules.resizing import Crop, PixelShuffle, Upsample
from designer.geometry.modules.skip_modules import ResizeFunction, SizedConvolution

Modules = tuple[Module, ...]
"""Modules in sequence."""


class UpsamplingKind:
    """One way to enlarge a map; the base class is the chain's own transposed convolution.

    ``transposed``: whether pixels are sums of the overlapping kernels of a transposed convolution.
    ``takes_size_of_skip``: whether a call may give it the size of its output.
    ``reads_all_pixels``: whether some tap falls on a pixel of the map at every position.
    """

    transposed: ClassVar[bool] = True
    reads_all_pixels: ClassVar[bool] = False
    takes_size_of_skip: ClassVar[bool] = True

    def kernel_size(self, kernel_size: int, stride: int) -> int:
        """Kernel size of the layer, for a window's kernel size and stride."""
        return kernel_size

    def positions(self, side: int, stride: int, offset: int) -> int:
        """Number of kernel positions along an axis of a map of this side."""
        return side

    def spread(self, strides: Size) -> int:
        """Channels that the layer computes for each channel of its output."""
        return 1

    def modules(self, layer: ConvTranspose, after: Size) -> tuple[Module, ...]:
        """The modules in place of a chain's layer that leads to the size ``after``."""
        return (ConvolutionModule(layer=layer),)

    def modules_to_skip(
        self, layer: ConvTranspose, after: Size, *, sized: bool
    ) -> tuple[Modules, Modules]:
        """Those to the size of a skip: what a source calls as functions, and the modules after that.

        ``sized``: a call gives the layer the size.
        """
        return (), (SizedConvolution(layer=layer),) if sized else self.modules(layer, after)


class SameSizeKind(UpsamplingKind):
    """A kind whose layer is a convolution of stride 1, with an odd kernel, beside a resizing."""

    transposed: ClassVar[bool] = False
    reads_all_pixels: ClassVar[bool] = True

    def window(self, window: Window) -> Window:
        """The window that keeps the size."""
        taps = self.kernel_size(window.kernel_size, window.stride)
        return Window(
            kernel_size=taps, padding=window.dilation * (taps - 1) // 2, dilation=window.dilation
        )

    def convolution(self, layer: ConvTranspose) -> ConvolutionModule:
        """The convolution in place of a chain's layer."""
        conv = Conv(
            in_channels=layer.in_channels,
            out_channels=layer.out_channels * self.spread(layer.strides),
            windows=tuple(map(self.window, layer.windows)),
            bias=layer.bias,
        )
        return ConvolutionModule(layer=conv)


class ResizeKind(SameSizeKind):
    """Nearest-neighbor resizing to the next size, then a convolution that keeps it.

    >>> ResizeKind().window(Window(kernel_size=4, stride=2, padding=1))
    Window(kernel_size=3, stride=1, padding=1, dilation=1, output_padding=0)
    """

    def kernel_size(self, kernel_size: int, stride: int) -> int:
        """The largest odd number up to F, at least 3.

        A kernel of one tap, along an axis whose size is unchanged, remains one tap.

        >>> [ResizeKind().kernel_size(kernel_size, 1) for kernel_size in (1, 2, 3, 4, 25)]
        [1, 3, 3, 3, 25]
        """
        return kernel_size if kernel_size % 2 else max(3, kernel_size - 1)

    def positions(self, side: int, stride: int, offset: int) -> int:
        """The pixels of the next map."""
        return stride * side + offset

    def modules(self, layer: ConvTranspose, after: Size) -> tuple[Module, ...]:
        """The resizing, by factors if the windows multiply exactly, and the convolution."""
        exact = all(window.offset == 0 for window in layer.windows)
        larger = Upsample(factors=layer.strides) if exact else Upsample(size=after)
        return (larger, self.convolution(layer))

    def modules_to_skip(
        self, layer: ConvTranspose, after: Size, *, sized: bool
    ) -> tuple[Modules, Modules]:
        """Resizing to the skip by a function, then the convolution."""
        return (ResizeFunction(size=after),), (self.convolution(layer),)


class SubpixelKind(SameSizeKind):
    """A convolution to more channels, then a pixel shuffle (Shi et al., arXiv:1609.05158).

    If c > 0 it adds ⌈c/S⌉ positions per side. The surplus is cropped after the shuffle, so every
    pixel of the picture is computed.

    >>> SubpixelKind().window(Window(kernel_size=25, stride=4, padding=11, output_padding=1))
    Window(kernel_size=7, stride=1, padding=3, dilation=1, output_padding=0)
    """

    takes_size_of_skip: ClassVar[bool] = False

    def modules_to_skip(
        self, layer: ConvTranspose, after: Size, *, sized: bool
    ) -> tuple[Modules, Modules]:
        """As without a skip."""
        return (), self.modules(layer, after)

    def kernel_size(self, kernel_size: int, stride: int) -> int:
        """The smallest odd number ≥ F/S, at least 3; 1 for F = 1.

        >>> [SubpixelKind().kernel_size(kernel_size, 4) for kernel_size in (4, 16, 25)]
        [3, 5, 7]
        """
        return 1 if kernel_size == 1 else max(3, ceil(kernel_size / stride) | 1)

    def positions(self, side: int, stride: int, offset: int) -> int:
        """The positions of the map and those added at its sides."""
        return side + 2 * self.margin(stride, offset)

    def margin(self, stride: int, offset: int) -> int:
        """Extra positions per side beyond those of the map: ⌈c/S⌉ if c > 0, otherwise 0.

        >>> [SubpixelKind().margin(2, offset) for offset in (-1, 0, 1, 3)]
        [0, 0, 1, 2]
        """
        return max(0, ceil(offset / stride))

    def spread(self, strides: Size) -> int:
        """The pixels made of one position."""
        return prod(strides)

    def window(self, window: Window) -> Window:
        """The window that keeps the size, with the extra positions."""
        kernel = SameSizeKind.window(self, window)
        return replace(kernel, padding=kernel.padding + self.margin(window.stride, window.offset))

    def crop(self, window: Window) -> tuple[int, int]:
        """Surplus pixels at the near and far side of the S·(i + 2⌈c/S⌉) after the pixel shuffle.

        >>> SubpixelKind().crop(Window(kernel_size=4, stride=2, padding=1, output_padding=1))
        (2, 1)
        >>> SubpixelKind().crop(Window(kernel_size=3, stride=2, padding=1))
        (0, 1)
        """
        margin = window.stride * self.margin(window.stride, window.offset)
        return margin, margin - window.offset

    def modules(self, layer: ConvTranspose, after: Size) -> tuple[Module, ...]:
        """The convolution, the shuffle and, if there is a surplus, the crop."""
        crop = Crop(amounts=tuple(map(self.crop, layer.windows)))
        shuffle = PixelShuffle(factors=layer.strides)
        return (self.convolution(layer), shuffle, *([crop] if any(crop.padding) else []))


class Upsampling(StrEnum):
    """How a generator's layer enlarges its map; the sizes are the same in all kinds."""

    kind: UpsamplingKind

    def __new__(cls, value: str, kind: UpsamplingKind) -> Self:
        """A member with the behaviours of its kind."""
        member = str.__new__(cls, value)
        member._value_, member.kind = value, kind
        return member

    TRANSPOSED = "transposed", UpsamplingKind()
    RESIZE = "resize", ResizeKind()
    SUBPIXEL = "subpixel", SubpixelKind()


def weights_per_channel_pair(upsampling: Upsampling, kernel_sizes: Size, strides: Size) -> int:
    """Weights of a layer per pair of input and output channel.

    >>> [weights_per_channel_pair(kind, (4, 4), (2, 2)) for kind in Upsampling]
    [16, 9, 36]
    """
    kind = upsampling.kind
    return prod(map(kind.kernel_size, kernel_sizes, strides)) * kind.spread(strides)


def kernel_positions(
    upsampling: Upsampling, before: Size, strides: Size, offsets: Size
) -> Iterator[int]:
    """Number of kernel positions of a layer along each axis of a map of this size.

    >>> [list(kernel_positions(kind, (8,), (2,), (1,))) for kind in Upsampling]
    [[8], [17], [10]]
    """
    return map(upsampling.kind.positions, before, strides, offsets)
