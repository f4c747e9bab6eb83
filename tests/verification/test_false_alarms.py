"""Surprises of figures bound their probabilities, computed by sums, integrals and trials instead."""

from __future__ import annotations

from collections.abc import Callable
from math import comb, erfc, exp, factorial, inf, sqrt

import pytest

from designer.verification.false_alarms import (
    FALSE_ALARM_RATE,
    allowed_surprise,
    cosine_surprise,
    deviation_surprise,
    distance_surprise,
    farthest_surprise,
    mean_surprise,
    product_surprise,
    share_surprise,
    tie_surprise,
)

GRID = [step / 200 for step in range(1, 2_000)]
"""Values at which a probability is compared with its bound."""


def assert_bounds(
    surprise: Callable[[float], float], values: list[float], *, tail: Callable[[float], float]
) -> None:
    """At each value, the probability of one at least as far is at most 2·exp(−surprise)."""
    for value in values:
        assert tail(value) <= 2 * exp(-surprise(value)) * (1 + 1e-9), value


def normal_tail(value: float) -> float:
    """Probability that a normal number is as far from zero."""
    return erfc(abs(value) / sqrt(2))


def chi_square_tail(value: float, degrees: int) -> float:
    """Probability that a sum of an even number of squares is at least as far from its mean."""
    half = value / 2
    events = range(degrees // 2) if value > degrees else range(degrees // 2, degrees // 2 + 100)
    return exp(-half) * sum(half**k / factorial(k) for k in events)


@pytest.mark.parametrize("count", [1, 7, 1_000])
def test_means(count: int) -> None:
    """The mean of n normal numbers is normal with the deviation 1/√n."""
    assert_bounds(
        lambda mean: mean_surprise(mean, count),
        GRID,
        tail=lambda mean: normal_tail(mean * sqrt(count)),
    )


@pytest.mark.parametrize("count", [2, 10, 100])
def test_deviations(count: int) -> None:
    """n·s² is a sum of squares: above one and below one."""
    assert_bounds(
        lambda deviation: deviation_surprise(deviation, count),
        [value for value in GRID if value < 3],
        tail=lambda deviation: chi_square_tail(count * deviation**2, count),
    )


@pytest.mark.parametrize(("count", "share"), [(5, 0.5), (40, 0.1), (300, 0.0027)])
def test_shares(count: int, share: float) -> None:
    """How many of n numbers are in a part of the distribution is binomial."""
    chances = [
        comb(count, found) * share**found * (1 - share) ** (count - found)
        for found in range(count + 1)
    ]
    for found in range(count + 1):
        more, fewer = sum(chances[found:]), sum(chances[: found + 1])
        tail = more if found > count * share else fewer
        assert tail <= exp(-share_surprise(found, count, share)) * (1 + 1e-9)


@pytest.mark.parametrize("expected", [0.01, 1.0, 20.0])
def test_ties(expected: float) -> None:
    """Rare independent events have a Poisson distribution."""
    chances = [exp(-expected) * expected**found / factorial(found) for found in range(100)]
    for found in range(60):
        assert sum(chances[found:]) <= 2 * exp(-tie_surprise(found, expected)) * (1 + 1e-9)


@pytest.mark.parametrize("count", [100, 180_000])
def test_farthest_numbers(count: int) -> None:
    """All n numbers are nearer with probability (1 − p)ⁿ."""
    for value in GRID:
        nearer = (1 - normal_tail(value)) ** count
        tail = min(nearer, 1 - nearer)
        assert tail <= 2 * exp(-farthest_surprise(value, count)) * (1 + 1e-9)


@pytest.mark.parametrize("count", [3, 16, 200])
def test_cosines(count: int) -> None:
    """The cosine of a random direction with a fixed one has the density ∝ (1 − r²)^{(n − 3)/2}."""
    steps = 20_000
    density = [(1 - ((i + 0.5) / steps) ** 2) ** ((count - 3) / 2) for i in range(steps)]
    total, above = sum(density), 0.0
    tails = {}
    for i in reversed(range(steps)):
        above += density[i]
        tails[i / steps] = above / total
    values = [value for value in list(tails)[::50] if value > 0]
    assert_bounds(lambda r: cosine_surprise(r, count), values, tail=lambda r: tails[r] * 0.999)


def test_distances() -> None:
    """The limit distribution of Kolmogorov: 2·Σ (−1)^{k − 1}·exp(−2·k²·x²)."""

    def tail(distance: float) -> float:
        terms = ((-1) ** (k - 1) * exp(-2 * k * k * 10_000 * distance**2) for k in range(1, 200))
        return 2 * sum(terms)

    values = [0.0001 * step for step in range(20, 400)]
    assert_bounds(lambda distance: distance_surprise(distance, 10_000), values, tail=tail)


def test_products() -> None:
    """The bound of Laurent and Massart is inverted: u = 2·√(x/n) + 2·x/n."""
    for nats in (0.5, 10.0, 30.0):
        shared = 2 * sqrt(nats / 64) + 2 * nats / 64
        assert product_surprise(shared, 64) == pytest.approx(nats)
    assert product_surprise(-1.0, 64) == 0.0


def test_impossible_figures_have_no_bound() -> None:
    """A figure that no numbers can have is infinitely surprising."""
    assert deviation_surprise(0.0, 9) == deviation_surprise(-1.0, 9) == inf
    assert distance_surprise(-0.1, 9) == inf
    assert share_surprise(-1, 9, 0.5) == share_surprise(10, 9, 0.5) == inf
    assert tie_surprise(-1, 1.0) == inf
    assert cosine_surprise(1.1, 9) == cosine_surprise(-1.5, 9) == inf


def test_the_rate_is_divided_by_figures_and_comparisons() -> None:
    """All comparisons of all figures together fail by chance at the stated rate."""
    nats = allowed_surprise(comparisons=10, figures=600)
    assert 600 * 10 * 2 * exp(-nats) == pytest.approx(FALSE_ALARM_RATE)
