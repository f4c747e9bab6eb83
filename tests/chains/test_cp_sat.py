"""Optimality beyond brute force: CP-SAT finds the same figures for a given number of layers."""

from __future__ import annotations

from random import Random

import pytest

from benchmarks.cp_sat import CpSatModel
from designer.brief.search_space import SearchSpace
from designer.chains import solve_chain
from designer.chains.preference_order import unpack_key
from designer.chains.reference_design import reference_design
from designer.chains.solution import chain_key
from designer.geometry.layers import Size
from tests.chains.random_spaces import WIDTHS
from tests.support import soak_count

SPACE = SearchSpace.default(axes=2)
NAMED = [(64, 64), (90, 90), (97, 97), (218, 178), (1080, 1920), (4095, 4000)]


def some_targets(number: int) -> list[Size]:
    """The named targets, and random ones up to 4096 whose sides differ in scale."""
    random = Random(4096)
    return NAMED + [
        (int(2 ** random.uniform(3, 12)), int(2 ** random.uniform(3, 12)))
        for _ in range(number - len(NAMED))
    ]


@pytest.mark.parametrize(
    "target", some_targets(soak_count(12, 60)), ids=lambda size: "x".join(map(str, size))
)
def test_best_chain_matches_cp_sat_optimum(target: Size) -> None:
    """Every criterion of the order, optimized one after the other, has the same value."""
    chain = solve_chain(target, space=SPACE, widths=WIDTHS).chain
    key = chain_key(chain, reference=reference_design(SPACE, axes=2), widths=WIDTHS)
    figures = unpack_key(key)
    optimum = CpSatModel(target, len(chain.windows), SPACE, WIDTHS).optimum()
    assert optimum is not None
    late = bool(figures["inexact"]) or figures["departure"] > 6
    assert optimum == {"late": late} | {name: figures[name] for name in optimum if name != "late"}


@pytest.mark.parametrize("target", [(64, 64), (97, 97), (131, 77)])
@pytest.mark.parametrize("more", [-1, 1])
def test_no_other_number_of_layers_is_better(target: Size, more: int) -> None:
    """With one layer more or fewer, CP-SAT's optimum ranks after the chosen chain."""
    chain = solve_chain(target, space=SPACE, widths=WIDTHS).chain
    figures = unpack_key(chain_key(chain, reference=reference_design(SPACE, axes=2), widths=WIDTHS))
    other = CpSatModel(target, len(chain.windows) + more, SPACE, WIDTHS).optimum()
    if other is None:
        return
    steps = ("departure", "uneven", "unread", "inexact", "offset_sum", "kernel_distance")
    ours = [bool(figures["inexact"]) or figures["departure"] > 6, *(figures[s] for s in steps)]
    theirs = [other["late"], *(other[step] for step in steps)]
    assert (ours, figures["initial_rank"]) <= (theirs, other["initial_rank"])
