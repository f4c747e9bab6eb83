"""The best chain: equal to brute force in the complete order and to independent results."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from designer.brief.search_space import SearchSpace
from designer.chains import solve_chain
from designer.chains.preference_order import window_columns
from designer.errors import NoChain
from designer.geometry.layers import Window
from tests.chains.brute_force import best_chains, departure_of, figures_of
from tests.chains.random_spaces import NARROW, WIDTHS, small_cases
from tests.support import soak_count

CASES = json.loads((Path(__file__).parents[1] / "data/default_chains.json").read_text())

Row = dict[str, list[int]]


def window_rows(windows: tuple[tuple[Window, ...], ...]) -> list[Row]:
    names = ("kernel_size", "stride", "dilation", "padding", "output_padding")
    return [{name: [getattr(w, name) for w in step] for name in names} for step in windows]


@pytest.mark.parametrize("case", CASES, ids=lambda case: "x".join(map(str, case["to"])))
def test_default_answer_is_the_one_found_independently(case: dict[str, object]) -> None:
    """The default answers equal those of an independent solver."""
    target = tuple(case["to"])  # type: ignore[arg-type]
    solution = solve_chain(target, space=SearchSpace.default(axes=2), widths=WIDTHS)
    assert [list(size) for size in solution.chain.sizes] == case["sizes"]
    assert window_rows(solution.chain.windows) == case["windows"]
    assert solution.departure == case["departure"]


@pytest.mark.parametrize("widths", [WIDTHS, NARROW], ids=["default", "narrow"])
@settings(max_examples=soak_count(50, 2000), suppress_health_check=list(HealthCheck))
@given(case=small_cases())
def test_best_chain_equals_brute_force_under_the_whole_order(widths, case) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """No chain of the space comes before the one that is returned."""
    target, space = case
    found = best_chains(target, space, widths)
    if not found:
        with pytest.raises(NoChain):
            solve_chain(target, space=space, widths=widths)
        return
    solution = solve_chain(target, space=space, widths=widths)
    sizes, chosen = found[0]
    assert list(solution.chain.sizes) == sizes
    assert [window_columns(step) for step in solution.chain.windows] == [
        tuple(zip(*layer, strict=True)) for layer in chosen
    ]
    assert solution.departure == departure_of(found[0], space)
    assert (solution.parameters, solution.multiply_adds) == figures_of(found[0], widths)


def test_every_square_from_4_to_1024_is_solved() -> None:
    """Every chain produces its square by the size formula, without anomalies."""
    space = SearchSpace.default(axes=2)
    for side in range(4, 1025):
        chain = solve_chain((side, side), space=space, widths=WIDTHS).chain
        assert chain.target == (side, side)
        assert 2 <= min(chain.initial_size) <= 16
        for windows, (before, after) in zip(chain.windows, pairwise(chain.sizes), strict=True):
            for w, i, o in zip(windows, before, after, strict=True):
                output_size = (i - 1) * w.stride + w.kernel_size - 2 * w.padding + w.output_padding
                assert output_size == o
                assert abs(o - w.stride * i) <= 1
                assert w.kernel_size % w.stride == 0
                assert w.output_padding <= w.padding


@pytest.mark.parametrize(
    ("target", "sides"),
    [
        ((64, 64), [4, 8, 16, 32, 64]),
        ((90, 90), [5, 10, 30, 90]),
        ((97, 97), [6, 12, 24, 48, 97]),
        ((100, 100), [6, 12, 25, 50, 100]),
        ((218, 178), [7, 14, 27, 54, 109, 218]),
    ],
)
def test_documented_chains(target: tuple[int, int], sides: list[int]) -> None:
    """The chains named in the documentation."""
    solution = solve_chain(target, space=SearchSpace.default(axes=2), widths=WIDTHS)
    assert [size[0] for size in solution.chain.sizes] == sides
    assert len(solution.why) == 8


def test_the_answer_does_not_depend_on_the_order_of_the_lists() -> None:
    """Lists in another order, or with repetitions, give the same chain."""
    default = SearchSpace.default(axes=2)
    shuffled = SearchSpace(kernel_sizes=(9, 3, 4, 5, 8, 6, 4), strides=(3, 2, 2))
    for target in ((131, 77), (250, 250)):
        one = solve_chain(target, space=default, widths=WIDTHS)
        assert solve_chain(target, space=shuffled, widths=WIDTHS) == one
