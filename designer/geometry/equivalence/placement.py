"""The pixel of each tap of each window along an axis, used by every equivalent form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import gcd, prod

from designer.geometry.axis import inner_pixels, touched_pixels
from designer.geometry.layers import Conv, ConvTranspose, FeatureMap, Size, Window

AnyConv = Conv | ConvTranspose

CONVOLUTION_CLASSES: dict[str, type[AnyConv]] = {each.op: each for each in (Conv, ConvTranspose)}
"""The class of the layers of each op."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """A window at ``positions`` positions along ``pixels`` pixels of one axis.

    Tap t of position j is on pixel jS + tD − P. A convolution reads that pixel (positions are its
    outputs, pixels its inputs); a transposed one adds to it (positions are its inputs).

    >>> placed = Placement(window=Window(kernel_size=3, stride=2, padding=1), positions=2, pixels=4)
    >>> sorted(placed.entries())
    [(0, 0, 1), (0, 1, 2), (1, 1, 0), (1, 2, 1), (1, 3, 2)]
    """

    window: Window
    positions: int
    pixels: int

    def pixel(self, position: int, tap: int) -> int:
        """The pixel of a tap: jS + tD − P; below 0 or past the end it is padding."""
        window = self.window
        return position * window.stride + tap * window.dilation - window.padding

    def entries(self) -> Iterator[tuple[int, int, int]]:
        """Every (position, pixel, tap) with the pixel on the map, tap by tap."""
        for tap in range(self.window.kernel_size):
            for position in self.positions_of(tap):
                yield position, self.pixel(position, tap), tap

    def positions_of(self, tap: int) -> range:
        """The positions whose ``tap`` is on the map and not on the padding."""
        stride = self.window.stride
        first = self.pixel(0, tap)
        start = max(0, -(first // stride))
        stop = min(self.positions, -((first - self.pixels) // stride))
        return range(start, max(start, stop))

    @property
    def entry_count(self) -> int:
        """Number of entries, without listing them."""
        return sum(len(self.positions_of(tap)) for tap in range(self.window.kernel_size))

    def contributions(self, pixel: int) -> int:
        """Number of windows that touch a pixel.

        >>> window = Window(kernel_size=3, stride=2)
        >>> placed = Placement(window=window, positions=3, pixels=7)
        >>> [placed.contributions(pixel) for pixel in range(7)]
        [1, 1, 2, 1, 2, 1, 1]
        """
        window = self.window
        taps = window.taps_on(pixel)
        if not taps:
            return 0
        step = window.dilation // gcd(window.dilation, window.stride)
        newest = (pixel - self.pixel(0, taps[0])) // window.stride
        first = max(0, -((self.positions - 1 - newest) // step))
        last = min(len(taps) - 1, newest // step)
        return max(0, last - first + 1)

    @property
    def touched(self) -> int:
        """Number of pixels that some window touches."""
        return touched_pixels(self.pixels, positions=self.positions, **self.window.size_arguments)

    @property
    def inner(self) -> range:
        """The pixels away from the border."""
        return inner_pixels(self.pixels, positions=self.positions, **self.window.size_arguments)


Placements = tuple[Placement, ...]
"""One placement per axis."""


def place_windows(layer: AnyConv, input_size: Size) -> Placements:
    """The windows of a layer on a map of ``input_size``, axis by axis.

    >>> layer = ConvTranspose(in_channels=1, out_channels=1, windows=(Window(kernel_size=3),))
    >>> place_windows(layer, (2,))[0].pixels
    4

    Raises:
        InvalidLayer: if the layer is illegal on that map.
    """
    before = FeatureMap(channels=layer.in_channels, size=input_size)
    after = layer.output_map(before).size
    transposed = layer.transposed
    return tuple(
        Placement(window=window, positions=i if transposed else o, pixels=o if transposed else i)
        for window, i, o in zip(layer.windows, input_size, after, strict=True)
    )


def positions_size(placed: Placements) -> Size:
    """Size of the map of positions: a convolution's output, a transposed one's input."""
    return tuple(axis.positions for axis in placed)


def pixels_size(placed: Placements) -> Size:
    """Size of the map of pixels: a convolution's input, a transposed one's output."""
    return tuple(axis.pixels for axis in placed)


def untouched_count(placed: Placements) -> int:
    """Number of pixels that no window touches: unread, or without contributions if transposed.

    >>> layer = Conv(in_channels=1, out_channels=1, windows=(Window(kernel_size=2, stride=2),) * 2)
    >>> untouched_count(place_windows(layer, (5, 5)))
    9
    """
    return prod(pixels_size(placed)) - prod(axis.touched for axis in placed)
