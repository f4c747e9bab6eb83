"""Taps that meet in the middle of a map: the products of an output there, along one axis."""

from __future__ import annotations


def gathered_taps(
    outputs: int, *, inputs: int, kernel_size: int, stride: int, padding: int, dilation: int
) -> float:
    """Taps of a convolution on pixels of its input, not on padding, at its middle output.

    >>> gathered_taps(1, inputs=4, kernel_size=4, stride=1, padding=0, dilation=1)
    4.0
    """
    first = (outputs - 1) // 2 * stride - padding
    return float(sum(0 <= first + tap * dilation < inputs for tap in range(kernel_size)))


def scattered_taps(
    outputs: int, *, inputs: int, kernel_size: int, stride: int, padding: int, dilation: int
) -> float:
    """Taps of a transposed convolution that meet at an output, in the mean over the middle phases.

    >>> scattered_taps(8, inputs=4, kernel_size=4, stride=2, padding=1, dilation=1)
    2.0
    >>> scattered_taps(4, inputs=1, kernel_size=4, stride=1, padding=0, dilation=1)
    1.0
    """
    period = min(stride, outputs)
    start = (outputs - period) // 2
    met = sum(
        (start + phase + padding - tap * dilation) % stride == 0
        and 0 <= (start + phase + padding - tap * dilation) // stride < inputs
        for phase in range(period)
        for tap in range(kernel_size)
    )
    return met / period
