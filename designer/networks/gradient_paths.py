"""The paths of gradients from the outputs of a network to each position of its input."""

from __future__ import annotations

from collections.abc import Sequence

from designer.geometry.layers import Window
from designer.networks.network import Network


def middle_paths(network: Network, most: int) -> list[list[int]]:
    """For each axis, the paths to the positions in the middle of the input, at most so many."""
    layers = [layer for _, layer in network.convolutions]
    sides = [placed.after.size for placed, _ in network.convolutions]
    found = []
    for axis, side in enumerate(network.input_map.size):
        windows = [layer.windows[axis] for layer in layers]
        start = max(0, (side - most) // 2)
        middle = range(start, min(side, start + most))
        found.append(count_paths(windows, [size[axis] for size in sides], middle))
    return found


def count_paths(windows: Sequence[Window], sides: Sequence[int], pixels: range) -> list[int]:
    """The paths along one axis from all outputs of convolutions to each of some pixels of their input.

    >>> count_paths([Window(kernel_size=3, stride=2)], [3], range(7))
    [1, 1, 2, 1, 2, 1, 1]
    """
    if not windows:
        return [1] * len(pixels)
    window = windows[0]
    first = max(0, -(-(pixels.start + window.padding - window.span + 1) // window.stride))
    last = min(sides[0] - 1, (pixels.stop - 1 + window.padding) // window.stride)
    outputs = range(first, max(first, last + 1))
    after = count_paths(windows[1:], sides[1:], outputs) if outputs else []
    paths = [0] * len(pixels)
    for output, number in zip(outputs, after, strict=True):
        for tap in range(window.kernel_size):
            pixel = output * window.stride + tap * window.dilation - window.padding
            if pixel in pixels:
                paths[pixel - pixels.start] += number
    return paths
