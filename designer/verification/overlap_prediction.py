"""Predicted overlap of transposed convolutions and unread pixels of a discriminator."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod

from designer.geometry.equivalence.placement import AnyConv, Placement, place_windows
from designer.geometry.layers import Conv, ConvTranspose, Size, Windows
from designer.geometry.modules.module import Module
from designer.networks import Network, PlacedModule


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
    *_, (last, _) = steps = list(_reading_steps(network))
    read_positions: list[set[int]] = [set(range(side)) for side in last.after.size]
    for placed, layer in reversed(steps):
        read_positions = [
            _pixels_under_taps(axis, places, taps)
            for axis, places, taps in zip(
                place_windows(layer, placed.before.size),
                read_positions,
                _reading_taps(placed.module, layer.windows),
                strict=True,
            )
        ]
    return prod(network.input_map.size) - prod(map(len, read_positions))


def _reading_steps(network: Network) -> Iterator[tuple[PlacedModule, AnyConv]]:
    """The convolutions and pools of the longest path, each with the layer that reads its windows."""
    for placed in network.longest_path:
        if placed.module.convolution is not None:
            yield placed, placed.module.convolution
        elif placed.module.equal_taps is not None and not placed.module.of_labels:
            windows, _ = placed.module.equal_taps
            yield placed, Conv(in_channels=1, out_channels=1, windows=windows)
        elif placed.module.fixed_taps is not None:
            windows, _ = placed.module.fixed_taps
            yield placed, Conv(in_channels=1, out_channels=1, windows=windows)


def _reading_taps(module: Module, windows: Windows) -> list[list[int]]:
    """For each axis, the taps of a kernel, of a fixed one those whose weight is not zero."""
    if module.fixed_taps is None:
        return [[*range(window.kernel_size)] for window in windows]
    return [[tap for tap, weight in enumerate(line) if weight] for line in module.fixed_taps[1]]


def _pixels_under_taps(axis: Placement, places: set[int], taps: list[int]) -> set[int]:
    """The pixels that these taps of a kernel cover at these positions."""
    pixels = {axis.pixel(position, tap) for position, tap in product(places, taps)}
    return pixels & set(range(axis.pixels))
