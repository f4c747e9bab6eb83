"""Output sizes of convolutions and transposed convolutions, and their inverses."""

from __future__ import annotations

from designer.errors import InvalidLayer


def kernel_span(kernel_size: int, dilation: int) -> int:
    """Pixels from the first to the last tap of a dilated kernel: E = D(F − 1) + 1.

    >>> kernel_span(kernel_size=3, dilation=2)
    5
    """
    return dilation * (kernel_size - 1) + 1


def conv_output_size(
    input_size: int, *, kernel_size: int, stride: int, padding: int, dilation: int
) -> int:
    """Number of positions at which a strided kernel fits: o = ⌊(i + 2P − E) / S⌋ + 1.

    >>> conv_output_size(64, kernel_size=4, stride=2, padding=1, dilation=1)
    32

    Raises:
        InvalidLayer: if the kernel's span is larger than the padded input.
    """
    span = kernel_span(kernel_size, dilation)
    slack = input_size + 2 * padding - span
    if slack < 0:
        raise InvalidLayer("kernel_does_not_fit", span=span, input_size=input_size, padding=padding)
    return slack // stride + 1


def conv_transpose_output_size(
    input_size: int,
    *,
    kernel_size: int,
    stride: int,
    padding: int,
    dilation: int,
    output_padding: int,
) -> int:
    """Output size of a transposed convolution: o = (i − 1)S − 2P + E + A.

    >>> conv_transpose_output_size(
    ...     4, kernel_size=4, stride=2, padding=1, dilation=1, output_padding=0)
    8

    Raises:
        InvalidLayer: if the output would be empty (o < 1), even where torch allows it.
    """
    window = {
        "kernel_size": kernel_size,
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "output_padding": output_padding,
    }
    size = stride * input_size + transposed_offset(**window)
    if size < 1:
        raise InvalidLayer(
            "empty_output", window, input_size=input_size, output_size=size, padding=padding
        )
    return size


def transposed_offset(
    *, kernel_size: int, stride: int, padding: int, dilation: int, output_padding: int
) -> int:
    """Offset c of a transposed convolution, o = S·i + c: c = E − S − 2P + A.

    The layer multiplies by S exactly if c = 0; with D = 1 and A = 0 this is F − S − 2P = 0.

    >>> transposed_offset(kernel_size=4, stride=2, padding=1, dilation=1, output_padding=0)
    0
    """
    return kernel_span(kernel_size, dilation) - stride - 2 * padding + output_padding


def inverse_output_padding(
    input_size: int, *, kernel_size: int, stride: int, padding: int, dilation: int
) -> int:
    """Output padding with which a conv's transposed counterpart restores its input size.

    A = (i + 2P − E) mod S: the number of positions after the last window, which the conv drops.

    >>> inverse_output_padding(16, kernel_size=5, stride=3, padding=2, dilation=1)
    0

    Raises:
        InvalidLayer: if the conv itself is invalid.
    """
    window = {"kernel_size": kernel_size, "padding": padding, "dilation": dilation}
    conv_output_size(input_size, stride=stride, **window)
    return (input_size + 2 * padding - kernel_span(kernel_size, dilation)) % stride


def conv_input_sizes(
    output_size: int, *, kernel_size: int, stride: int, padding: int, dilation: int
) -> range:
    """The input sizes that a conv maps to o: (o − 1)S + E − 2P and the S − 1 above it, those ≥ 1.

    With S = 1 there is only one; otherwise the output padding distinguishes them.

    >>> conv_input_sizes(32, kernel_size=4, stride=2, padding=1, dilation=1)
    range(64, 66)
    """
    least = (output_size - 1) * stride + kernel_span(kernel_size, dilation) - 2 * padding
    return range(max(1, least), max(1, least + stride))
