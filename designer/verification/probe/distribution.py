"""How the numbers that ``weights_init`` draws for one tensor are distributed.

Numbers are standardized first: the stated mean is subtracted, and the rest is divided by the stated
deviation. Draws have four axes: the draw, two axes of the tensor, and its taps.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, sqrt

import torch

from designer.validation.json_readers import JsonValue

_BLOCK = 2**18
"""Numbers that are processed at once, few enough for the processor's cache."""

_BINS_PER_DEVIATION = 128
_LARGEST = 8
"""Numbers beyond eight deviations are counted in the outermost bins."""

_BINS = 2 * _LARGEST * _BINS_PER_DEVIATION
_EDGES = torch.linspace(-_LARGEST, _LARGEST, _BINS + 1, dtype=torch.float64)[1:-1]
_NORMAL_BELOW_EDGES = torch.special.ndtr(_EDGES)
_INSIDE = slice(_BINS // 2 - 3 * _BINS_PER_DEVIATION, _BINS // 2 + 3 * _BINS_PER_DEVIATION)
"""The bins within three deviations."""


def with_four_axes(draws: torch.Tensor) -> torch.Tensor:
    """Draws of a tensor of any shape, its taps on the last axis; missing axes have length one.

    The only axis of a vector becomes the second one.
    """
    draw, *axes = draws.shape
    first, second = axes[:2] if len(axes) > 1 else (1, *axes)
    return draws.reshape(draw, first, second, -1)


def standardise(numbers: torch.Tensor, planned: dict[str, JsonValue]) -> torch.Tensor:
    """The numbers in stated deviations from the stated mean."""
    mean, deviation = planned["mean"], planned["deviation"]
    scaled: torch.Tensor = numbers * (1 / deviation)
    return scaled.sub_(mean / deviation) if mean else scaled


def describe_constant(draws: torch.Tensor) -> dict[str, JsonValue]:
    """Count, least and largest number of a tensor that is not drawn."""
    return {
        "count": draws.numel(),
        "least": float(draws.min()),
        "largest": float(draws.max()),
    }


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What one pass over the standardized numbers of a tensor finds.

    ``sums``: for each of four axes, the sums and the sums of squares of the numbers at each index. ``bins``: how many numbers are in each bin of 1/128 deviation, counted in every
    ``step``-th row. ``pairs``: see ``choose_pairs``.
    """

    count: int
    sums: list[torch.Tensor]
    bins: torch.Tensor
    farthest: float
    pairs: torch.Tensor


def tally_numbers(drawn: torch.Tensor, planned: dict[str, JsonValue]) -> Tally | None:
    """The tally of draws with four axes; None if a number is infinite or NaN."""
    rows = drawn.flatten(2).flatten(0, 1)
    height = max(1, _BLOCK // rows.shape[1])
    by_row, pairs, farthest = [], [], 0.0
    by_column = torch.zeros(2, rows.shape[1], dtype=torch.float64)
    bins = torch.zeros(_BINS, dtype=torch.int64)
    for start in range(0, len(rows), height):
        block = rows[start : start + height]
        numbers = standardise(block, planned)
        extremes = [abs(float(extreme)) for extreme in numbers.aminmax()]
        if not all(map(isfinite, extremes)):
            return None
        farthest = max(farthest, *extremes)
        bins += _count_bins(numbers[-start % planned["step"] :: planned["step"]])
        pairs.append(choose_pairs(block, planned))
        row_sums, column_sums = numbers.sum(1), numbers.sum(0)
        numbers.square_()
        by_row.append(torch.stack([row_sums, numbers.sum(1)]))
        by_column += torch.stack([column_sums, numbers.sum(0)])
    draws, first, second, taps = drawn.shape
    by_first = torch.cat(by_row, 1).double().view(2, draws, first)
    by_second = by_column.view(2, second, taps)
    return Tally(
        count=drawn.numel(),
        sums=[by_first.sum(2), by_first.sum(1), by_second.sum(2), by_second.sum(1)],
        bins=bins,
        farthest=farthest,
        pairs=torch.cat(pairs),
    )


def _count_bins(numbers: torch.Tensor) -> torch.Tensor:
    places = (numbers * _BINS_PER_DEVIATION).add_(_BINS // 2).clamp_(0, _BINS - 1)
    return torch.bincount(places.flatten().to(torch.int32), minlength=_BINS)


def choose_pairs(numbers: torch.Tensor, planned: dict[str, JsonValue]) -> torch.Tensor:
    """The bits of some pairs of successive numbers, those of the first one in the upper half.

    The first number has an index that ``pair_step`` divides and bits that ``pair_choice`` divides.
    Equal sequences have such pairs at the same places, so that a copy is found wherever it is, if
    it is shifted by a multiple of ``pair_step``.
    """
    bits = numbers.flatten().view(torch.int32)
    firsts = bits[: -1 : planned["pair_step"]]
    places = planned["pair_step"] * (firsts % planned["pair_choice"] == 0).nonzero().flatten()
    return bits[places].long() << 32 | (bits[places + 1].long() & 0xFFFFFFFF)


def describe_moments(numbers: torch.Tensor) -> dict[str, float]:
    """Mean and deviation of standardized numbers."""
    return _moments(numbers.numel(), float(numbers.sum()), float((numbers * numbers).sum()))


def pool_moments(figures: dict[str, JsonValue], more: torch.Tensor) -> dict[str, JsonValue]:
    """Count, mean and deviation of described numbers together with more, all standardized."""
    count, extra = figures["count"], describe_moments(more)
    parts = ((count, figures), (more.numel(), extra))
    return {
        "count": count + more.numel(),
        **_moments(
            count + more.numel(),
            sum(size * part["mean"] for size, part in parts),
            sum(size * part["deviation"] ** 2 for size, part in parts),
        ),
    }


def _moments(count: int, total: float, square: float) -> dict[str, float]:
    """The deviation is that from the stated mean: the root of the mean square."""
    return {"mean": total / count, "deviation": sqrt(square / count)}


def describe_tally(tally: Tally) -> dict[str, JsonValue]:
    """Moments, farthest number, how many are beyond three deviations, distance from normal.

    The distance is the Kolmogorov-Smirnov statistic, the largest difference of the two cumulative
    distributions, taken at the edges of the bins.
    """
    counted = int(tally.bins.sum())
    below = tally.bins.cumsum(0)[:-1] / counted
    return {
        "count": tally.count,
        **_moments(tally.count, *tally.sums[0].sum(1).tolist()),
        "farthest": tally.farthest,
        "beyond": counted - int(tally.bins[_INSIDE].sum()),
        "distance": float((below - _NORMAL_BELOW_EDGES).abs().max()),
    }


def describe_parts(tally: Tally, axis: int) -> dict[str, JsonValue]:
    """The extreme moments of the numbers at one index of an axis, and at half of the indices.

    Halves are the first, the last, the even and the odd indices. Of the parts of each kind, the
    mean that is farthest from zero and the least and the largest deviation are given.
    """
    sums = tally.sums[axis]
    length = sums.shape[1]
    half, per_index = length // 2, tally.count // length
    halves = (sums[:, :half], sums[:, -half:], sums[:, : 2 * half : 2], sums[:, 1 : 2 * half : 2])
    return {
        "index": _extremes(sums, per_index),
        "half": _extremes(torch.stack([part.sum(1) for part in halves], 1), half * per_index),
    }


def spread_of_means(tally: Tally, axis: int) -> float:
    """Deviation of the means at each index of an axis, divided by that of independent numbers."""
    totals = tally.sums[axis][0]
    return sqrt(float(totals.square().mean()) * len(totals) / tally.count)


def _extremes(sums: torch.Tensor, count: int) -> dict[str, float]:
    means, squares = sums / count
    least, largest = squares.sqrt().aminmax()
    return {
        "mean": max(map(float, means.aminmax()), key=abs),
        "least": float(least),
        "largest": float(largest),
    }
