"""The overlap map of a layer: contributions per position, evenness and border."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import prod

from designer.errors import TooLarge
from designer.geometry.equivalence.placement import AnyConv, Placement, pixels_size, place_windows
from designer.geometry.layers import Size, Window
from designer.validation.limits import MAX_CONTRIBUTIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlapAxis:
    """Contributions along one axis; the map is the product of its axes.

    ``inner`` is [start, stop) of the positions away from both borders, empty on a small map;
    ``most`` and ``least`` are the largest and smallest contributions of inner positions.
    """

    placed: Placement
    inner: tuple[int, int]
    most: int
    least: int

    @property
    def contributions(self) -> tuple[int, ...]:
        """Contributions per position."""
        return tuple(map(self.placed.contributions, range(self.placed.pixels)))


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlapMap:
    """Contributions per pixel of a transposed convolution's output or of a convolution's input.

    ``even`` is true if all pixels away from the border receive equally many; ``most`` and
    ``least`` are the extremes there. ``border`` is the border's width, (near, far) per axis.
    """

    size: Size
    axes: tuple[OverlapAxis, ...]
    even: bool

    @property
    def most(self) -> int:
        """Largest number of contributions to an inner pixel."""
        return prod(axis.most for axis in self.axes)

    @property
    def least(self) -> int:
        """Smallest number of contributions to an inner pixel; 0 if some receive none."""
        return prod(axis.least for axis in self.axes)

    @property
    def ratio(self) -> Fraction | None:
        """Exact ratio of most to least; None if some inner pixels receive none."""
        return Fraction(self.most, self.least) if self.least else None

    @property
    def border(self) -> tuple[tuple[int, int], ...]:
        """Width of the border per axis, (near, far)."""
        return tuple(
            (axis.inner[0], side - axis.inner[1])
            for axis, side in zip(self.axes, self.size, strict=True)
        )

    @property
    def contributions(self) -> tuple[int, ...]:
        """Contributions per pixel, flattened row by row."""
        return reduce(
            lambda before, axis: tuple(b * a for b in before for a in axis.contributions),
            self.axes,
            (1,),
        )


def layer_overlap(layer: AnyConv, input_size: Size) -> OverlapMap:
    """The overlap map of a layer.

    >>> from designer.geometry.layers import ConvTranspose
    >>> layer = ConvTranspose(in_channels=1, out_channels=1,
    ...                       windows=(Window(kernel_size=3, stride=2),))
    >>> overlap = layer_overlap(layer, (4,))
    >>> overlap.contributions, overlap.even, overlap.border
    ((1, 1, 2, 1, 2, 1, 2, 1, 1), False, ((1, 1),))

    Raises:
        InvalidLayer: if the layer is illegal on that map.
        TooLarge: if the map has more than ``MAX_CONTRIBUTIONS`` pixels.
    """
    placed = place_windows(layer, input_size)
    size = pixels_size(placed)
    if prod(size) > MAX_CONTRIBUTIONS:
        raise TooLarge("too_many_positions", positions=prod(size), limit=MAX_CONTRIBUTIONS)
    return OverlapMap(
        size=size,
        axes=tuple(_overlap_along(axis) for axis in placed),
        even=all(window.overlaps_evenly for window in layer.windows),
    )


def _overlap_along(placed: Placement) -> OverlapAxis:
    most, least = inner_contribution_range(placed.window)
    return OverlapAxis(
        placed=placed,
        inner=(placed.inner.start, placed.inner.stop),
        most=most,
        least=least,
    )


def inner_contribution_range(window: Window) -> tuple[int, int]:
    """Largest and smallest number of taps that meet a pixel away from the border.

    >>> inner_contribution_range(Window(kernel_size=5, stride=2))
    (3, 2)
    """
    counts = [len(window.taps_on(pixel)) for pixel in range(window.stride)]
    return max(counts), min(counts)
