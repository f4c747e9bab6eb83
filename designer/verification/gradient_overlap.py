"""What a discriminator hands back to each pixel: how many paths lead from its outputs to it.

With weights of one, the gradient of a pixel is that number, the product of one number for each axis. Where
it differs from pixel to pixel, the generator is trained on a checkerboard.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from designer.networks import Network
from designer.networks.gradient_paths import middle_paths

MIDDLE = 64
"""Pixels along each axis, in the middle of the picture, that are compared."""


def predicted_gradient_overlap(network: Network) -> list[list[float]]:
    """For each axis, the least and the largest number of paths to a middle pixel, relative to their mean."""
    lines: list[list[int]] | list[list[float]] = (
        _middle_lines(network) if network.is_residual else middle_paths(network, MIDDLE)
    )
    found = []
    for paths in lines:
        total = sum(paths)
        ends = (min(paths) * len(paths), max(paths) * len(paths))
        found.append([end / total if total else 0.0 for end in ends])
    return found


def _middle_lines(network: Network) -> list[list[float]]:
    """For each axis, the gradients of the middle pixels, summed over the other axes' middle."""
    gradients = import_module("designer.networks.pixel_gradients")  # loads numpy
    region = tuple(range(*ends) for ends in middle_region(network.input_map.size))
    gradient = gradients.pixel_gradients(network, region)
    lines = []
    for axis in range(gradient.ndim):
        others = tuple(each for each in range(gradient.ndim) if each != axis)
        lines.append([float(each) for each in gradient.sum(axis=others)])
    return lines


def middle_region(size: Sequence[int]) -> list[list[int]]:
    """Start and stop of the compared pixels along each axis: a part of the probe's job."""
    starts = [max(0, (side - MIDDLE) // 2) for side in size]
    return [[start, min(side, start + MIDDLE)] for start, side in zip(starts, size, strict=True)]
