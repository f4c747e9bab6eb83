"""The size formulas on one axis, compared with enumerated windows and with each other."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from designer.errors import InvalidLayer
from designer.geometry.axis import (
    conv_output_size,
    conv_transpose_output_size,
    inverse_output_padding,
    kernel_span,
    overlaps_evenly,
    transposed_offset,
)

windows = st.fixed_dictionaries(
    {
        "kernel_size": st.integers(1, 9),
        "stride": st.integers(1, 5),
        "padding": st.integers(0, 6),
        "dilation": st.integers(1, 4),
    }
)
sizes = st.integers(1, 40)


def taps(kernel_size: int, dilation: int) -> list[int]:
    """Positions of the kernel's taps, the first at 0."""
    return [tap * dilation for tap in range(kernel_size)]


def sliding_positions(
    size: int, *, kernel_size: int, stride: int, padding: int, dilation: int
) -> int:
    """Number of positions at which all taps are on the padded input, by enumeration."""
    padded = range(-padding, size + padding)
    return sum(
        all(start + tap in padded for tap in taps(kernel_size, dilation))
        for start in range(-padding, size + padding, stride)
    )


def output_range(
    size: int, *, kernel_size: int, stride: int, padding: int, dilation: int, output_padding: int
) -> range:
    """Output positions of a transposed convolution: the touched range, cropped by the padding."""
    touched = {place * stride + tap for place in range(size) for tap in taps(kernel_size, dilation)}
    return range(min(touched) + padding, max(touched) + 1 - padding + output_padding)


@given(size=sizes, window=windows)
def test_conv_output_size_equals_the_number_of_positions(size: int, window: dict[str, int]) -> None:
    """⌊(i + 2P − E)/S⌋ + 1 equals the enumeration; without any position it is refused."""
    positions = sliding_positions(size, **window)
    if positions:
        assert conv_output_size(size, **window) == positions
    else:
        with pytest.raises(InvalidLayer, match="does not fit"):
            conv_output_size(size, **window)


@given(size=sizes, window=windows, output_padding=st.integers(0, 4))
def test_transposed_output_size_equals_the_touched_range(
    size: int, window: dict[str, int], output_padding: int
) -> None:
    """(i − 1)S − 2P + E + A is the length of the cropped range; an empty range is refused."""
    extent = output_range(size, **window, output_padding=output_padding)
    if len(extent):
        assert conv_transpose_output_size(size, **window, output_padding=output_padding) == len(
            extent
        )
    else:
        with pytest.raises(InvalidLayer, match="would leave"):
            conv_transpose_output_size(size, **window, output_padding=output_padding)


@given(size=sizes, window=windows)
def test_the_transposed_counterpart_restores_the_size(size: int, window: dict[str, int]) -> None:
    """A conv, then a transposed conv with A = (i + 2P − E) mod S, restores i."""
    assume(sliding_positions(size, **window))
    smaller = conv_output_size(size, **window)
    output_padding = inverse_output_padding(size, **window)
    assert 0 <= output_padding < window["stride"]
    assert conv_transpose_output_size(smaller, **window, output_padding=output_padding) == size


@given(size=sizes, window=windows, output_padding=st.integers(0, 4))
def test_a_conv_undoes_its_transpose(
    size: int, window: dict[str, int], output_padding: int
) -> None:
    """A transposed conv, then a conv, restores the size if A < S."""
    assume(output_padding < window["stride"])
    assume(len(output_range(size, **window, output_padding=output_padding)))
    larger = conv_transpose_output_size(size, **window, output_padding=output_padding)
    assert conv_output_size(larger, **window) == size


@given(size=sizes, window=windows, output_padding=st.integers(0, 4))
def test_the_offset_is_what_is_added_to_s_times_the_input(
    size: int, window: dict[str, int], output_padding: int
) -> None:
    """O = S·i + c at every input size."""
    extent = output_range(size, **window, output_padding=output_padding)
    assume(len(extent))
    offset = transposed_offset(**window, output_padding=output_padding)
    assert len(extent) == window["stride"] * size + offset


@pytest.mark.parametrize("k", range(1, 7))
@pytest.mark.parametrize("t", range(5))
def test_closed_form_windows_have_offset_zero(k: int, t: int) -> None:
    """S = 2k, P = t, F = 2(k + t), and for odd n F = n + 2t, have F − S − 2P = 0."""
    for stride, kernel_size in ((2 * k, 2 * (k + t)), (2 * k + 1, 2 * k + 1 + 2 * t)):
        assert (
            transposed_offset(
                kernel_size=kernel_size, stride=stride, padding=t, dilation=1, output_padding=0
            )
            == 0
        )


@given(kernel_size=st.integers(1, 12), stride=st.integers(1, 6), dilation=st.integers(1, 6))
def test_overlap_is_even_exactly_if_all_counts_are_equal(
    kernel_size: int, stride: int, dilation: int
) -> None:
    """S | F and gcd(D, S) = 1 exactly if every inner position receives equally many contributions.

    The contributions to an inner position x are the taps congruent to x modulo S.
    """
    counts = {
        sum((position - tap) % stride == 0 for tap in taps(kernel_size, dilation))
        for position in range(stride)
    }
    evenly = overlaps_evenly(kernel_size=kernel_size, stride=stride, dilation=dilation)
    if evenly:
        assert len(counts) == 1
    if len(counts) > 1:
        assert not evenly


@pytest.mark.parametrize(
    ("size", "window", "output"),
    [
        (32, {"kernel_size": 1, "stride": 2, "padding": 1, "dilation": 1, "output_padding": 0}, 61),
        (32, {"kernel_size": 5, "stride": 2, "padding": 2, "dilation": 1, "output_padding": 0}, 63),
    ],
)
def test_output_sizes_that_forum_answers_get_wrong(
    size: int, window: dict[str, int], output: int
) -> None:
    """Settings that forum answers claim to give other sizes, 32 and 64."""
    assert conv_transpose_output_size(size, **window) == output


def test_kernel_4_stride_2_reaches_every_size() -> None:
    """With F = 4, S = 2 alone: 2i − 1 (P 2, A 1), 2i (P 1, A 0), 2i + 1 (P 1, A 1)."""
    reached = {
        conv_transpose_output_size(
            size,
            kernel_size=4,
            stride=2,
            padding=padding,
            dilation=1,
            output_padding=output_padding,
        )
        for size in range(1, 100)
        for padding, output_padding in ((2, 1), (1, 0), (1, 1))
    }
    assert reached >= set(range(1, 200))


def test_a_span_reaches_from_the_first_to_the_last_tap() -> None:
    """E = D(F − 1) + 1 is the extent of the taps."""
    for kernel_size in range(1, 9):
        for dilation in range(1, 5):
            assert kernel_span(kernel_size, dilation) == taps(kernel_size, dilation)[-1] + 1


def test_a_refusal_carries_its_numbers() -> None:
    """The message and the facts contain the numbers."""
    with pytest.raises(InvalidLayer, match="spanning 7 px does not fit an input of 3 px") as caught:
        conv_output_size(3, kernel_size=7, stride=1, padding=1, dilation=1)
    assert caught.value.facts == {"span": 7, "input_size": 3, "padding": 1}
