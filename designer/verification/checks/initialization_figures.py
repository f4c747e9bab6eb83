"""The figures of a tensor that ``weights_init`` draws, and how surprising each value is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from math import comb, erf, inf, log, pi, prod, sqrt

from designer.reasons import Reason, make_reason
from designer.verification.false_alarms import (
    cosine_surprise,
    deviation_surprise,
    distance_surprise,
    farthest_surprise,
    mean_surprise,
    product_surprise,
    share_surprise,
    tie_surprise,
)
from designer.verification.initialization_plan import (
    COMMON_PREFIX,
    PAIR_CHOICE,
    PAIR_STEP,
    TIE_SAMPLE,
    InitialTensor,
)

_SHARE_BEYOND_THREE = 1 - erf(3 / sqrt(2))
_ROUNDINGS = 1.5
"""A number is rounded when it is drawn and again when it is scaled, which makes more ties."""

_HALVES = 4
_FLOAT32_BITS = 23
_LIMIT = 2.0**40
"""Beyond every figure."""

_BISECTIONS = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure of a tensor: where it is among the measurements, and the surprise of a value.

    It is the most surprising one of ``comparisons`` numbers, and ``expected`` has little surprise.
    A value times ``scale`` plus ``origin`` is in the unit of the weights.
    """

    label: Reason
    keys: tuple[str, ...]
    surprise: Callable[[float], float]
    expected: float = 0.0
    comparisons: int = 1
    origin: float = 0.0
    scale: float = 1.0

    def in_weights(self, value: float) -> float:
        """A value in the unit of the weights."""
        return self.origin + self.scale * value

    def bounds(self, allowed: float) -> tuple[float, float]:
        """The least and the largest value with an allowed surprise; infinite if any is allowed."""
        low, high = (self._bound(allowed, end) for end in (-_LIMIT, _LIMIT))
        return self.in_weights(low), self.in_weights(high)

    def _bound(self, allowed: float, refused: float) -> float:
        if self.surprise(refused) <= allowed:
            return inf if refused > 0 else -inf
        accepted = self.expected
        for _ in range(_BISECTIONS):
            middle = (accepted + refused) / 2
            if self.surprise(middle) <= allowed:
                accepted = middle
            else:
                refused = middle
        return accepted


def planned_figures(
    tensor: InitialTensor, before: list[InitialTensor], repeats: float
) -> list[Figure]:
    """The figures of a tensor that is drawn.

    ``before``: the other tensors of the network that are drawn before it. ``repeats``: see
    ``expected_repeats``.
    """
    return [
        *moment_figures(tensor, tensor.pooled),
        *_shape_figures(tensor, repeats),
        *_draw_figures(tensor),
        *(figure for axis in tensor.samples for figure in _axis_figures(tensor, axis)),
        *(
            Figure(
                label=make_reason("correlation_with", tensor=other.name),
                keys=("layers", other.name),
                surprise=partial(
                    cosine_surprise, count=min(tensor.size, other.size, COMMON_PREFIX)
                ),
            )
            for other in before
        ),
    ]


def moment_figures(tensor: InitialTensor, count: int) -> list[Figure]:
    """Mean and deviation of ``count`` pooled numbers, which is the planned number or the larger one.

    If more could have been drawn, a deviation of the planned number must be unsuspicious.
    """
    mean, deviation = _moments(tensor, None, (), count)
    if count == tensor.pooled and tensor.more_draws:
        allowed = tensor.unsuspicious_error
        deviation = replace(
            deviation, surprise=lambda found: 0.0 if abs(found - 1) <= allowed else inf
        )
    return [mean, deviation]


def _moments(
    tensor: InitialTensor, part: Reason | None, keys: tuple[str, ...], count: int
) -> tuple[Figure, Figure]:
    return (
        Figure(
            label=_moment("mean", part),
            keys=(*keys, "mean"),
            surprise=partial(mean_surprise, count=count),
            origin=tensor.mean,
            scale=tensor.deviation,
        ),
        Figure(
            label=_moment("deviation", part),
            keys=(*keys, "deviation"),
            surprise=partial(deviation_surprise, count=count),
            expected=1.0,
            scale=tensor.deviation,
        ),
    )


def _moment(name: str, part: Reason | None) -> Reason:
    """A moment of all numbers of a tensor, or of a part of them."""
    return make_reason(name if part is None else f"{name}_of_part", part=part)


def _shape_figures(tensor: InitialTensor, repeats: float) -> Iterator[Figure]:
    yield Figure(
        label=make_reason("distance_from_normal"),
        keys=("distance",),
        surprise=partial(distance_surprise, count=tensor.counted),
    )
    yield Figure(
        label=make_reason("beyond_three_deviations", count=tensor.counted),
        keys=("beyond",),
        surprise=partial(share_surprise, count=tensor.counted, share=_SHARE_BEYOND_THREE),
        expected=tensor.counted * _SHARE_BEYOND_THREE,
    )
    yield Figure(
        label=make_reason("farthest_number"),
        keys=("farthest",),
        surprise=partial(farthest_surprise, count=tensor.pooled),
        expected=sqrt(2 * log(tensor.pooled)),
    )
    ties = coincidence(tensor.mean, tensor.deviation) * TIE_SAMPLE**2 / 2
    yield Figure(
        label=make_reason("ties", count=TIE_SAMPLE),
        keys=("ties",),
        surprise=partial(tie_surprise, expected=_ROUNDINGS * ties),
    )
    yield Figure(
        label=make_reason("earlier_pairs"),
        keys=("repeats",),
        surprise=partial(tie_surprise, expected=_ROUNDINGS * repeats),
    )


def _draw_figures(tensor: InitialTensor) -> Iterator[Figure]:
    if tensor.pooled_draws > 1:
        yield Figure(
            label=make_reason("spread_of_draws"),
            keys=("draws", "spread"),
            surprise=partial(deviation_surprise, count=tensor.pooled_draws),
            expected=1.0,
        )
    yield Figure(
        label=make_reason("correlation_of_draws"),
        keys=("draws", "correlation"),
        surprise=partial(cosine_surprise, count=tensor.compared),
    )
    for which, part in (("first", "first_draw"), ("second", "second_draw")):
        yield from _moments(tensor, make_reason(part), ("draws", which), tensor.compared)


def _axis_figures(tensor: InitialTensor, axis: str) -> Iterator[Figure]:
    """The figures of parts along an axis, and of the dependence between its indices."""
    yield from _part_figures(tensor, axis)
    yield from _dependence_figures(tensor, axis)


def _part_figures(tensor: InitialTensor, axis: str) -> Iterator[Figure]:
    """The moments of single indices and of halves, and the spread of the means."""
    length = tensor.axes[axis]
    per_index = tensor.pooled // length
    for kind, part, comparisons, count in (
        ("index", "one_of_axis", length, per_index),
        ("half", "half_of_axis", _HALVES, length // 2 * per_index),
    ):
        keys = ("axes", axis, kind)
        where = make_reason(part, axis=make_reason(axis))
        mean, deviation = _moments(tensor, where, keys, count)
        yield replace(mean, comparisons=comparisons)
        for extreme in ("least", "largest"):
            yield replace(
                deviation,
                label=_moment(f"{extreme}_deviation", where),
                keys=(*keys, extreme),
                comparisons=comparisons,
            )
    yield Figure(
        label=make_reason("spread_along", axis=make_reason(axis)),
        keys=("axes", axis, "spread"),
        surprise=partial(deviation_surprise, count=length),
        expected=1.0,
    )


def _dependence_figures(tensor: InitialTensor, axis: str) -> Iterator[Figure]:
    """Correlations of the indices of an axis."""
    place, counts = tensor.samples[axis]
    rows, columns = counts[place], prod(counts) // counts[place]
    yield Figure(
        label=make_reason("correlation_of_two", axis=make_reason(axis)),
        keys=("axes", axis, "pair"),
        surprise=partial(cosine_surprise, count=columns // 2 * 2),
        comparisons=comb(rows, 2),
    )
    yield Figure(
        label=make_reason("common_correlation", axis=make_reason(axis)),
        keys=("axes", axis, "shared"),
        surprise=partial(product_surprise, count=columns // 2),
    )
    yield Figure(
        label=make_reason("deviation_of_sums", axis=make_reason(axis)),
        keys=("axes", axis, "together"),
        surprise=partial(deviation_surprise, count=columns),
        expected=1.0,
    )


def expected_repeats(tensors: list[InitialTensor]) -> float:
    """Bound on the expected number of chosen pairs of successive numbers that occur earlier."""
    chosen_from = sum(
        coincidence(tensor.mean, tensor.deviation) * tensor.pooled / PAIR_STEP for tensor in tensors
    )
    return chosen_from**2 / 2 / PAIR_CHOICE


@cache
def coincidence(mean: float, deviation: float) -> float:
    """Probability that two normal numbers have the same float32: ∫ f(x)²·(distance of floats) dx."""
    total = 0.0
    for exponent in range(-60, 8):
        spacing = 2.0 ** (exponent - _FLOAT32_BITS)
        for sign in (-1, 1):
            ends = (sign * 2.0**exponent, sign * 2.0 ** (exponent + 1))
            low, high = (erf((end - mean) / deviation) for end in sorted(ends))
            total += spacing * (high - low) / 2
    return total / (2 * sqrt(pi) * deviation)
