"""Gradients that a residual discriminator hands back to the pixels, with equal weights in every layer.

Its paths have different numbers of layers, so the gradient is no product over the axes: it is computed
on the map, back from a sum over all positions of the last one. Of each map only the positions that read
the asked pixels are computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import ceil

import numpy as np
from numpy.typing import NDArray

from designer.geometry.layers import Window
from designer.networks.blocks import PlacedModule, PlacedPaths
from designer.networks.network import Network

Gradient = NDArray[np.float64]

Region = tuple[range, ...]
"""Positions along each axis of a map."""


def pixel_gradients(network: Network, region: Region | None = None) -> Gradient:
    """The gradient of each pixel; norms are bypassed, and each weight is one over the inputs of its kernel.

    Spectral norm, with singular vectors of ones, divides such a weight by the number of kernels.

    ``region``: the pixels, all by default.
    """
    pixels = region or tuple(map(range, network.input_map.size))
    return _gradient_before(network.main, pixels)


def _gradient_before(entries: Sequence[PlacedModule | PlacedPaths], region: Region) -> Gradient:
    """The gradient in a region of the map before these entries; that after them is one everywhere."""
    regions = [region, *_regions_after(entries, region)]
    gradient = np.ones([len(side) for side in regions[-1]])
    for entry, (before, after) in reversed([*zip(entries, pairwise(regions), strict=True)]):
        if isinstance(entry, PlacedPaths):
            body, shortcut = (
                _back(path, gradient, before, after) for path in (entry.body, entry.shortcut)
            )
            gradient = body + shortcut
        else:
            gradient = _back([entry], gradient, before, after)
    return gradient


def _back(
    path: Sequence[PlacedModule], gradient: Gradient, before: Region, after: Region
) -> Gradient:
    """The gradient in a region before a path of modules, for that in a region after it."""
    regions = [before, *_regions_after(path, before)]
    cut = (
        slice(wanted.start - given.start, wanted.stop - given.start)
        for given, wanted in zip(after, regions[-1], strict=True)
    )
    gradient = gradient[tuple(cut)]
    for placed, (region, readers) in reversed([*zip(path, pairwise(regions), strict=True)]):
        for windows, weights in _taps(placed):
            gradient = _spread(gradient, windows, weights, region, readers)
    return gradient


def _regions_after(
    entries: Sequence[PlacedModule | PlacedPaths], region: Region
) -> Iterator[Region]:
    """After each entry, the positions that read the region before the first."""
    for entry in entries:
        if isinstance(entry, PlacedPaths):
            *_, region = _regions_after(entry.body, region)  # a shortcut reads no more
        else:
            for windows, _ in _taps(entry):
                axes = zip(windows, region, entry.after.size, strict=True)
                region = tuple(_readers(window, along, side) for window, along, side in axes)
        yield region


def _taps(placed: PlacedModule) -> Iterator[tuple[Sequence[Window], Sequence[Sequence[float]]]]:
    """The windows by which a module reads its input with their weights by axis, or nothing."""
    module = placed.module
    if module.equal_taps is not None and not module.of_labels:
        windows, weight = module.equal_taps
        ones = [[1.0] * window.kernel_size for window in windows]
        yield windows, [[weight] * windows[0].kernel_size, *ones[1:]]
    elif module.fixed_taps is not None:
        yield module.fixed_taps


def _readers(window: Window, along: range, side: int) -> range:
    """The positions of a map of this side that read some positions before it."""
    first = ceil((along.start + window.padding - window.span + 1) / window.stride)
    last = (along.stop - 1 + window.padding) // window.stride
    start = min(max(0, first), side)
    return range(start, max(start, min(side, last + 1)))


def _spread(
    gradient: Gradient,
    windows: Sequence[Window],
    weights: Sequence[Sequence[float]],
    before: Region,
    after: Region,
) -> Gradient:
    """The sum over the taps that read each pixel, axis by axis."""
    for axis, window in enumerate(windows):
        lines = np.moveaxis(gradient, axis, 0)
        wanted, given = before[axis], after[axis]
        spread = np.zeros((len(wanted), *lines.shape[1:]))
        for tap, weight in enumerate(weights[axis]):
            first = (
                given.start * window.stride + tap * window.dilation - window.padding - wanted.start
            )
            start = max(0, -(first // window.stride))
            stop = min(len(given), -((first - len(wanted)) // window.stride))
            if start < stop:
                place = first + start * window.stride
                end = first + (stop - 1) * window.stride + 1
                spread[place : end : window.stride] += weight * lines[start:stop]
        gradient = np.moveaxis(spread, 0, axis)
    return gradient
