"""How a residual block changes the size on both paths, for each kind of upsampling.

Both paths use the same window, so that their sizes meet at any step. A transposed block has the
chain's window in a layer of each path, and its mirror in a strided convolution; the other kinds
resize or shuffle beside a convolution that keeps the size, and their mirror takes means.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from designer.brief.level_widths import BODY_KERNEL_SIZE
from designer.geometry.chain import Chain
from designer.geometry.layers import Conv, ConvTranspose, Size, Window, Windows
from designer.geometry.modules.convolutions import ConvolutionModule
from designer.geometry.modules.pooling import AveragePool
from designer.geometry.modules.resizing import Crop, PixelShuffle, Upsample
from designer.geometry.resampling import Modules, SubpixelKind, Upsampling

Paths = tuple[Modules, Modules]
"""The modules of the body and of the shortcut."""


@dataclass(frozen=True, slots=True)
class ChainStep:
    """One step of a chain, and all of them: what one level has to have, every level has."""

    chain: Chain
    level: int

    @property
    def windows(self) -> Windows:
        """The windows of the step, one per axis."""
        return self.chain.windows[self.level]

    @property
    def larger_size(self) -> Size:
        """The size of the larger map, in positions per axis."""
        return self.chain.sizes[self.level + 1]


def body_convolution(
    in_channels: int, out_channels: int, axes: int, *, margins: Size = (), spectral: bool = False
) -> ConvolutionModule:
    """The convolution of a body that keeps the size, or grows it by ``margins`` at each end."""
    return _convolution(
        in_channels, out_channels, BODY_KERNEL_SIZE, margins or (0,) * axes, spectral
    )


def shortcut_convolution(
    in_channels: int, out_channels: int, axes: int, *, margins: Size = (), spectral: bool = False
) -> ConvolutionModule:
    """The convolution of a shortcut, of one tap."""
    return _convolution(in_channels, out_channels, 1, margins or (0,) * axes, spectral)


def _convolution(
    in_channels: int, out_channels: int, taps: int, margins: Size, spectral: bool
) -> ConvolutionModule:
    windows = tuple(Window(kernel_size=taps, padding=taps // 2 + margin) for margin in margins)
    layer = Conv(in_channels=in_channels, out_channels=out_channels, windows=windows)
    return ConvolutionModule(layer=layer, spectral=spectral)


class ResidualPaths(Protocol):
    """The modules that change the size, beside the convolutions that change the channels."""

    def enlarge(self, step: ChainStep, in_channels: int, out_channels: int) -> Paths:
        """The modules of body and shortcut to a larger map, at a step of the chain."""

    def shrink(
        self, step: ChainStep, channels: tuple[int, int, int], *, first: bool, spectral: bool
    ) -> Paths:
        """The modules of body and shortcut back to the smaller map, the channels' last change included.

        ``channels``: of the block's input, between its convolutions, of its output. The ``first``
        block takes the mean of the picture before it changes the channels on the shortcut.
        """


class TransposedPaths:
    """A transposed convolution on each path, and a strided one in the mirror."""

    def enlarge(self, step: ChainStep, in_channels: int, out_channels: int) -> Paths:
        """The same layer on both paths."""
        layer = ConvTranspose(
            in_channels=in_channels, out_channels=out_channels, windows=step.windows
        )
        return (ConvolutionModule(layer=layer),), (ConvolutionModule(layer=layer),)

    def shrink(
        self, step: ChainStep, channels: tuple[int, int, int], *, first: bool, spectral: bool
    ) -> Paths:
        """A strided convolution on both paths."""
        before, hidden, after = channels
        windows = tuple(replace(window, output_padding=0) for window in step.windows)

        def strided(in_channels: int) -> Modules:
            layer = Conv(in_channels=in_channels, out_channels=after, windows=windows)
            return (ConvolutionModule(layer=layer, spectral=spectral),)

        return strided(hidden), strided(before)


class PooledPaths:
    """Means of windows in the mirror; base of the kinds that resample beside a convolution."""

    def shrink(
        self, step: ChainStep, channels: tuple[int, int, int], *, first: bool, spectral: bool
    ) -> Paths:
        """A convolution and means on both paths."""
        before, hidden, after = channels
        axes = step.chain.axes
        pools = [tuple(map(pool_window, windows)) for windows in step.chain.windows]
        per_axis = any(len({*windows}) > 1 for windows in pools)
        pool = AveragePool(windows=pools[step.level], per_axis=per_axis)
        body = (body_convolution(hidden, after, axes, spectral=spectral), pool)
        point = shortcut_convolution(before, after, axes, spectral=spectral)
        return body, (pool, point) if first else (point, pool)


class ResizedPaths(PooledPaths):
    """Nearest-neighbor resizing to the next size on both paths."""

    def enlarge(self, step: ChainStep, in_channels: int, out_channels: int) -> Paths:
        """Resizing, then a convolution."""
        larger, axes = Upsample(size=step.larger_size), step.chain.axes
        return (
            (larger, body_convolution(in_channels, out_channels, axes)),
            (larger, shortcut_convolution(in_channels, out_channels, axes)),
        )


class ShuffledPaths(PooledPaths):
    """A convolution to more channels and a pixel shuffle on both paths.

    Where a step of the chain leaves a surplus, every level has a crop, which may cut nothing; where
    one has other strides by axis, every level has the shuffle with a factor for each.
    """

    def enlarge(self, step: ChainStep, in_channels: int, out_channels: int) -> Paths:
        """A convolution, the shuffle and perhaps a crop."""
        kind, windows = SubpixelKind(), step.windows
        factors = tuple(window.stride for window in windows)
        margins = tuple(kind.margin(window.stride, window.offset) for window in windows)
        uneven = any(len({window.stride for window in each}) > 1 for each in step.chain.windows)
        shuffle: Modules = (PixelShuffle(factors=factors, by_axis=uneven),)
        if any(window.offset for each in step.chain.windows for window in each):
            shuffle = (*shuffle, Crop(amounts=tuple(map(kind.crop, windows))))
        spread, axes = out_channels * kind.spread(factors), step.chain.axes
        return (
            (body_convolution(in_channels, spread, axes, margins=margins), *shuffle),
            (shortcut_convolution(in_channels, spread, axes, margins=margins), *shuffle),
        )


RESIDUAL_PATHS: dict[Upsampling, ResidualPaths] = {
    Upsampling.TRANSPOSED: TransposedPaths(),
    Upsampling.RESIZE: ResizedPaths(),
    Upsampling.SUBPIXEL: ShuffledPaths(),
}
"""The paths of each kind of upsampling."""


def pool_window(window: Window) -> Window:
    """The window of means that leads back: K = S + c + 2P positions, with P = ⌈−c/2⌉ where c < 0.

    >>> pool_window(Window(kernel_size=4, stride=2, padding=1))
    Window(kernel_size=2, stride=2, padding=0, dilation=1, output_padding=0)
    >>> [pool_window(Window(kernel_size=k, stride=2, padding=1)).kernel_size for k in (3, 5)]
    [3, 3]
    """
    padding = max(0, -(window.offset // 2))
    return Window(
        kernel_size=window.stride + window.offset + 2 * padding,
        stride=window.stride,
        padding=padding,
    )
