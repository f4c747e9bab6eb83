"""Positions that windows touch, how often they touch them, and positions that none touches."""

from __future__ import annotations

from math import gcd

from designer.geometry.axis.output_size import kernel_span


def overlaps_evenly(*, kernel_size: int, stride: int, dilation: int) -> bool:
    """Whether every output away from the border receives the same number of contributions.

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

    Only pixels outside lack a contribution, among them the last before and the first after. So the
    border is E − S − P wide at the near side and E − S − P + A at the far side, where that is
    positive; on a small map the range may be empty.

    >>> inner_pixels(8, positions=4, kernel_size=4, stride=2, padding=1, dilation=1)
    range(1, 7)
    """
    start = min(pixels, max(0, kernel_span(kernel_size, dilation) - stride - padding))
    return range(start, max(start, min(pixels, positions * stride - padding)))


def matching_taps(residue: int, *, kernel_size: int, stride: int, dilation: int) -> range:
    """The taps t with tD ≡ residue (mod S): every (S/g)-th; none unless g = gcd(D, S) divides it.

    Only these taps contribute to a pixel x with x + P ≡ residue (mod S).

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
    """Number of ``pixels`` that some tap of some window touches; the others are unread.

    Tap t of window j is on pixel jS + tD − P. With D = 1 and S ≤ F only the last
    max(0, (i + 2P − E) mod S − P) are not touched; otherwise there are gaps inside too.

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
    """Number of input positions that no window touches.

    For D = 1 and S ≤ F these are the positions after the last window, by a closed form.

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
