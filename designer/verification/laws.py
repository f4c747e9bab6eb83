"""What a kernel touches, per axis: how often a transposed convolution paints, what a conv reads."""

from __future__ import annotations

from itertools import product
from math import prod

from designer.architecture import Convolve, Network
from designer.layers import Size, Window, Windows


def contributions(window: Window, *, positions: int, pixels: int) -> list[int]:
    """How many taps of all windows lie on each pixel: tap t of window x lies on xS + tD − P.

    >>> contributions(Window(kernel_size=3, stride=2), positions=2, pixels=5)
    [1, 1, 2, 1, 1]
    """
    counts = [0] * pixels
    for position, tap in product(range(positions), range(window.kernel_size)):
        pixel = position * window.stride + tap * window.dilation - window.padding
        if 0 <= pixel < pixels:
            counts[pixel] += 1
    return counts


def inner_region(windows: Windows, before: Size) -> list[list[int]]:
    """The pixels away from the border of a transposed convolution, as [first, end) per axis.

    E − S − P pixels of border on the near side and A more on the far one: nothing is missing
    between them.
    """
    bounds = []
    for window, side in zip(windows, before, strict=True):
        border = window.span - window.stride - window.padding
        near = max(0, border)
        after = window.conv_transpose(side)
        bounds.append([near, max(near, after - max(0, border + window.output_padding))])
    return bounds


def predicted_overlap(windows: Windows, before: Size) -> dict[str, object]:
    """Contributions of a transposed convolution in all, and the fewest and most away from borders."""
    axes = [
        contributions(window, positions=side, pixels=window.conv_transpose(side))
        for window, side in zip(windows, before, strict=True)
    ]
    inner = [
        counts[first:end]
        for counts, (first, end) in zip(axes, inner_region(windows, before), strict=True)
    ]
    extremes = [prod(map(min, inner)), prod(map(max, inner))] if all(inner) else None
    return {"total": prod(map(sum, axes)), "inner": extremes}


def unread_pixels(network: Network) -> int:
    """Pixels that no chain of taps joins to the network's answer.

    >>> from designer.architecture import Block
    >>> from designer.layers import Conv, FeatureMap
    >>> layer = Conv(in_channels=1, out_channels=1, windows=(Window(kernel_size=2, stride=2),))
    >>> block = Block(modules=(Convolve(layer=layer),))
    >>> image = FeatureMap(channels=1, size=(5,))
    >>> unread_pixels(Network(class_name="Discriminator", input_map=image, blocks=(block,)))
    1
    """
    read: list[set[int]] = [set(range(side)) for side in network.output_map.size]
    for placed in reversed(network.placed):
        if not isinstance(placed.module, Convolve):
            continue
        axes = zip(placed.module.layer.windows, placed.before.size, read, strict=True)
        read = [
            {
                pixel
                for place, tap in product(places, range(window.kernel_size))
                if (pixel := place * window.stride + tap * window.dilation - window.padding) >= 0
                and pixel < side
            }
            for window, side, places in axes
        ]
    return prod(network.input_map.size) - prod(map(len, read))
