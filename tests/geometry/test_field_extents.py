"""Receptive fields along one axis, compared with the positions that each pixel is made of."""

from __future__ import annotations

from itertools import product

import pytest

from designer.geometry.field_extents import (
    Extents,
    conv_extents,
    conv_transpose_extents,
    repeated_extents,
)
from designer.geometry.layers import Window

WINDOWS = [
    Window(kernel_size=kernel_size, stride=stride, padding=padding, dilation=dilation)
    for kernel_size, stride, padding, dilation in product(
        range(1, 7), range(1, 5), (0, 2), range(1, 6)
    )
]
WIDTHS = (*range(1, 12), 17, 30)
"""Numbers of adjacent pixels, fewer and more than a stride or a dilated stride."""

PHASES = range(-3, 4)
"""First pixels: more than a stride apart."""

FAR = 60
"""Positions from −FAR to FAR are listed: more than these kernels and widths span together."""


def widths_of_runs(sources: dict[int, set[int]], width: int) -> Extents:
    """From first to last source of ``width`` adjacent pixels, wherever they begin; 0 left out."""
    found = set()
    for first in PHASES:
        seen = set().union(*(sources.get(pixel, set()) for pixel in range(first, first + width)))
        if seen:
            found.add(max(seen) - min(seen) + 1)
    return frozenset(found)


def painted_by(window: Window) -> dict[int, set[int]]:
    """By pixel of a transposed convolution, the positions with a tap on it."""
    sources: dict[int, set[int]] = {}
    for place in range(-FAR, FAR):
        for tap in range(window.kernel_size):
            pixel = place * window.stride + tap * window.dilation - window.padding
            sources.setdefault(pixel, set()).add(place)
    return sources


def read_by(window: Window) -> dict[int, set[int]]:
    """By pixel of a convolution, the positions that it reads."""
    return {
        pixel: {
            pixel * window.stride + tap * window.dilation - window.padding
            for tap in range(window.kernel_size)
        }
        for pixel in range(-FAR, FAR)
    }


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_extents_of_a_transposed_convolution_are_those_of_all_phases(window: Window) -> None:
    """Dilated too, and where some pixels have no tap; a set has the extents of all its members."""
    sources = painted_by(window)
    each = {width: widths_of_runs(sources, width) for width in WIDTHS}
    assert {w: conv_transpose_extents(window, frozenset({w})) for w in WIDTHS} == each
    assert conv_transpose_extents(window, frozenset(WIDTHS)) == frozenset().union(*each.values())


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_extents_of_a_convolution_are_the_same_everywhere(window: Window) -> None:
    """The positions read by adjacent pixels."""
    sources = read_by(window)
    for width in WIDTHS:
        assert conv_extents(window, frozenset({width})) == widths_of_runs(sources, width)


@pytest.mark.parametrize("factor", range(1, 6))
def test_extents_of_repeated_positions_are_those_of_all_phases(factor: int) -> None:
    """Pixel x is a copy of position ⌊x / factor⌋."""
    sources = {pixel: {pixel // factor} for pixel in range(-FAR, FAR)}
    for width in WIDTHS:
        assert repeated_extents(factor, frozenset({width})) == widths_of_runs(sources, width)
