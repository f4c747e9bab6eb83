"""Packing numbers of mixed radix and unpacking them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from designer.brief.permalink.mixed_radix import Packer, Unpacker


@given(numbers=st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 10**6))))
def test_unpacking_gives_the_packed_numbers(numbers: list[tuple[int, int]]) -> None:
    packer = Packer()
    for value, bound in numbers:
        packer.write_uniform(value % bound, bound=bound)
        packer.write_natural(value)
    reader = Unpacker(packer.packed)
    for value, bound in numbers:
        assert reader.read_uniform(bound=bound) == value % bound
        assert reader.read_natural() == value
