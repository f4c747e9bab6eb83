"""How surprising a figure of random numbers is: a bound on the probability of one as far away.

Each function returns nats: with probability at most 2·exp(−x), the figure of independent normal
numbers has a surprise of x or more. All are bounds for any count, not approximations for large ones,
except ``tie_surprise``, which takes pairs of equal numbers as independent events.
"""

from __future__ import annotations

from math import erfc, inf, log, log1p, sqrt

FALSE_ALARM_RATE = 1e-9
"""Largest probability that a receipt refutes a correct ``weights_init`` by chance."""

_ROUNDING = 2.0**-20
"""Bound on the error of a cosine in float32; two vectors of one number have one of exactly ±1."""


def allowed_surprise(comparisons: int, figures: int) -> float:
    """Nats that each of ``comparisons`` numbers of one of ``figures`` figures may have.

    The rate is divided evenly among the figures of a receipt, and then among the comparisons of one
    (the union bound).
    """
    return log(2 * comparisons * figures / FALSE_ALARM_RATE)


def mean_surprise(mean: float, count: int) -> float:
    """Mean of standardized numbers: n·m²/2 (Chernoff's bound for the normal distribution)."""
    return count * mean * mean / 2


def deviation_surprise(deviation: float, count: int) -> float:
    """Deviation of standardized numbers: n/2·(s² − 1 − ln s²) (Chernoff's bound for χ²)."""
    if not 0 < deviation < inf:
        return inf
    square = deviation * deviation
    return count / 2 * (square - 1 - log(square))


def distance_surprise(distance: float, count: int) -> float:
    """Largest difference of cumulative distributions: 2·n·D² (Massart, Ann. Probab. 18, 1990)."""
    return 2 * count * distance * distance if distance >= 0 else inf


def share_surprise(found: float, count: int, share: float) -> float:
    """Count of a share of numbers: n·KL(found/n ‖ share) (Chernoff's bound for the binomial)."""
    if not 0 <= found <= count:
        return inf
    odds = ((found, count * share), (count - found, count * (1 - share)))
    return sum(number * log(number / expected) for number, expected in odds if number)


def tie_surprise(found: float, expected: float) -> float:
    """Count of rare events above what is expected: k·ln(k/λ) − k + λ (Chernoff, Poisson)."""
    if not 0 <= found < inf:
        return inf
    return found * log(found / expected) - found + expected if found > expected else 0.0


def farthest_surprise(farthest: float, count: int) -> float:
    """Largest absolute value of standardized numbers: n·p if none is as far, −ln(n·p) if one is.

    p is the probability of a number beyond it.
    """
    beyond = erfc(farthest / sqrt(2)) if farthest >= 0 else 1.0
    return max(count * beyond, -log(count * beyond) if beyond else inf)


def cosine_surprise(cosine: float, count: int) -> float:
    """Cosine of two vectors in float32, less a bound on its rounding: −(n − 1)/2·ln(1 − r²).

    A share x = (1 − r²)^{(n − 1)/2} bounds the two caps of a sphere that are at least as close to
    its axis, if r² is at least 2/(π·(n − 1)); below that, x is near one in any case.
    """
    least = max(abs(cosine) - _ROUNDING, 0.0)
    return -(count - 1) / 2 * log1p(-least * least) if least < 1 else inf


def product_surprise(shared: float, count: int) -> float:
    """``shared`` of the probe: n·((√(1 + 2·u) − 1)/2)² for u > 0.

    Given one half of the columns, it is a quadratic form of the normal numbers in the other half,
    with a norm of one for each of its n columns (Laurent & Massart, Ann. Stat. 28, 2000, Lemma 1).
    """
    return count * ((sqrt(1 + 2 * shared) - 1) / 2) ** 2 if shared > 0 else 0.0
