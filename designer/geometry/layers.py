"""Layers on one to three axes, validated on construction.

Names are torch.nn's. Sizes are tuples, one entry per axis, height before width (depth first). A
layer holds one ``Window`` per axis; the arithmetic along an axis is in ``designer.geometry.axis``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar

from designer.errors import InvalidLayer
from designer.geometry.axis import (
    conv_output_size,
    conv_transpose_output_size,
    kernel_span,
    matching_taps,
    overlaps_evenly,
    transposed_offset,
)
from designer.geometry.cost import convolution_multiply_adds, convolution_parameters

Size = tuple[int, ...]


def format_size(numbers: Iterable[object]) -> str:
    """Sizes joined by ×.

    >>> format_size((218, 178))
    '218×178'
    """
    return "×".join(map(str, numbers))


def refuse_below(name: str, value: int, *, minimum: int) -> None:
    """Refuse a number below its minimum.

    Raises:
        InvalidLayer: if the number is too small.
    """
    if value < minimum:
        words = {"field": name, "minimum": minimum, "value": value}
        raise InvalidLayer("below_minimum", words, **{name: value})


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureMap:
    """Shape of one sample between two layers, (channels, *size), without the batch axis.

    >>> str(FeatureMap(channels=512, size=(4, 4)))
    '512×4×4'

    Raises:
        InvalidLayer: if the channels or a side are below 1.
    """

    channels: int
    size: Size

    def __post_init__(self) -> None:
        for number in self.shape:
            if number < 1:
                raise InvalidLayer("empty_map", shape=list(self.shape))

    @property
    def shape(self) -> tuple[int, ...]:
        """(channels, *size)."""
        return (self.channels, *self.size)

    @property
    def elements(self) -> int:
        """Number of elements in one sample."""
        return prod(self.shape)

    def __str__(self) -> str:
        return format_size(self.shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How a kernel moves along one axis, in a conv or in its transpose.

    >>> Window(kernel_size=4, stride=2, padding=1).offset
    0

    Raises:
        InvalidLayer: for a kernel_size, stride or dilation below 1, a negative padding or
            output_padding, or an output_padding that is not below the larger of stride and
            dilation (eager torch's rule).
    """

    kernel_size: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1
    output_padding: int = 0

    def __post_init__(self) -> None:
        for name, least in _LEAST.items():
            refuse_below(name, getattr(self, name), minimum=least)
        if self.output_padding >= max(self.stride, self.dilation):
            raise InvalidLayer(
                "large_output_padding",
                output_padding=self.output_padding,
                stride=self.stride,
                dilation=self.dilation,
            )

    @property
    def span(self) -> int:
        """Pixels from the first to the last tap: E = D(F − 1) + 1."""
        return kernel_span(self.kernel_size, self.dilation)

    @property
    def size_arguments(self) -> dict[str, int]:
        """The numbers of the size formulas, as functions of one axis take them."""
        return {
            "kernel_size": self.kernel_size,
            "stride": self.stride,
            "padding": self.padding,
            "dilation": self.dilation,
        }

    @property
    def offset(self) -> int:
        """Offset c of the transposed convolution, o = S·i + c."""
        return transposed_offset(**self.size_arguments, output_padding=self.output_padding)

    @property
    def overlaps_evenly(self) -> bool:
        """Whether the transposed convolution has even overlap along this axis."""
        return overlaps_evenly(
            kernel_size=self.kernel_size, stride=self.stride, dilation=self.dilation
        )

    def conv(self, input_size: int) -> int:
        """Size after a convolution with this window; output_padding is ignored.

        >>> Window(kernel_size=4, stride=2, padding=1).conv(64)
        32
        """
        return conv_output_size(input_size, **self.size_arguments)

    def conv_transpose(self, input_size: int) -> int:
        """Size after a transposed convolution with this window.

        >>> Window(kernel_size=4, stride=2, padding=1, output_padding=1).conv_transpose(48)
        97
        """
        return conv_transpose_output_size(
            input_size, **self.size_arguments, output_padding=self.output_padding
        )

    def taps_on(self, pixel: int) -> range:
        """The taps that may fall on a pixel, counted from the map's first one."""
        return matching_taps(
            (pixel + self.padding) % self.stride,
            kernel_size=self.kernel_size,
            stride=self.stride,
            dilation=self.dilation,
        )


_LEAST = {"kernel_size": 1, "stride": 1, "dilation": 1, "padding": 0, "output_padding": 0}

Windows = tuple[Window, ...]
"""The windows of one layer, one per axis."""

WINDOW_FIELDS = ("kernel_size", "stride", "padding", "dilation", "output_padding")


def window_fields(
    windows: Iterable[Window], names: Sequence[str] = WINDOW_FIELDS
) -> dict[str, list[int]]:
    """Fields of windows, each a list with one entry per axis.

    >>> window_fields((Window(kernel_size=4, stride=2, padding=1),) * 2)["kernel_size"]
    [4, 4]
    """
    return {name: [getattr(window, name) for window in windows] for name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class Convolution:
    """The fields of a convolution, transposed or not: channels, windows, groups, bias.

    Raises:
        InvalidLayer: for channels or groups below 1, channels that groups does not divide, or
            other than 1 to 3 axes.
    """

    op: ClassVar[str]
    transposed: ClassVar[bool]

    in_channels: int
    out_channels: int
    windows: Windows
    groups: int = 1
    bias: bool = True

    def __post_init__(self) -> None:
        if not 1 <= len(self.windows) <= 3:
            raise InvalidLayer("wrong_axes", axes=len(self.windows))
        for name in ("in_channels", "out_channels", "groups"):
            refuse_below(name, getattr(self, name), minimum=1)
        for name in ("in_channels", "out_channels"):
            if (value := getattr(self, name)) % self.groups:
                words = {"field": name, "value": value}
                raise InvalidLayer("groups", words, groups=self.groups, **{name: value})

    @property
    def axes(self) -> int:
        """Number of axes the kernel moves along: 1, 2 or 3."""
        return len(self.windows)

    @property
    def strides(self) -> Size:
        """The strides of the windows."""
        return tuple(window.stride for window in self.windows)

    @property
    def kernel_taps(self) -> int:
        """Taps of the kernel over all axes."""
        return prod(window.kernel_size for window in self.windows)

    @property
    def _counts(self) -> dict[str, int]:
        channels = {"in_channels": self.in_channels, "out_channels": self.out_channels}
        return {"taps": self.kernel_taps, "groups": self.groups, **channels}

    @property
    def parameters(self) -> int:
        """Weights of the kernels and of the bias."""
        return convolution_parameters(**self._counts, bias=self.bias)

    def multiply_adds(self, input_size: Size) -> int:
        """Multiply-adds of one sample of this size."""
        positions = input_size if self.transposed else self.output_size(input_size)
        return convolution_multiply_adds(positions=positions, **self._counts)

    def output_map(self, before: FeatureMap) -> FeatureMap:
        """The map after this layer.

        Raises:
            InvalidLayer: if the map's channels or axes do not match this layer, or an output side
                would be invalid.
        """
        if before.channels != self.in_channels:
            raise InvalidLayer(
                "other_channels",
                {"shape": before.shape},
                in_channels=self.in_channels,
                channels=before.channels,
            )
        return FeatureMap(channels=self.out_channels, size=self.output_size(before.size))

    def output_size(self, size: Size) -> Size:
        """The size after this layer; raises ``InvalidLayer`` as ``output_map`` does."""
        if len(size) != self.axes:
            shape = FeatureMap(channels=self.in_channels, size=size).shape
            words = {"shape": shape, "map_axes": len(size)}
            raise InvalidLayer("other_axes", words, axes=self.axes, size=list(size))
        move = Window.conv_transpose if self.transposed else Window.conv
        return tuple(map(move, self.windows, size))


@dataclass(frozen=True, slots=True, kw_only=True)
class Conv(Convolution):
    """A convolution; torch's Conv1d, Conv2d or Conv3d.

    >>> layer = Conv(in_channels=3, out_channels=64,
    ...              windows=(Window(kernel_size=4, stride=2, padding=1),) * 2)
    >>> str(layer.output_map(FeatureMap(channels=3, size=(64, 48))))
    '64×32×24'
    """

    op = "conv"
    transposed = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvTranspose(Convolution):
    """A transposed convolution; torch's ConvTranspose1d, ConvTranspose2d or ConvTranspose3d.

    >>> layer = ConvTranspose(in_channels=64, out_channels=3,
    ...                       windows=(Window(kernel_size=4, stride=2, padding=1),) * 2)
    >>> str(layer.output_map(FeatureMap(channels=64, size=(32, 24))))
    '3×64×48'
    """

    op = "conv_transpose"
    transposed = True
