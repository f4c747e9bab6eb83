"""The bounds of the initial map equal brute force where both of them bind.

Random small spaces have no map with every side above the upper bound: these have.
"""

from __future__ import annotations

import pytest

from designer.brief.search_space import Exact, SearchSpace
from designer.chains.count import count_chains
from designer.chains.ranked_chains import rank_chains
from designer.chains.search_problem import SearchProblem
from tests.chains.brute_force import Found, best_chains
from tests.chains.random_spaces import NARROW, Case


def make_space(*, anisotropic: bool, exact: Exact = Exact.PREFER, layers: int = 2) -> SearchSpace:
    return SearchSpace(
        kernel_sizes=(2, 3),
        strides=(1, 2) if anisotropic else (2,),
        exact=exact,
        max_layers=layers,
        anisotropic=anisotropic,
    )


CASES: dict[str, Case] = {
    "every side just above": ((17, 17), make_space(anisotropic=True)),
    "unequal, both bounds": ((34, 18), make_space(anisotropic=True, exact=Exact.REQUIRE, layers=3)),
    "from 2, each axis for itself": (
        (16, 9),
        make_space(anisotropic=True, exact=Exact.REQUIRE, layers=3),
    ),
    "one axis that stays": ((36, 16), make_space(anisotropic=True)),
    "twice the bound": ((32, 33), make_space(anisotropic=True, layers=1)),
    "three axes": ((17, 18, 34), make_space(anisotropic=True, exact=Exact.REQUIRE, layers=1)),
    "one axis by itself": ((132,), make_space(anisotropic=True, exact=Exact.REQUIRE, layers=4)),
    "one axis": ((129,), make_space(anisotropic=False, layers=3)),
    "both axes alike": ((33, 34), make_space(anisotropic=False, layers=2)),
    "both axes alike, from 2": ((19, 20), make_space(anisotropic=False, layers=3)),
    "just below": ((3, 35), make_space(anisotropic=False, layers=3)),
}


def brute_force(name: str) -> list[Found]:
    """Every chain of a case, best first."""
    target, space = CASES[name]
    return best_chains(target, space, NARROW)


@pytest.mark.parametrize("name", CASES)
def test_count_and_order_equal_brute_force_at_the_bounds(name: str) -> None:
    """The shorter side of the initial map is from 2 to 16, on one axis from 2 to 64."""
    target, space = CASES[name]
    found = brute_force(name)
    problem = SearchProblem(target=target, space=space, widths=NARROW)
    assert count_chains(problem) == len(found)
    assert [chain.sizes for chain in rank_chains(problem)] == [tuple(sizes) for sizes, _ in found]


def test_the_cases_reach_both_bounds() -> None:
    """Initial maps with the shorter side 2 and with 16, and sides above it."""
    starts = {
        sizes[0]
        for name, (target, _) in CASES.items()
        if len(target) == 2
        for sizes, _ in brute_force(name)
    }
    assert {2, 16} <= {min(start) for start in starts}
    assert max(max(start) for start in starts if min(start) == 16) > 16


def test_the_anisotropic_count_of_64() -> None:
    """It is the number of chains that the complete ranking lists."""
    space = SearchSpace(kernel_sizes=(4,), strides=(1, 2), max_layers=3, anisotropic=True)
    problem = SearchProblem(target=(64, 64), space=space, widths=NARROW)
    assert count_chains(problem) == sum(1 for _ in rank_chains(problem))
