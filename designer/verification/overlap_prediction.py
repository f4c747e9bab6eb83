"""Predicted overlap of transposed convolutions and unread pixels of a discriminator."""

from __future__ import annotations

from itertools import product
from math import prod

from designer.geometry.equivalence.placement import Placement, place_windows
from designer.geometry.layers import ConvTranspose, Size, Windows
from designer.networks import Network


def inner_region(windows: Windows, before: Size) -> list[list[int]]:
    """The pixels away from the border of a transposed convolution, as [first, end) per axis."""
    return [[axis.inner.start, axis.inner.stop] for axis in _placements(windows, before)]


def predicted_overlap(windows: Windows, before: Size) -> dict[str, object]:
    """Total contributions of a transposed convolution; least and most per pixel off the border."""
    axes = [
        [axis.contributions(pixel) for pixel in range(axis.pixels)]
        for axis in _placements(windows, before)
    ]
    inner = [
        counts[first:end]
        for counts, (first, end) in zip(axes, inner_region(windows, before), strict=True)
    ]
    extremes = [prod(map(min, inner)), prod(map(max, inner))] if all(inner) else None
    return {"total": prod(map(sum, axes)), "inner": extremes}


def _placements(windows: Windows, before: Size) -> tuple[Placement, ...]:
    return place_windows(ConvTranspose(in_channels=1, out_channels=1, windows=windows), before)


def predicted_unread_pixels(network: Network) -> int:
    """Number of input pixels that no sequence of taps connects to the network's output.

    >>> from designer.geometry.modules.convolutions import ConvolutionModule
    >>> from designer.networks import Block
    >>> from designer.geometry.layers import Conv, FeatureMap, Window
    >>> layer = Conv(in_channels=1, out_channels=1, windows=(Window(kernel_size=2, stride=2),))
    >>> block = Block(modules=(ConvolutionModule(layer=layer),))
    >>> image = FeatureMap(channels=1, size=(5,))
    >>> predicted_unread_pixels(Network(class_name="Discriminator", input_map=image, blocks=(block,)))
    1
    """
    read_positions: list[set[int]] = [set(range(side)) for side in network.output_map.size]
    for placed, layer in reversed(network.convolutions):
        read_positions = [
            _pixels_under_taps(axis, places)
            for axis, places in zip(
                place_windows(layer, placed.before.size), read_positions, strict=True
            )
        ]
    return prod(network.input_map.size) - prod(map(len, read_positions))


def _pixels_under_taps(axis: Placement, places: set[int]) -> set[int]:
    """The pixels that the taps of a kernel cover at these positions."""
    taps = range(axis.window.kernel_size)
    pixels = {axis.pixel(position, tap) for position, tap in product(places, taps)}
    return pixels & set(range(axis.pixels))
