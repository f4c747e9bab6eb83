"""Paddings, output paddings and input sizes that solve the size formulas, by trying all of them."""

from __future__ import annotations

from itertools import product

import pytest

from designer.errors import InvalidLayer
from designer.geometry.axis import (
    conv_input_sizes,
    conv_output_size,
    conv_padding_solutions,
    inverse_output_padding,
    mirrored_output_paddings,
    output_padding_solutions,
    transposed_offset,
    transposed_padding,
    unread_positions,
)

WINDOWS = [
    {"kernel_size": kernel_size, "stride": stride, "dilation": dilation}
    for kernel_size, stride, dilation in product(range(1, 6), range(1, 5), range(1, 4))
]


def paddings(window: dict[str, int]) -> range:
    """0 ≤ P ≤ D(F − 1)."""
    return range(window["dilation"] * (window["kernel_size"] - 1) + 1)


def conv_size(size: int, *, padding: int, **window: int) -> int | None:
    """The output size, or None where the kernel does not fit."""
    try:
        return conv_output_size(size, padding=padding, **window)
    except InvalidLayer:
        return None


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_the_paddings_of_a_conv_are_all_that_lead_there(window: dict[str, int]) -> None:
    """Also where there is none."""
    for size, output in product(range(1, 12), range(1, 12)):
        found = conv_padding_solutions(size, output, **window)
        assert list(found) == [
            padding
            for padding in paddings(window)
            if conv_size(size, padding=padding, **window) == output
        ]


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_the_paddings_of_an_offset_are_all_that_give_it(window: dict[str, int]) -> None:
    """Those with A < max(S, D), and those with A < S."""
    for offset in range(-10, 11):
        every = [
            (padding, extra)
            for extra in range(max(window["stride"], window["dilation"]))
            for padding in paddings(window)
            if transposed_offset(**window, padding=padding, output_padding=extra) == offset
        ]
        extras = output_padding_solutions(offset, **window)
        assert [
            (transposed_padding(offset, **window, output_padding=extra), extra) for extra in extras
        ] == every
        assert list(mirrored_output_paddings(offset, **window)) == [
            extra for extra in extras if extra < window["stride"]
        ]
        assert list(mirrored_output_paddings(offset, **window, output_padding=False)) == [
            extra for extra in extras if extra == 0
        ]


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_the_input_sizes_of_a_conv_are_all_that_lead_there(window: dict[str, int]) -> None:
    """Also where there is none: a padding may be larger than what the kernel needs."""
    for padding, output in product(range(8), range(1, 6)):
        found = conv_input_sizes(output, **window, padding=padding)
        every = [s for s in range(1, 60) if conv_size(s, padding=padding, **window) == output]
        assert list(found) == every


def test_some_output_sizes_have_no_input_size() -> None:
    """A kernel of 1 with padding 3 has at least seven outputs."""
    wide = {"kernel_size": 1, "stride": 1, "padding": 3, "dilation": 1}
    assert [len(conv_input_sizes(output, **wide)) for output in range(1, 9)] == [0] * 6 + [1, 1]
    assert conv_input_sizes(6, **wide) == range(1, 1)


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_unread_positions_are_those_that_no_window_covers(window: dict[str, int]) -> None:
    """At the far side, and in gaps."""
    for padding, size in product(range(4), range(1, 14)):
        positions = conv_size(size, padding=padding, **window)
        if positions is None:
            continue
        read = {
            place * window["stride"] + tap * window["dilation"] - padding
            for place in range(positions)
            for tap in range(window["kernel_size"])
        }
        found = unread_positions(size, positions=positions, padding=padding, **window)
        assert found == len(set(range(size)) - read)


def test_a_conv_that_does_not_fit_has_no_inverse() -> None:
    """It is refused as the conv is."""
    with pytest.raises(InvalidLayer, match="does not fit an input of 3 px"):
        inverse_output_padding(3, kernel_size=7, stride=1, padding=1, dilation=1)
