"""Reference implementation of a transposed convolution: kernel copies added one by one.

Slow and simple: one pair of channels, plain numbers. It shares no code with the other forms, not
even a size formula; docs/arithmetic.md and the tests compare them with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from designer.geometry.layers import ConvTranspose, Size

FlatValues = Sequence[float]
"""A map flattened row by row."""


def scatter_copies(
    layer: ConvTranspose, input_size: Size, values: FlatValues, kernel: FlatValues
) -> dict[Size, float]:
    """The output by index: each input value adds one copy of the kernel, scaled by the value.

    Copies are a stride apart on an unbounded canvas, their taps a dilation apart. The canvas is
    cropped by the padding after its first pixel and before its last, less output_padding at the
    far side.

    >>> from designer.geometry.layers import Window
    >>> layer = ConvTranspose(in_channels=1, out_channels=1, windows=(Window(kernel_size=2),) * 2)
    >>> list(scatter_copies(layer, (2, 2), [0, 1, 2, 3], [0, 1, 2, 3]).values())
    [0, 0, 1, 0, 4, 6, 4, 12, 9]
    """
    canvas: dict[Size, float] = {}
    taps = [range(window.kernel_size) for window in layer.windows]
    for value, position in zip(values, product(*map(range, input_size)), strict=True):
        for weight, tap in zip(kernel, product(*taps), strict=True):
            pixel = tuple(
                j * window.stride + t * window.dilation
                for j, t, window in zip(position, tap, layer.windows, strict=True)
            )
            canvas[pixel] = canvas.get(pixel, 0) + value * weight
    extents = [
        range(window.padding, max(coordinates) + 1 - window.padding + window.output_padding)
        for window, coordinates in zip(layer.windows, zip(*canvas, strict=True), strict=True)
    ]
    return {
        tuple(
            x - window.padding for x, window in zip(pixel, layer.windows, strict=True)
        ): canvas.get(pixel, 0)
        for pixel in product(*extents)
    }
