"""Weights of linear interpolation along one axis."""

from __future__ import annotations

from fractions import Fraction


def interpolation_weights(*, kernel_size: int, stride: int) -> tuple[Fraction, ...]:
    """The taps of a transposed convolution that interpolates linearly: a triangle of half-width S.

    A tap at distance d from the middle of the kernel has the weight 1 − |d|/S, or zero. The taps of each
    phase, those that meet at one pixel, are divided by their sum: so a constant map stays constant away
    from the border. A longer kernel has zeros at its ends, a shorter one is a part of the triangle.

    >>> [str(weight) for weight in interpolation_weights(kernel_size=4, stride=2)]
    ['1/4', '3/4', '3/4', '1/4']
    >>> [str(weight) for weight in interpolation_weights(kernel_size=5, stride=2)]
    ['0', '1/2', '1', '1/2', '0']

    ``kernel_size`` is at least ``stride``, so that each phase has a tap.
    """
    assert kernel_size >= stride, "every phase has a tap"
    middle = Fraction(kernel_size - 1, 2)
    triangle = [max(Fraction(0), 1 - abs(tap - middle) / stride) for tap in range(kernel_size)]
    sums = [sum(triangle[phase::stride]) for phase in range(stride)]
    return tuple(weight / sums[tap % stride] for tap, weight in enumerate(triangle))
