"""Even overlap, border and gaps: the formulas compared with counted kernel copies."""

from __future__ import annotations

from collections import Counter
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from designer.errors import InvalidLayer
from designer.geometry.axis import inner_pixels, matching_taps, touched_pixels
from designer.geometry.equivalence.overlap_map import inner_contribution_range, layer_overlap
from designer.geometry.equivalence.placement import place_windows
from designer.geometry.layers import ConvTranspose, Window
from tests.support import soak_count

example_budget = settings(max_examples=soak_count(400, 5000))


@st.composite
def windows(draw: st.DrawFn) -> Window:
    stride, dilation = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    return Window(
        kernel_size=draw(st.integers(1, 7)),
        stride=stride,
        padding=draw(st.integers(0, 5)),
        dilation=dilation,
        output_padding=draw(st.integers(0, max(stride, dilation) - 1)),
    )


def count_contributions(window: Window, size: int, pixels: int) -> list[int]:
    """Contributions per pixel, by enumerating every copy."""
    copies = product(range(size), range(window.kernel_size))
    counts = Counter(j * window.stride + t * window.dilation - window.padding for j, t in copies)
    return [counts[pixel] for pixel in range(pixels)]


def one_axis(window: Window) -> ConvTranspose:
    return ConvTranspose(in_channels=1, out_channels=1, windows=(window,))


def legal_output(window: Window, size: int) -> int:
    try:
        return window.conv_transpose(size)
    except InvalidLayer:
        assume(False)
        raise


@given(window=windows(), size=st.integers(1, 12))
@example_budget
def test_contributions_match_counting(window: Window, size: int) -> None:
    """Contributions per pixel, their sum, and the number of touched pixels."""
    pixels = legal_output(window, size)
    counts = count_contributions(window, size, pixels)
    overlap = layer_overlap(one_axis(window), (size,))
    (placed,) = place_windows(one_axis(window), (size,))
    assert list(overlap.contributions) == counts
    assert placed.entry_count == sum(counts) == len(list(placed.entries()))
    assert placed.touched == sum(count > 0 for count in counts)


@given(window=windows(), size=st.integers(1, 12))
@example_budget
def test_the_border_ends_where_no_contribution_is_missing(window: Window, size: int) -> None:
    """Each inner pixel receives all taps of its residue; the pixels next to them lack one."""
    pixels = legal_output(window, size)
    counts = count_contributions(window, size, pixels)
    wide = {"kernel_size": window.kernel_size, "stride": window.stride, "dilation": window.dilation}
    full = [
        len(matching_taps((pixel + window.padding) % window.stride, **wide))
        for pixel in range(pixels)
    ]
    inner = inner_pixels(pixels, positions=size, padding=window.padding, **wide)
    assert all(counts[pixel] == full[pixel] for pixel in inner)
    if inner and inner.start > 0:
        assert counts[inner.start - 1] < full[inner.start - 1]
    if inner and inner.stop < pixels:
        assert counts[inner.stop] < full[inner.stop]


@given(window=windows())
@example_budget
def test_overlap_is_even_exactly_by_the_law(window: Window) -> None:
    """On a long map all inner pixels have equal counts exactly if S | F and gcd(D, S) = 1."""
    size = window.span + 12
    pixels = legal_output(window, size)
    overlap = layer_overlap(one_axis(window), (size,))
    start, stop = overlap.axes[0].inner
    assert stop - start >= window.stride
    inside = count_contributions(window, size, pixels)[start:stop]
    assert overlap.even == (len(set(inside)) == 1)
    assert inner_contribution_range(window) == (max(inside), min(inside))


@given(
    kernel_size=st.integers(1, 6),
    stride=st.integers(1, 6),
    padding=st.integers(0, 5),
    pixels=st.integers(1, 20),
)
@example_budget
def test_without_gaps_only_the_far_side_is_unread(
    kernel_size: int, stride: int, padding: int, pixels: int
) -> None:
    """For D = 1 and S ≤ F: max(0, (i + 2P − F) mod S − P)."""
    assume(stride <= kernel_size <= pixels + 2 * padding)
    positions = (pixels + 2 * padding - kernel_size) // stride + 1
    touched = touched_pixels(
        pixels,
        positions=positions,
        kernel_size=kernel_size,
        stride=stride,
        padding=padding,
        dilation=1,
    )
    remainder = (pixels + 2 * padding - kernel_size) % stride
    assert pixels - touched == max(0, remainder - padding)


@pytest.mark.parametrize(("size", "border"), [((4,), ((1, 1),)), ((1,), ((1, 1),))])
def test_the_border_of_dcgans_layer(size: tuple[int, ...], border: object) -> None:
    """Kernel 4, stride 2, padding 1: one pixel on each side, even on the smallest map."""
    layer = one_axis(Window(kernel_size=4, stride=2, padding=1))
    assert layer_overlap(layer, size).border == border
