"""Pooling and unread positions along one axis, compared with enumerated windows."""

from __future__ import annotations

from itertools import product

import pytest

from designer.errors import InvalidLayer
from designer.geometry.axis import pool_output_size, unchecked_pool_output_size, unread_positions


def windows(
    size: int, kernel: int, stride: int, padding: int, dilation: int, *, ceil: bool
) -> list[list[int]]:
    """The pixels of every window, including the padding, as torch places them."""
    span = dilation * (kernel - 1) + 1
    found: list[list[int]] = []
    start = -padding
    while True:
        fits = start + span <= size + padding
        partial = ceil and start < size and start + span > size + padding
        partial = partial and start + span < size + padding + stride
        if not fits and not partial:
            return found
        found.append([start + tap * dilation for tap in range(kernel)])
        start += stride


def test_pooling_places_as_many_windows_as_fit() -> None:
    """With ceil_mode one more window past the end, unless it would begin after the input."""
    for size, kernel, stride, padding, dilation, ceil in product(
        range(1, 10), range(1, 5), range(1, 5), range(3), range(1, 3), (False, True)
    ):
        if padding > kernel // 2:
            continue
        fields = {"kernel_size": kernel, "stride": stride, "padding": padding, "dilation": dilation}
        expected = len(windows(size, kernel, stride, padding, dilation, ceil=ceil))
        positions = unchecked_pool_output_size(size, **fields, ceil_mode=ceil)
        assert max(0, positions) == expected, (size, fields, ceil)


def test_unread_positions_are_those_in_no_window() -> None:
    """The count equals enumeration, including the closed form."""
    for size, kernel, stride, padding, dilation in product(
        range(1, 12), range(1, 6), range(1, 6), range(4), range(1, 4)
    ):
        placed_windows = windows(size, kernel, stride, padding, dilation, ceil=False)
        if not placed_windows:
            continue
        touched = {pixel for window in placed_windows for pixel in window}
        unread = unread_positions(
            size,
            positions=len(placed_windows),
            kernel_size=kernel,
            stride=stride,
            padding=padding,
            dilation=dilation,
        )
        assert unread == sum(pixel not in touched for pixel in range(size))


def test_a_window_that_never_fits_is_refused() -> None:
    """The message and the facts contain the numbers."""
    with pytest.raises(
        InvalidLayer, match="spanning 9 px does not fit an input of 5 px"
    ) as refused:
        pool_output_size(5, kernel_size=5, stride=1, padding=0, dilation=2, ceil_mode=False)
    assert refused.value.facts["span"] == 9
