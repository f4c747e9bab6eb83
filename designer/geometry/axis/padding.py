"""All paddings and output paddings that map one size to another."""

from __future__ import annotations

from designer.geometry.axis.output_size import kernel_span


def output_padding_solutions(offset: int, *, kernel_size: int, stride: int, dilation: int) -> range:
    """Every A < max(S, D) for which E − S − 2P + A = c has a P with 0 ≤ P ≤ D(F − 1).

    With m = E − S − c these are the A ≡ m (mod 2); ``transposed_padding`` gives the P of each.

    >>> list(output_padding_solutions(0, kernel_size=7, stride=3, dilation=1))
    [0, 2]
    >>> list(output_padding_solutions(0, kernel_size=2, stride=1, dilation=1))
    []
    """
    double_padding = kernel_span(kernel_size, dilation) - stride - offset
    most = min(max(stride, dilation) - 1, 2 * dilation * (kernel_size - 1) - double_padding)
    return range(max(double_padding % 2, -double_padding), most + 1, 2)


def transposed_padding(
    offset: int, *, kernel_size: int, stride: int, dilation: int, output_padding: int
) -> int:
    """The P of E − S − 2P + A = c, for an A of ``output_padding_solutions``: (E − S − c + A)/2.

    >>> transposed_padding(0, kernel_size=7, stride=3, dilation=1, output_padding=2)
    3
    """
    return (kernel_span(kernel_size, dilation) - stride - offset + output_padding) // 2


def conv_padding_solutions(
    input_size: int, output_size: int, *, kernel_size: int, stride: int, dilation: int
) -> range:
    """Every P with 0 ≤ P ≤ D(F − 1) for which a conv maps i to o: 0 ≤ i + 2P − E − (o − 1)S < S.

    >>> list(conv_padding_solutions(64, 32, kernel_size=4, stride=2, dilation=1))
    [1]
    """
    span = kernel_span(kernel_size, dilation)
    least = (output_size - 1) * stride + span - input_size
    return range(max(0, -(-least // 2)), min(span - 1, (least + stride - 1) // 2) + 1)


def mirrored_output_paddings(
    offset: int, *, kernel_size: int, stride: int, dilation: int, output_padding: bool = True
) -> range:
    """The A of ``output_padding_solutions`` below S, or only A = 0 without ``output_padding``.

    With m = E − S − c they are A ≡ m (mod 2), and P = (m + A)/2 grows with A; so A ≤ P for the
    first of them exactly when m ≥ 0. The bound A < S is stricter than torch's A < max(S, D): for
    A ≥ S the mirrored conv does not restore the input size.

    >>> list(mirrored_output_paddings(0, kernel_size=4, stride=2, dilation=1))
    [0]
    >>> list(mirrored_output_paddings(1, kernel_size=5, stride=3, dilation=1))
    [1]
    """
    found = output_padding_solutions(
        offset, kernel_size=kernel_size, stride=stride, dilation=dilation
    )
    end = stride if output_padding else 1
    return range(found.start, min(found.stop, end), 2)
