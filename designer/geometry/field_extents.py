"""Receptive fields along one axis: extents of the input ranges that output ranges depend on.

Borders are ignored, as if every map were infinite. Through a convolution, w adjacent positions
depend on (w − 1)S + E. Where a map is enlarged, the number depends on the phase of the w positions;
on an infinite map ranges of every extent occur at every phase, so sets of extents are mapped.
"""

from __future__ import annotations

from designer.geometry.layers import Window

Extents = frozenset[int]
"""Numbers of adjacent positions."""


def conv_extents(window: Window, extents: Extents) -> Extents:
    """Extents of the input ranges of a convolution: (w − 1)S + E.

    >>> conv_extents(Window(kernel_size=4, stride=2), frozenset({1, 3}))
    frozenset({8, 4})
    """
    return frozenset((w - 1) * window.stride + window.span for w in extents)


def conv_transpose_extents(window: Window, extents: Extents) -> Extents:
    """Extents of the input ranges of a transposed convolution, at every phase.

    >>> conv_transpose_extents(Window(kernel_size=3, stride=2), frozenset({1}))
    frozenset({1, 2})
    """
    return frozenset(
        extent
        for w in extents
        for phase in range(window.stride)
        if (extent := _painting_extent(window, phase, w)) > 0
    )


def repeated_extents(factor: int, extents: Extents) -> Extents:
    """Extents of the input ranges where every position becomes ``factor`` adjacent ones.

    >>> repeated_extents(2, frozenset({3}))
    frozenset({2})
    """
    return frozenset((phase + w - 1) // factor + 1 for w in extents for phase in range(factor))


def _painting_extent(window: Window, first: int, extent: int) -> int:
    """Extent of the positions that contribute to the pixels first … first + extent − 1.

    Tap t of position x contributes to pixel xS + tD − P. Pixels that are S apart have the same taps,
    of adjacent positions: the least and the greatest position are among those of S pixels at either
    end.
    """
    places = _painting_places(window, first, first + extent - 1)
    return max(places) - min(places) + 1 if places else 0


def painting_range(window: Window, first: int, last: int) -> tuple[int, int]:
    """The first and the last position that contribute to a range of pixels, on an infinite map.

    >>> painting_range(Window(kernel_size=4, stride=2, padding=1), 0, 1)
    (-1, 1)
    """
    places = _painting_places(window, first, last)
    return min(places), max(places)


def _painting_places(window: Window, first: int, last: int) -> list[int]:
    """Positions that contribute to a range of pixels, among them the least and the greatest."""
    pixels = range(first, last + 1)
    return [
        (pixel + window.padding - tap * window.dilation) // window.stride
        for pixel in {*pixels[: window.stride], *pixels[-window.stride :]}
        for tap in {*window.taps_on(pixel)[:1], *window.taps_on(pixel)[-1:]}
    ]
