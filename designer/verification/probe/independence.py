"""Whether the numbers that ``weights_init`` draws are independent of each other.

Within a tensor, a sample is a matrix whose rows are the indices of one axis. Rows are independent if
no two of them are correlated.
"""

from __future__ import annotations

from math import isfinite

import torch

_BUCKETS = 2**16
"""Equal numbers have equal last bits; few others share them."""


def sample_rows(drawn: torch.Tensor, counts: list[int], axis: int) -> torch.Tensor:
    """A matrix of draws with four axes: one row for each index of ``axis``.

    ``counts``: how many draws and indices of each axis are sampled, at equal distances.
    """
    shares = [count / length for count, length in zip(counts, drawn.shape, strict=True)]
    for other in sorted(range(4), key=shares.__getitem__):  # the smallest share first: less to copy
        count, length = counts[other], drawn.shape[other]
        if count < length:
            drawn = drawn.index_select(other, torch.arange(count) * length // count)
    return drawn.movedim(axis, 0).flatten(1)


def describe_rows(rows: torch.Tensor) -> dict[str, float]:
    """How strongly the rows of a matrix of standardized numbers depend on each other.

    ``together``: deviation of the sums of all rows, divided by that of independent ones. ``pair``:
    the largest correlation of two rows. ``shared``: the products of rows in one half of the columns,
    multiplied by those in the other half and divided by the root of their sum of squares.
    """
    half = rows.shape[1] // 2
    one, other = (part @ part.T for part in (rows[:, :half], rows[:, half : 2 * half]))
    one.fill_diagonal_(0.0)
    shared = float((one * other).sum() / torch.linalg.vector_norm(one)) / half
    cosines = one.add_(other)
    lengths = rows[:, : 2 * half].square().sum(1).rsqrt_()
    cosines.mul_(lengths[:, None]).mul_(lengths).fill_diagonal_(0.0)
    return {
        "together": float(rows.sum(0).square_().mean() / len(rows)) ** 0.5,
        "pair": max(map(abs, map(float, cosines.aminmax()))),
        "shared": shared,
    }


def correlation(one: torch.Tensor, other: torch.Tensor) -> float:
    """Cosine of the angle between two vectors of standardized numbers; 0 if it is undefined."""
    lengths = torch.linalg.vector_norm(one) * torch.linalg.vector_norm(other)
    cosine = float((one * other).sum() / lengths)
    return cosine if isfinite(cosine) else 0.0


def correlate_tensors(tensors: dict[str, torch.Tensor]) -> dict[str, dict[str, float]]:
    """Correlation of the first numbers of each tensor with those of each tensor before it."""
    found: dict[str, dict[str, float]] = {}
    for name, numbers in tensors.items():
        found[name] = {
            before: correlation(
                *(each[: min(len(numbers), len(other))] for each in (numbers, other))
            )
            for before, other in tensors.items()
            if before in found
        }
    return found


def count_ties(numbers: torch.Tensor, sampled: int) -> int:
    """How many of some numbers equal another one, each after the first.

    There is one number at a random place in each of ``sampled`` stretches of equal length.
    """
    length = numbers.numel() // sampled
    places = torch.randint(length, (sampled,), generator=torch.Generator().manual_seed(0))
    bits = numbers.flatten()[places + length * torch.arange(sampled)].view(torch.int32)
    last_bits = bits & (_BUCKETS - 1)
    shared = torch.bincount(last_bits, minlength=_BUCKETS)[last_bits] > 1
    ordered = bits[shared].sort().values  # sorting all of them takes twice as long
    return int((ordered[1:] == ordered[:-1]).sum())


def count_repeats(pairs: dict[str, torch.Tensor]) -> dict[str, int]:
    """For each tensor, how many of its pairs occurred before, in it or in another one."""
    if not pairs:
        return {}
    owners = torch.arange(len(pairs)).repeat_interleave(torch.tensor([*map(len, pairs.values())]))
    values, order = torch.cat([*pairs.values()]).sort(stable=True)
    repeated = owners[order[1:][values[1:] == values[:-1]]]
    counts: list[int] = torch.bincount(repeated, minlength=len(pairs)).tolist()
    return dict(zip(pairs, counts, strict=True))
