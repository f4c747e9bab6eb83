"""The fifteen figures of the convolution-arithmetic guide: sizes, zeros and padding.

Dumoulin & Visin, "A guide to convolution arithmetic for deep learning" (arXiv:1603.07285), and its
animations. Each row is a figure; i, k, s, p are given there, the other numbers are read from the
drawings.
"""

from __future__ import annotations

import pytest

from designer.geometry.equivalence.direct_convolution import equivalent_convolution
from designer.geometry.equivalence.placement import place_windows, untouched_count
from designer.geometry.layers import Conv, ConvTranspose, FeatureMap, Window

CONVOLUTIONS = {
    "no padding, no strides": (Window(kernel_size=3), 4, 2, 0),
    "arbitrary padding": (Window(kernel_size=4, padding=2), 5, 6, 0),
    "half padding": (Window(kernel_size=3, padding=1), 5, 5, 0),
    "full padding": (Window(kernel_size=3, padding=2), 5, 7, 0),
    "no padding, strides": (Window(kernel_size=3, stride=2), 5, 2, 0),
    "padding, strides": (Window(kernel_size=3, stride=2, padding=1), 5, 3, 0),
    "padding, strides, odd": (Window(kernel_size=3, stride=2, padding=1), 6, 3, 0),
    "dilation": (Window(kernel_size=3, dilation=2), 7, 3, 0),
}
"""Name: window, input size, output size, unread pixels."""

TRANSPOSED = {
    "no padding, no strides": (Window(kernel_size=3), 2, 4, (0, 2, 2)),
    "arbitrary padding": (Window(kernel_size=4, padding=2), 6, 5, (0, 1, 1)),
    "half padding": (Window(kernel_size=3, padding=1), 5, 5, (0, 1, 1)),
    "full padding": (Window(kernel_size=3, padding=2), 7, 5, (0, 0, 0)),
    "no padding, strides": (Window(kernel_size=3, stride=2), 2, 5, (1, 2, 2)),
    "padding, strides": (Window(kernel_size=3, stride=2, padding=1), 3, 5, (1, 1, 1)),
    "padding, strides, odd": (
        Window(kernel_size=3, stride=2, padding=1, output_padding=1),
        3,
        6,
        (1, 1, 2),
    ),
}
"""Name: window, input size, output size, (inserted zeros, near padding, far padding)."""


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_a_convolution_of_the_figures(name: str) -> None:
    """Input and output size on two axes, without unread positions."""
    window, before, after, unread = CONVOLUTIONS[name]
    layer = Conv(in_channels=1, out_channels=1, windows=(window, window))
    found = layer.output_map(FeatureMap(channels=1, size=(before, before)))
    assert found.size == (after, after)
    assert untouched_count(place_windows(layer, (before, before))) == unread


@pytest.mark.parametrize("name", TRANSPOSED)
def test_a_transposed_convolution_of_the_figures(name: str) -> None:
    """The output size, the inserted zeros and the padding."""
    window, before, after, drawn = TRANSPOSED[name]
    layer = ConvTranspose(in_channels=1, out_channels=1, windows=(window, window))
    found = layer.output_map(FeatureMap(channels=1, size=(before, before)))
    direct = equivalent_convolution(layer, (before, before))
    assert found.size == (after, after)
    for axis in direct.axes:
        assert (axis.inserted_zeros, *axis.padding) == drawn
        assert (axis.stride, axis.kernel_size) == (1, window.kernel_size)
        assert axis.padded_size - window.span + 1 == after


def test_the_figures_are_fifteen() -> None:
    """Eight convolutions and seven transposes, each the inverse of the convolution of its name."""
    assert len(CONVOLUTIONS) + len(TRANSPOSED) == 15
    for name, (window, before, after, _) in TRANSPOSED.items():
        forward, conv_before, conv_after, _ = CONVOLUTIONS[name]
        assert (before, after) == (conv_after, conv_before)
        assert (window.kernel_size, window.stride, window.padding) == (
            forward.kernel_size,
            forward.stride,
            forward.padding,
        )
