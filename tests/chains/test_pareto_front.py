"""Pareto fronts, compared with the definition on random triples, and frontiers with whole lists."""

from __future__ import annotations

from random import Random

import pytest

from designer.brief.search_space import Exact, Overlap, SearchSpace
from designer.chains.frontier import find_frontier
from designer.chains.pareto_front import ParetoFront, Triple, keep_non_dominated
from designer.chains.preference_order import window_columns
from designer.chains.ranked_chains import rank_chains
from designer.chains.search_problem import SearchProblem
from designer.geometry.chain import Chain
from designer.geometry.layers import Size
from tests.chains.brute_force import departure_of, figures_of
from tests.chains.random_spaces import NARROW
from tests.support import soak_count


def at_most(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether no number of the first is larger."""
    return all(a <= b for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("side", [2, 3, 5])
def test_fronts_are_those_of_the_definition(side: int) -> None:
    """With many equal numbers: what is kept, and what any triple of the space is dominated by."""
    random = Random(side)
    every = [(a, b, c) for a in range(side) for b in range(side) for c in range(side)]
    for _ in range(soak_count(60, 1000)):
        triples: list[Triple] = random.choices(every, k=random.randint(1, 12))
        kept = keep_non_dominated(triples)
        assert kept == sorted(
            {t for t in triples if not any(o != t and at_most(o, t) for o in triples)}
        )
        front = ParetoFront(triples)
        assert [front.dominates(t) for t in every] == [
            any(at_most(o, t) for o in triples) for t in every
        ]


MIDDLE: dict[str, tuple[Size, SearchSpace]] = {
    "kernels": ((33, 41), SearchSpace(kernel_sizes=(3, 4, 5), strides=(2,), max_layers=4)),
    "strides": ((40, 36), SearchSpace(kernel_sizes=(4, 6), strides=(2, 3), max_layers=4)),
    "any offset": (
        (22, 22),
        SearchSpace(
            kernel_sizes=(4,), strides=(2,), exact=Exact.ANY, output_padding=False, max_layers=3
        ),
    ),
    "even overlap": (
        (48, 30),
        SearchSpace(kernel_sizes=(4, 6), strides=(2, 3), overlap=Overlap.EVEN, max_layers=3),
    ),
    "one axis": ((144,), SearchSpace(kernel_sizes=(4, 8), strides=(2, 4), max_layers=4)),
    "each axis for itself": (
        (8, 6),
        SearchSpace(kernel_sizes=(3,), strides=(1, 2), max_layers=3, anisotropic=True),
    ),
    "each axis for itself, any offset": (
        (8, 6),
        SearchSpace(
            kernel_sizes=(4, 6), strides=(1, 2, 3), exact=Exact.ANY, max_layers=1, anisotropic=True
        ),
    ),
}
"""Spaces of hundreds of chains, which the ranking lists and brute force does not."""


def costs_of(chain: Chain, space: SearchSpace) -> tuple[int, int, int, int]:
    """Departure, layers, parameters and multiply-adds, by the formulas of brute force."""
    layers = [tuple(zip(*window_columns(step), strict=True)) for step in chain.windows]
    found: tuple[list[Size], list[tuple[tuple[int, int, int, int, int], ...]]]
    found = [*chain.sizes], layers  # type: ignore[assignment]
    return departure_of(found, space), len(layers), *figures_of(found, NARROW)


@pytest.mark.parametrize("name", MIDDLE)
def test_a_frontier_has_the_first_chain_of_every_point(name: str) -> None:
    """Of the points of all chains in order of preference that no other point dominates."""
    target, space = MIDDLE[name]
    problem = SearchProblem(target=target, space=space, widths=NARROW)
    first: dict[tuple[int, ...], Chain] = {}
    for chain in rank_chains(problem):
        first.setdefault(costs_of(chain, space), chain)
    wanted = {p: c for p, c in first.items() if not any(o != p and at_most(o, p) for o in first)}
    assert find_frontier(problem) == wanted
    assert len(first) > len(wanted) > 1
