"""Mixed-radix packing of numbers into one large integer, and unpacking.

A number below 3 takes log2(3) bits. Every list of numbers has exactly one packing, so a text made
from it is canonical.
"""

from __future__ import annotations


class Packer:
    """Packs numbers in order; ``packed`` is the result.

    >>> packer = Packer()
    >>> packer.write_uniform(2, bound=3)
    >>> packer.write_natural(64)
    >>> reader = Unpacker(packer.packed)
    >>> reader.read_uniform(bound=3), reader.read_natural()
    (2, 64)
    """

    def __init__(self) -> None:
        self._digits: list[tuple[int, int]] = []

    def write_uniform(self, value: int, *, bound: int) -> None:
        """Append a number from 0 to ``bound`` − 1."""
        assert 0 <= value < bound, f"{value} is not below {bound}"
        self._digits.append((value, bound))

    def write_flag(self, value: bool) -> None:
        """Append a flag."""
        self.write_uniform(int(value), bound=2)

    def write_natural(self, value: int, *, exponents: int = 32) -> None:
        """Append a number from 0 to 2 ** ``exponents`` − 2; small ones are short."""
        exponent = (value + 1).bit_length() - 1
        self.write_uniform(exponent, bound=exponents)
        self.write_uniform(value + 1 - (1 << exponent), bound=1 << exponent)

    @property
    def packed(self) -> bytes:
        """All numbers, in as few bytes as possible."""
        total = 0
        for value, bound in reversed(self._digits):
            total = total * bound + value
        return total.to_bytes((total.bit_length() + 7) // 8, "big")


class Unpacker:
    """Reads the numbers of a ``Packer`` in the same order, with the same bounds."""

    def __init__(self, packed: bytes) -> None:
        self._remaining = int.from_bytes(packed, "big")

    def read_uniform(self, *, bound: int) -> int:
        """The next number, which was packed with ``bound``."""
        self._remaining, value = divmod(self._remaining, bound)
        return value

    def read_flag(self) -> bool:
        """The next flag."""
        return bool(self.read_uniform(bound=2))

    def read_natural(self, *, exponents: int = 32) -> int:
        """The next number written by ``write_natural``."""
        exponent = self.read_uniform(bound=exponents)
        return self.read_uniform(bound=1 << exponent) + (1 << exponent) - 1
