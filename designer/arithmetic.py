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


def conv_input_sizes(
    output_size: int, *, kernel_size: int, stride: int, padding: int, dilation: int
) -> range:
    """The sizes that a conv takes to o: (o − 1)S + E − 2P and the S − 1 above it, those ≥ 1.

    With S = 1 there is one, and the way back is unique; otherwise the output padding tells them
    apart.

    >>> conv_input_sizes(32, kernel_size=4, stride=2, padding=1, dilation=1)
    range(64, 66)
    """
    least = (output_size - 1) * stride + kernel_span(kernel_size, dilation) - 2 * padding
    return range(max(1, least), max(1, least + stride))


def zero_inserted_size(input_size: int, stride: int) -> int:
    """Size with S − 1 zeros between neighbours: (i − 1)(S − 1) + i = (i − 1)S + 1.

    >>> zero_inserted_size(4, stride=2)
    7
    """
    return (input_size - 1) * stride + 1


def direct_padding(
    *, kernel_size: int, padding: int, dilation: int, output_padding: int
) -> tuple[int, int]:
    """Padding of the direct convolution that a transposed one is: (E − 1 − P, E − 1 − P + A).

    Near and far side; negative means that so many positions are cropped there.

    >>> direct_padding(kernel_size=4, padding=1, dilation=1, output_padding=1)
    (2, 3)
    """
    near = kernel_span(kernel_size, dilation) - 1 - padding
    return near, near + output_padding


def inner_pixels(
    pixels: int, *, positions: int, kernel_size: int, stride: int, padding: int, dilation: int
) -> range:
    """The pixels away from the border: E − S − P ≤ x < iS − P, for i window positions.

    Pixel x lacks a contribution only outside; the last before and the first after do lack one. So
    the border is E − S − P wide at the near side and E − S − P + A at the far side, where that is
    positive; on a small map nothing may be left between.

    >>> inner_pixels(8, positions=4, kernel_size=4, stride=2, padding=1, dilation=1)
    range(1, 7)
    """
    start = min(pixels, max(0, kernel_span(kernel_size, dilation) - stride - padding))
    return range(start, max(start, min(pixels, positions * stride - padding)))


def matching_taps(residue: int, *, kernel_size: int, stride: int, dilation: int) -> range:
    """The taps t with tD ≡ residue (mod S): every (S/g)-th, g = gcd(D, S); none unless g divides.

    They are all that ever meet a pixel x with x + P ≡ residue.

    >>> list(matching_taps(1, kernel_size=5, stride=2, dilation=1))
    [1, 3]
    >>> list(matching_taps(1, kernel_size=5, stride=2, dilation=2))
    []
    """
    shared = gcd(dilation, stride)
    if residue % shared:
        return range(0)
    step = stride // shared
    first = residue // shared * pow(dilation // shared, -1, step) % step
    return range(first, kernel_size, step)


def touched_pixels(
    pixels: int, *, positions: int, kernel_size: int, stride: int, padding: int, dilation: int
) -> int:
    """How many of ``pixels`` some tap of some window lies on; the others are unread, or unpainted.

    Tap t of window j lies on pixel jS + tD − P. With D = 1 and S ≤ F only the last
    max(0, (i + 2P − E) mod S − P) are left out; otherwise there are gaps inside too.

    >>> touched_pixels(6, positions=2, kernel_size=3, stride=2, padding=0, dilation=1)
    5
    >>> touched_pixels(7, positions=3, kernel_size=1, stride=3, padding=0, dilation=1)
    3
    """
    touched = 0
    reached: dict[int, int] = {}
    for tap in range(kernel_size):
        start, residue = divmod(tap * dilation, stride)
        seen = reached.get(residue, -(-(padding - residue) // stride))
        stop = min(start + positions, -(-(padding + pixels - residue) // stride))
        touched += max(0, stop - max(start, seen))
        reached[residue] = max(seen, stop)
    return touched


def output_padding_solutions(offset: int, *, kernel_size: int, stride: int, dilation: int) -> range:
    """Every A < max(S, D) for which E − S − 2P + A = c has a P with 0 ≤ P ≤ D(F − 1).

    With m = E − S − c that is A ≡ m (mod 2); the P of each is ``transposed_padding``.

    >>> list(output_padding_solutions(0, kernel_size=7, stride=3, dilation=1))
    [0, 2]
    >>> list(output_padding_solutions(0, kernel_size=2, stride=1, dilation=1))
    []
    """
    rest = kernel_span(kernel_size, dilation) - stride - offset
    most = min(max(stride, dilation) - 1, 2 * dilation * (kernel_size - 1) - rest)
    return range(max(rest % 2, -rest), most + 1, 2)


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
    """Every P with 0 ≤ P ≤ D(F − 1) for which a conv takes i to o: 0 ≤ i + 2P − E − (o − 1)S < S.

    >>> list(conv_padding_solutions(64, 32, kernel_size=4, stride=2, dilation=1))
    [1]
    """
    span = kernel_span(kernel_size, dilation)
    least = (output_size - 1) * stride + span - input_size
    return range(max(0, -(-least // 2)), min(span - 1, (least + stride - 1) // 2) + 1)


def padding_solutions(
    offset: int, *, kernel_size: int, stride: int, dilation: int, output_padding: bool = True
) -> tuple[tuple[int, int], ...]:
    """Every (P, A) with E − S − 2P + A = c, 0 ≤ P ≤ D(F − 1), 0 ≤ A < S; the smallest A first.

    With m = E − S − c the solutions are A ≡ m (mod 2), P = (m + A)/2; so P grows with A, and
    A ≤ P for the first of them exactly when m ≥ 0. Without ``output_padding`` A is 0. The bound
    A < S is stricter than torch's A < max(S, D): from A = S on the mirrored conv does not lead
    back.

    >>> padding_solutions(0, kernel_size=4, stride=2, dilation=1)
    ((1, 0),)
    >>> padding_solutions(1, kernel_size=5, stride=3, dilation=1)
    ((1, 1),)
    """
    window = {"kernel_size": kernel_size, "stride": stride, "dilation": dilation}
    return tuple(
        (transposed_padding(offset, output_padding=extra, **window), extra)
        for extra in output_padding_solutions(offset, **window)
        if extra < (stride if output_padding else 1)
    )


def pool_output_size(
    input_size: int, *, kernel_size: int, stride: int, padding: int, dilation: int, ceil_mode: bool
) -> int:
    """Places of a pooling window: as a conv's, or ⌈(i + 2P − E) / S⌉ + 1 with ``ceil_mode``.

    With ``ceil_mode`` a last window that would begin behind the input and its near padding is
    dropped (torch's rule).

    >>> pool_output_size(5, kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)
    2
    >>> pool_output_size(5, kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=True)
    3
    >>> pool_output_size(3, kernel_size=1, stride=3, padding=0, dilation=1, ceil_mode=True)
    1

    Raises:
        InvalidLayer: where no window fits.
    """
    size = pool_places(
        input_size,
        kernel_size=kernel_size,
        stride=stride,
        padding=padding,
        dilation=dilation,
        ceil_mode=ceil_mode,
    )
    if size < 1:
        raise InvalidLayer(
            f"a pooling window spanning {kernel_span(kernel_size, dilation)} px does not fit an"
            f" input of {input_size} px padded by {padding} px on each side",
            span=kernel_span(kernel_size, dilation),
            input_size=input_size,
            padding=padding,
            output_size=size,
        )
    return size


def pool_places(
    input_size: int, *, kernel_size: int, stride: int, padding: int, dilation: int, ceil_mode: bool
) -> int:
    """The number that ``pool_output_size`` judges; below 1 where no window fits.

    >>> pool_places(5, kernel_size=7, stride=7, padding=0, dilation=1, ceil_mode=False)
    0
    """
    room = input_size + 2 * padding - kernel_span(kernel_size, dilation)
    places = (room + (stride - 1 if ceil_mode else 0)) // stride + 1
    if ceil_mode and (places - 1) * stride >= input_size + padding:
        places -= 1
    return places


def unread_positions(
    input_size: int, *, positions: int, kernel_size: int, stride: int, padding: int, dilation: int
) -> int:
    """How many input positions no window touches.

    For D = 1 and S ≤ F those behind the last window, less its padding; else they are counted.

    >>> unread_positions(6, positions=2, kernel_size=3, stride=2, padding=0, dilation=1)
    1
    >>> unread_positions(9, positions=3, kernel_size=1, stride=3, padding=0, dilation=1)
    6
    """
    if dilation == 1 and stride <= kernel_size:
        end = (positions - 1) * stride + kernel_size - padding
        return max(0, input_size - max(0, end))
    return input_size - touched_pixels(
        input_size,
        positions=positions,
        kernel_size=kernel_size,
        stride=stride,
        padding=padding,
        dilation=dilation,
    )
