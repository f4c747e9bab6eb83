"""Chunks of rows: every row once, as few chunks as their length allows."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest

from service.jobs.chunks import indices_outside, split_in_half, split_indices

SUBSETS = [rows for count in range(8) for rows in combinations(range(7), count)]


@pytest.mark.parametrize("length", range(1, 9))
def test_indices_are_in_one_chunk_each(length: int) -> None:
    """A chunk ends where an index is missing or where it is full, and not before."""
    for rows in SUBSETS:
        chunks = list(split_indices(rows, length))
        assert [index for start, stop in chunks for index in range(start, stop)] == [*rows]
        assert all(1 <= stop - start <= length for start, stop in chunks)
        for (start, stop), (after, _) in pairwise(chunks):
            assert stop < after or stop - start == length


def test_indices_outside_of_chunks_are_in_none() -> None:
    """Also where chunks overlap or are outside of the indices."""
    for rows in SUBSETS:
        for taken in ([], [(0, 7)], [(2, 4), (3, 5)], [(6, 9)]):
            covered = {index for start, stop in taken for index in range(start, stop)}
            assert indices_outside(rows, taken) == sorted({*rows} - covered)


@pytest.mark.parametrize("length", range(12))
def test_halves_are_the_chunk(length: int) -> None:
    """Two that differ by at most one row, the first not shorter; one of a row; none of nothing."""
    halves = split_in_half(5, 5 + length)
    assert [index for start, stop in halves for index in range(start, stop)] == [
        *range(5, 5 + length)
    ]
    assert len(halves) == min(length, 2)
    sizes = [stop - start for start, stop in halves]
    assert sizes == sorted(sizes, reverse=True)
    assert not sizes or length == 1 or sizes[0] - sizes[-1] <= 1
