"""Sizes along one axis: the laws of convolution arithmetic, each written once.

Symbols, as in Dumoulin & Visin, "A guide to convolution arithmetic for deep learning"
(arXiv:1603.07285), with torch's argument names beside them:

    i  input size          o  output size         F  kernel_size      S  stride
    P  padding             D  dilation            A  output_padding   E  span = D(F − 1) + 1

All sizes are in pixels (samples, voxels) along one axis. Layers of n axes call these functions
once per axis; nothing else in the project computes a size.
"""

from __future__ import annotations

from math import gcd

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
    """Number of places a strided kernel fits: o = ⌊(i + 2P − E) / S⌋ + 1.

    >>> conv_output_size(64, kernel_size=4, stride=2, padding=1, dilation=1)
    32

    Raises:
        InvalidLayer: where the kernel's span is larger than the padded input.
    """
    span = kernel_span(kernel_size, dilation)
    room = input_size + 2 * padding - span
    if room < 0:
        raise InvalidLayer(
            f"a kernel spanning {span} px does not fit an input of {input_size} px"
            f" padded by {padding} px on each side",
            span=span,
            input_size=input_size,
            padding=padding,
        )
    return room // stride + 1


def conv_transpose_output_size(
    input_size: int,
    *,
    kernel_size: int,
    stride: int,
    padding: int,
    dilation: int,
    output_padding: int,
) -> int:
    """Pixels painted by a strided kernel, less the padding: o = (i − 1)S − 2P + E + A.

    >>> conv_transpose_output_size(
    ...     4, kernel_size=4, stride=2, padding=1, dilation=1, output_padding=0)
    8

    Raises:
        InvalidLayer: where the map would be empty (o < 1), also where torch would give it.
    """
    size = stride * input_size + transposed_offset(
        kernel_size=kernel_size,
        stride=stride,
        padding=padding,
        dilation=dilation,
        output_padding=output_padding,
    )
    if size < 1:
        raise InvalidLayer(
            f"a transposed convolution of {input_size} px with kernel_size {kernel_size},"
            f" stride {stride}, padding {padding}, dilation {dilation} and output_padding"
            f" {output_padding} would leave {size} px",
            input_size=input_size,
            output_size=size,
            padding=padding,
        )
    return size


def transposed_offset(
    *, kernel_size: int, stride: int, padding: int, dilation: int, output_padding: int
) -> int:
    """What a transposed convolution adds to S times its input: c = E − S − 2P + A, o = S·i + c.

    The layer is exactly S-fold where c = 0; with D = 1 and A = 0 this is F − S − 2P = 0.

    >>> transposed_offset(kernel_size=4, stride=2, padding=1, dilation=1, output_padding=0)
    0
    """
    return kernel_span(kernel_size, dilation) - stride - 2 * padding + output_padding


def inverse_output_padding(
    input_size: int, *, kernel_size: int, stride: int, padding: int, dilation: int
) -> int:
    """The output padding with which the transposed twin of a conv returns its input size.

    A = (i + 2P − E) mod S: the positions behind the last window, as many as the conv drops.

    >>> inverse_output_padding(16, kernel_size=5, stride=3, padding=2, dilation=1)
    0

    Raises:
        InvalidLayer: where the conv itself is illegal.
    """
    window = {"kernel_size": kernel_size, "padding": padding, "dilation": dilation}
    conv_output_size(input_size, stride=stride, **window)
    return (input_size + 2 * padding - kernel_span(kernel_size, dilation)) % stride


def overlaps_evenly(*, kernel_size: int, stride: int, dilation: int) -> bool:
    """Whether each output away from the border gets the same number of contributions.

    True exactly when S divides F and gcd(D, S) = 1 (Odena et al., "Deconvolution and
    Checkerboard Artifacts", 2016, for D = 1).

    >>> overlaps_evenly(kernel_size=4, stride=2, dilation=1)
    True
    >>> overlaps_evenly(kernel_size=5, stride=2, dilation=1)
    False
    """
    return kernel_size % stride == 0 and gcd(dilation, stride) == 1
