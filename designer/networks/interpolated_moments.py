"""Second moments of maps that were interpolated: neighboring numbers of them depend on each other.

A map whose numbers are independent has, after interpolations, the second moment of the sum of squares of
the weights by which a number of it reads the first map. Convolutions of one tap with independent weights
in between scale it, and nothing else.

Along one axis the weights are a matrix A, a product of one matrix per interpolation, with a row for each
position of the larger map. Sums of squares of its rows or columns are traces of AᵀWA, with the squares'
weights W on the diagonal. AᵀWA is computed one interpolation at a time, from the largest map on, and has
few diagonals: a position reads two neighbors.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import prod

from designer.geometry.axis import interpolation_weights
from designer.geometry.layers import Window
from designer.networks.blocks import PlacedModule

ENDLESS_SIDE = 1024
"""Maps with a longer side are taken for endless along it: what the border changes is a smaller share."""

_Lags = dict[int, float]
"""Weights of two positions of an endless map by their distance."""

_Pairs = dict[tuple[int, int], float]
"""Weights of two positions."""


def interpolated_moment(row: Sequence[PlacedModule]) -> float:
    """Second moment in the middle of the last map, for a first map of independent numbers of moment one.

    ``row``: interpolations in order of execution, all of them enlargements or none. The mean over the
    phases in the middle.
    """
    return _mean_square(row, of_output=True)


def interpolated_gradient(row: Sequence[PlacedModule]) -> float:
    """The same of the gradient of the first map, for independent gradients of the last map's numbers."""
    return _mean_square(row, of_output=False)


def _mean_square(row: Sequence[PlacedModule], *, of_output: bool) -> float:
    """The product over the axes."""
    if not row:
        return 1.0
    _, enlarges = _windows(row[0])
    from_largest = [*reversed(row)] if enlarges else row
    steps = [_windows(placed)[0] for placed in from_largest]
    maps = [(placed.after, placed.before)[:: 1 if enlarges else -1] for placed in from_largest]
    sizes = [maps[0][0].size, *(smaller.size for _, smaller in maps)]
    found = 1.0
    for windows, sides in zip(zip(*steps, strict=True), zip(*sizes, strict=True), strict=True):
        share = 1.0 if enlarges else 1 / prod(window.stride for window in windows) ** 2
        found *= share * _axis_mean_square(windows, sides, of_largest=of_output is enlarges)
    return found


def _windows(placed: PlacedModule) -> tuple[tuple[Window, ...], bool]:
    found = placed.module.interpolation
    assert found is not None, "the row has interpolations alone"
    return found


@lru_cache(maxsize=256)  # axes are often equal, and a row is asked again with one more module
def _axis_mean_square(
    windows: tuple[Window, ...], sides: tuple[int, ...], *, of_largest: bool
) -> float:
    """Mean over the middle of the largest, or of the smallest map; ``sides`` begin with the largest."""
    middle = min(sides[0 if of_largest else -1], prod(window.stride for window in windows))
    added = middle if of_largest else sides[0]
    lags, done = {0: 1 / middle}, 0
    while done < len(windows) and sides[done] > ENDLESS_SIDE:
        lags = _endless_step(lags, windows[done])
        added = max(1, added // windows[done].stride) if of_largest else sides[done + 1]
        done += 1
    if done == len(windows):
        return lags[0] * (added if of_largest else middle)
    pairs = {
        (place, place + lag): weight
        for place in _middle(sides[done], added)
        for lag, weight in lags.items()
        if 0 <= place + lag < sides[done]
    }
    for window, side in zip(windows[done:], sides[done + 1 :], strict=True):
        pairs = _step(pairs, window, side)
    return sum(
        pairs.get((place, place), 0.0)
        for place in _middle(sides[-1], sides[-1] if of_largest else middle)
    )


def _middle(side: int, count: int) -> range:
    start = (side - count) // 2
    return range(start, start + count)


def _step(pairs: _Pairs, window: Window, side: int) -> _Pairs:
    """AᵀWA over one interpolation; ``side`` is that of the smaller map."""
    readers: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for tap, weight in _taps(window):
        for place in range(side):
            readers[place * window.stride + tap - window.padding].append((place, weight))
    found: _Pairs = defaultdict(float)
    for (one, other), weight in pairs.items():
        for left, near in readers[one]:
            for right, far in readers[other]:
                found[left, right] += weight * near * far
    return found


def _endless_step(lags: _Lags, window: Window) -> _Lags:
    """The same where the maps have no border."""
    taps = dict(_taps(window))
    found: _Lags = defaultdict(float)
    for tap in taps:
        for lag, weight in lags.items():
            for other in range((tap + lag) % window.stride, window.kernel_size, window.stride):
                if other in taps:
                    distance = (tap + lag - other) // window.stride
                    found[distance] += weight * taps[tap] * taps[other]
    return found


def _taps(window: Window) -> Iterator[tuple[int, float]]:
    """The taps whose weight is not zero; tap t joins position i of the smaller map to i·S + t − P."""
    weights = interpolation_weights(kernel_size=window.kernel_size, stride=window.stride)
    return ((tap, float(weight)) for tap, weight in enumerate(weights) if weight)
