"""Which positions the windows touch, how often, and which they never touch."""

from __future__ import annotations

from math import gcd

from designer.geometry.axis.output_size import kernel_span


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
