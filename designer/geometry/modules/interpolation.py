"""Linear interpolation with a fixed filter: an enlargement, and the means that are its mirror.

R3GAN (Huang et al., "The GAN is dead; long live the GAN!", arXiv:2501.05441) enlarges by two with the
filter [1, 3, 3, 1]⊗[1, 3, 3, 1]/16, in a transposed convolution of stride 2 and padding 1, each channel
by itself. Such a triangle of weights exists for every window.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import ClassVar

from designer.geometry.axis import interpolation_weights
from designer.geometry.cost import convolution_multiply_adds
from designer.geometry.field_extents import (
    Extents,
    conv_extents,
    conv_transpose_extents,
    painting_range,
)
from designer.geometry.formula_text import describe_conv, describe_conv_transpose
from designer.geometry.layers import (
    WINDOW_FIELDS,
    FeatureMap,
    Size,
    Window,
    Windows,
    window_fields,
)
from designer.geometry.modules.module import Module, Settings, SourceArguments

_FLOAT32_BYTES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpolation(Module):
    """A map of another size, each channel by itself, with the fixed weights of ``windows``.

    Torch keeps the filter as a buffer. The base class of both directions.
    """

    spatial: ClassVar[bool] = True
    saves_input: ClassVar[bool] = True
    enlarges: ClassVar[bool]
    names: ClassVar[tuple[str, ...]]
    """The numbers of a window that it has."""

    windows: Windows

    @property
    def torch_class(self) -> str:
        """The class of the source."""
        return f"model.{type(self).__name__}"

    @property
    def helper(self) -> str | None:
        """Its class."""
        return type(self).__name__

    @property
    def settings(self) -> Settings:
        """The windows."""
        return {**window_fields(self.windows, self.names)}

    @property
    def buffer_bytes(self) -> int:
        """The filter."""
        return _FLOAT32_BYTES * self.taps

    @property
    def interpolation(self) -> tuple[Windows, bool] | None:
        """Its windows."""
        return self.windows, self.enlarges

    @property
    def reading_windows(self) -> Windows:
        """The windows without taps of weight zero at both ends."""
        return tuple(map(_without_zeros, self.windows))

    @property
    def taps(self) -> int:
        """Taps of the filter over all axes."""
        return prod(window.kernel_size for window in self.windows)

    def source_arguments(self, before: str, after: str) -> SourceArguments:
        """The numbers of the windows, one for each axis, without an output padding of zero."""
        given = window_fields(self.windows, self.names)
        return (), {
            name: tuple(values)
            for name, values in given.items()
            if name != "output_padding" or any(values)
        }

    def answer_fields(self, before: FeatureMap) -> Settings:
        """The windows, their offset c; what a pixel gets adds up to one away from the border."""
        return {
            **window_fields(self.windows, (*WINDOW_FIELDS, "offset")),
            "exact": all(window.offset == 0 for window in self.windows),
            "even_overlap": True,
        }

    def extra_saved_for_backward(self, before: FeatureMap) -> int:
        """The filter, which all channels share."""
        return self.taps

    def signal_after(self, moment: float, before: FeatureMap) -> float | None:
        """It has no formula of its own: neighboring numbers depend on each other."""
        return None

    def gradient_before(self, gradient: float, moment: float, before: FeatureMap) -> float | None:
        """It has no formula of its own either."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class InterpolatingUpsample(Interpolation):
    """A transposed convolution with the weights of linear interpolation.

    >>> from designer.geometry.layers import Window
    >>> layer = InterpolatingUpsample(windows=(Window(kernel_size=4, stride=2, padding=1),) * 2)
    >>> str(layer.output_map(FeatureMap(channels=64, size=(4, 6))))
    '64×8×12'
    """

    ops: ClassVar[tuple[str, ...]] = ("interpolating_upsample",)
    enlarges: ClassVar[bool] = True
    names: ClassVar[tuple[str, ...]] = ("kernel_size", "stride", "padding", "output_padding")

    def output_map(self, before: FeatureMap) -> FeatureMap:
        """The larger map with the same channels."""
        sides = zip(self.windows, before.size, strict=True)
        size = tuple(window.conv_transpose(side) for window, side in sides)
        return FeatureMap(channels=before.channels, size=size)

    def size_formulas(self, before: Size, after: Size) -> tuple[str, ...]:
        """The law of a transposed convolution with these windows."""
        return tuple(map(describe_conv_transpose, self.windows, before))

    def multiply_adds(self, before: FeatureMap) -> int:
        """The filter at each position of the smaller map, for each channel."""
        return convolution_multiply_adds(
            positions=before.size,
            taps=self.taps,
            in_channels=before.channels,
            out_channels=before.channels,
            groups=before.channels,
        )

    def input_extents(self, axis: int, before: Size, after: Size, extents: Extents) -> Extents:
        """The extents under the kernel."""
        return conv_transpose_extents(self.reading_windows[axis], extents)

    def input_range(self, axis: int, first: int, last: int) -> tuple[int, int]:
        """The positions that paint the first and the last output."""
        return painting_range(self.reading_windows[axis], first, last)


@dataclass(frozen=True, slots=True, kw_only=True)
class InterpolatingDownsample(Interpolation):
    """A strided convolution with the same weights, divided by the strides: a mean of each window.

    >>> from designer.geometry.layers import Window
    >>> layer = InterpolatingDownsample(windows=(Window(kernel_size=4, stride=2, padding=1),) * 2)
    >>> str(layer.output_map(FeatureMap(channels=64, size=(8, 12))))
    '64×4×6'
    """

    ops: ClassVar[tuple[str, ...]] = ("interpolating_downsample",)
    enlarges: ClassVar[bool] = False
    names: ClassVar[tuple[str, ...]] = ("kernel_size", "stride", "padding")

    @property
    def fixed_taps(self) -> tuple[Windows, tuple[tuple[float, ...], ...]] | None:
        """The weights of linear interpolation over the stride."""
        weights = (
            tuple(float(each) / window.stride for each in _weights(window))
            for window in self.windows
        )
        return self.windows, tuple(weights)

    def output_map(self, before: FeatureMap) -> FeatureMap:
        """The smaller map with the same channels."""
        sides = zip(self.windows, before.size, strict=True)
        size = tuple(window.conv(side) for window, side in sides)
        return FeatureMap(channels=before.channels, size=size)

    def size_formulas(self, before: Size, after: Size) -> tuple[str, ...]:
        """The law of a convolution with these windows."""
        return tuple(map(describe_conv, self.windows, before))

    def multiply_adds(self, before: FeatureMap) -> int:
        """The filter at each position of the smaller map, for each channel."""
        return convolution_multiply_adds(
            positions=self.output_map(before).size,
            taps=self.taps,
            in_channels=before.channels,
            out_channels=before.channels,
            groups=before.channels,
        )

    def input_extents(self, axis: int, before: Size, after: Size, extents: Extents) -> Extents:
        """The extents under the window."""
        return conv_extents(self.reading_windows[axis], extents)

    def input_range(self, axis: int, first: int, last: int) -> tuple[int, int]:
        """The positions under the windows of the first and the last output."""
        window = self.reading_windows[axis]
        start = first * window.stride - window.padding
        return start, start + (last - first) * window.stride + window.span - 1


def _weights(window: Window) -> tuple[Fraction, ...]:
    return interpolation_weights(kernel_size=window.kernel_size, stride=window.stride)


def _without_zeros(window: Window) -> Window:
    """The window of the taps whose weight is not zero.

    >>> _without_zeros(Window(kernel_size=6, stride=2, padding=2)).kernel_size
    4
    """
    zeros = min(window.padding, sum(weight == 0 for weight in _weights(window)) // 2)
    return Window(
        kernel_size=window.kernel_size - 2 * zeros,
        stride=window.stride,
        padding=window.padding - zeros,
        output_padding=window.output_padding,
    )
