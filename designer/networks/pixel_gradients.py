"""Gradients that a residual discriminator hands back to the pixels, with equal weights in every layer.

Its paths have different numbers of layers, so the gradient is no product over the axes: it is computed
on the whole map, back from a sum over all positions of the last one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from designer.geometry.layers import Window
from designer.networks.blocks import PlacedModule, PlacedPaths
from designer.networks.network import Network

Gradient = NDArray[np.float64]


def pixel_gradients(network: Network) -> Gradient:
    """The gradient of each pixel; norms are bypassed, and each weight is one over the inputs of its kernel.

    Spectral norm, with singular vectors of ones, divides such a weight by the number of kernels.
    """
    last = next(each for each in reversed(network.longest_path) if each.after.size)
    return _back(network.main, np.ones(last.after.size))


def _back(entries: Sequence[PlacedModule | PlacedPaths], gradient: Gradient) -> Gradient:
    for entry in reversed(entries):
        if isinstance(entry, PlacedPaths):
            gradient = _back(entry.body, gradient) + _back(entry.shortcut, gradient)
        elif entry.module.equal_taps is not None and not entry.module.of_labels:
            windows, weight = entry.module.equal_taps
            gradient = _spread(gradient * weight, windows, entry.before.size)
        elif entry.module.fixed_taps is not None:
            windows, weights = entry.module.fixed_taps
            gradient = _spread(gradient, windows, entry.before.size, weights)
    return gradient


def _spread(
    gradient: Gradient,
    windows: Sequence[Window],
    size: Sequence[int],
    weights: Sequence[Sequence[float]] | None = None,
) -> Gradient:
    """The sum over the taps that read each pixel, axis by axis; ``weights``: of the taps, by axis."""
    for axis, (window, side) in enumerate(zip(windows, size, strict=True)):
        lines = np.moveaxis(gradient, axis, 0)
        spread = np.zeros((side, *lines.shape[1:]))
        for tap in range(window.kernel_size):
            first = tap * window.dilation - window.padding
            start = max(0, -(first // window.stride))
            stop = min(len(lines), -((first - side) // window.stride))
            if start < stop:
                place = first + start * window.stride
                end = first + (stop - 1) * window.stride + 1
                share = 1.0 if weights is None else weights[axis][tap]
                spread[place : end : window.stride] += share * lines[start:stop]
        gradient = np.moveaxis(spread, 0, axis)
    return gradient
