"""A transposed convolution as a direct convolution over the zero-inserted map."""

from __future__ import annotations

from designer.geometry.axis.output_size import kernel_span


def zero_inserted_size(input_size: int, stride: int) -> int:
    """Size with S − 1 zeros between neighbors: (i − 1)(S − 1) + i = (i − 1)S + 1.

    >>> zero_inserted_size(4, stride=2)
    7
    """
    return (input_size - 1) * stride + 1


def direct_padding(
    *, kernel_size: int, padding: int, dilation: int, output_padding: int
) -> tuple[int, int]:
    """Padding of the equivalent direct convolution: (E − 1 − P, E − 1 − P + A).

    The near and the far side; a negative value crops that many positions.

    >>> direct_padding(kernel_size=4, padding=1, dilation=1, output_padding=1)
    (2, 3)
    """
    near = kernel_span(kernel_size, dilation) - 1 - padding
    return near, near + output_padding
