"""The factor of a decoder: what it multiplies every size of its initial map by."""

from __future__ import annotations

from collections.abc import Iterable

from designer.errors import FieldError
from designer.geometry.layers import Size, Windows
from designer.validation.field_validators import field_error

MAX_ADDED_PRIME = 13
"""Largest prime of a factor that becomes a stride beside the default ones."""


def prime_factors(number: int) -> tuple[int, ...]:
    """The primes of a number, ascending, each as often as it divides it.

    >>> prime_factors(275), prime_factors(1)
    ((5, 5, 11), ())
    """
    primes, divisor = [], 2
    while divisor * divisor <= number:
        while number % divisor == 0:
            primes.append(divisor)
            number //= divisor
        divisor += 1
    return (*primes, number) if number > 1 else tuple(primes)


def whole_factor(initial: Size, target: Size) -> Size:
    """What an initial size is multiplied by to give a target; empty if it does not divide it.

    >>> whole_factor((32,), (8800,)), whole_factor((7, 5), (218, 178))
    ((275,), ())
    """
    pairs = list(zip(target, initial, strict=False))
    if len(initial) != len(target) or any(side < 1 or goal % side for goal, side in pairs):
        return ()
    return tuple(goal // side for goal, side in pairs)


def per_axis_size(sides: Size | int, *, axes: int) -> Size:
    """One number per axis, of an integer for all axes or of a sequence.

    >>> per_axis_size(4, axes=2)
    (4, 4)
    """
    return (sides,) * axes if isinstance(sides, int) else tuple(sides)


def added_primes(factor: Size, known: Iterable[int]) -> tuple[int, ...]:
    """The primes of a factor that become strides beside the known ones; none if one is too large.

    >>> added_primes((275,), (2, 3, 4, 5)), added_primes((34,), (2, 3))
    ((11,), ())
    """
    primes = {prime for each in factor for prime in prime_factors(each)}
    if max(primes, default=1) > MAX_ADDED_PRIME:
        return ()
    return tuple(sorted(primes.difference(known)))


def factor_chain_errors(windows: tuple[Windows, ...], factor: Size) -> list[FieldError]:
    """Errors of given windows that do not multiply every size by the factor."""
    product, offset = [1] * len(factor), [0] * len(factor)
    for step in windows:
        for axis, window in enumerate(step):
            product[axis] *= window.stride
            offset[axis] = offset[axis] * window.stride + window.offset
    exact = all(window.offset == 0 for step in windows for window in step)
    if exact and tuple(product) == factor:
        return []
    facts = {"product": product, "offset": offset, "factor": list(factor)}
    return [field_error("/chain", "contradiction", sentence="chain_without_factor", **facts)]
