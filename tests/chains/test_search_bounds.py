"""The ends of what a search tries: far sides, small sides, large cursors, ties, relaxations."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from dataclasses import replace
from math import prod
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from designer.brief.options import Normalization
from designer.brief.search_space import Budget, Exact, Overlap, SearchSpace
from designer.brief.widths import Widths
from designer.chains import ChainQuery, search_chains, solve_chain
from designer.chains.nearest_sizes import find_nearest_sides
from designer.chains.no_chain_error import no_chain_error
from designer.chains.page_cursor import read_cursor, write_cursor
from designer.chains.ranked_chains import rank_chains
from designer.chains.reachability import Reachability, find_reachability
from designer.chains.search_problem import SearchProblem
from designer.chains.step_limit import StepLimit
from designer.errors import InvalidRequest, NoChain
from designer.geometry.layers import Size
from designer.geometry.resampling import Upsampling
from designer.validation.limits import MAX_LAYERS, MAX_SEARCH_STEPS
from tests.chains.brute_force import all_chains, best_chains, figures_of
from tests.chains.random_spaces import NARROW, WIDTHS, Case, small_cases
from tests.support import soak_count


def refusal_of(target: Size, space: SearchSpace) -> Any:  # noqa: ANN401
    """The facts of the refusal, which are JSON."""
    with pytest.raises(NoChain) as refused:
        solve_chain(target, space=space, widths=WIDTHS)
    return refused.value.facts


FROM_40 = SearchSpace(
    kernel_sizes=(5,), strides=(5,), exact=Exact.REQUIRE, max_layers=1, initial_size=(40,)
)
"""Its only chain multiplies 40 by 5."""


@pytest.mark.parametrize(("side", "above"), [(69, 200), (68, 200), (67, None), (66, None)])
def test_larger_sides_are_tried_up_to_twice_the_side_and_64(side: int, above: int | None) -> None:
    """2·68 + 64 = 200."""
    facts = refusal_of((side,), FROM_40)
    assert facts["nearest"] == [{"axis": 0, "size": side, "below": None, "above": above}]
    assert facts["initial_size"] == [40]
    assert "nearest_sizes" not in facts


@pytest.mark.parametrize(("side", "above"), [(71, 205), (70, None)])
def test_no_side_beyond_that_bound_is_tried(side: int, above: int | None) -> None:
    """2·70 + 64 = 204, and the only chain leads to 205."""
    space = replace(FROM_40, initial_size=(41,))
    assert refusal_of((side,), space)["nearest"][0]["above"] == above


@pytest.mark.parametrize(("side", "found"), [(201, (200, None)), (199, (None, 200))])
def test_what_is_found_within_the_step_limit_is_kept(
    side: int, found: tuple[int | None, int | None]
) -> None:
    """The other direction would take more steps than there are."""
    problem = SearchProblem(target=(side,), space=FROM_40, widths=WIDTHS, step_limit=StepLimit(30))
    assert find_nearest_sides(problem, 0, max_side=10**6) == found


def test_a_trial_without_a_constraint_has_a_fifth_of_the_steps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of the third of all steps that trials have together."""
    limits = []

    def find(problem: SearchProblem, target: Size) -> Reachability:
        limits.append(problem.step_limit.maximum)
        return find_reachability(problem, target)

    monkeypatch.setitem(no_chain_error.__globals__, "find_reachability", find)
    refusal_of((69,), FROM_40)
    assert max(limits[1:]) == MAX_SEARCH_STEPS // 3 // 5


def test_the_only_constraint_is_named() -> None:
    """Everything else is as wide as it can be."""
    default = SearchSpace.default(axes=2)
    widest = replace(
        default, exact=Exact.ANY, overlap=Overlap.ANY, max_layers=MAX_LAYERS, anisotropic=True,
        strides=(1, *default.strides),
    )  # fmt: skip
    with pytest.raises(NoChain) as refused:
        solve_chain((3, 3), space=widest, widths=WIDTHS, budget=Budget(parameters=1))
    assert refused.value.facts["relax"] == [["budget.parameters"]]


@pytest.mark.parametrize(("side", "below"), [(201, 200), (300, 200), (5000, 200)])
def test_all_smaller_sides_are_tried(side: int, below: int) -> None:
    """Down to 2."""
    assert refusal_of((side,), FROM_40)["nearest"][0]["below"] == below


def test_a_nearest_size_may_have_a_side_of_2_but_not_of_1() -> None:
    """Sides below 2 cannot be requested."""
    space = SearchSpace(
        kernel_sizes=(3,), strides=(1, 3), exact=Exact.REQUIRE, max_layers=1, anisotropic=True,
    )  # fmt: skip
    facts = refusal_of((2, 7), replace(space, initial_size=(2, 2)))
    assert facts["nearest"][1] == {"axis": 1, "size": 7, "below": 6, "above": None}
    assert facts["nearest_sizes"]["below"] == [2, 6]
    facts = refusal_of((2, 7), replace(space, initial_size=(1, 2)))
    assert facts["nearest_sizes"]["below"] is None


@pytest.mark.parametrize("target", [(39, 38), (38, 39)])
def test_a_nearest_size_may_differ_on_one_axis_alone(target: Size) -> None:
    """(39, 39) is one pixel away."""
    space = SearchSpace(kernel_sizes=(13,), strides=(13,), exact=Exact.REQUIRE, max_layers=1)
    assert refusal_of(target, space)["nearest_sizes"]["above"] == [39, 39]


QUERY = ChainQuery(target=(31, 45), space=SearchSpace.default(axes=2), widths=WIDTHS)


@pytest.mark.parametrize("index", [0, 1, 255, 256, 2**16, 2**24, 2**24 + 5, 2**32 - 1])
def test_every_position_has_a_cursor(index: int) -> None:
    """It is read again as it was written."""
    assert read_cursor(replace(QUERY, cursor=write_cursor(QUERY, index))) == index


def test_a_cursor_has_a_version_an_index_and_a_checksum() -> None:
    """One, four and twelve bytes: servers of two releases answer the pages of one client."""
    raw = urlsafe_b64decode(write_cursor(QUERY, 258) + "==")
    assert (raw[:5], len(raw)) == (bytes([1, 0, 0, 1, 2]), 17)


def test_the_default_page_has_ten_chains() -> None:
    """As the API says."""
    assert len(search_chains(QUERY).solutions) == 10


def test_every_side_of_a_volume_is_checked() -> None:
    """The third too."""
    with pytest.raises(InvalidRequest) as refused:
        ChainQuery(target=(8, 8, 0), space=SearchSpace.default(axes=3), widths=WIDTHS)
    assert [error.pointer for error in refused.value.errors] == ["/to/2"]


def test_fewer_layers_come_first_where_all_before_is_equal() -> None:
    """5 to 22 in two steps or three of kernel 4 and stride 2, though three may cost less."""
    space = SearchSpace(
        kernel_sizes=(4,), strides=(2,), exact=Exact.ANY, max_layers=3, output_padding=False,
        initial_size=(5, 5),
    )  # fmt: skip
    widths = Widths(latent_dim=1, channels=64, base_channels=1, max_channels=1)
    problem = SearchProblem(target=(22, 22), space=space, widths=widths)
    found = best_chains((22, 22), space, widths)
    costs = [(len(layers), figures_of((sizes, layers), widths)[1]) for sizes, layers in found]
    assert max(cost for count, cost in costs if count == 2) > min(
        cost for count, cost in costs if count == 3
    )
    assert [chain.sizes for chain in rank_chains(problem)] == [tuple(s) for s, _ in found]


RELAXED: dict[str, tuple[Size, dict[str, Any]]] = {
    "output_padding": ((8,), {"kernel_sizes": (3,), "strides": (2,), "output_padding": False}),
    "exact": ((9,), {"kernel_sizes": (3,), "strides": (2,), "exact": Exact.REQUIRE}),
    "anisotropic": ((5, 8), {"kernel_sizes": (3,), "strides": (2,)}),
    "initial_size": ((12,), {"kernel_sizes": (4,), "strides": (2,), "initial_size": (5,)}),
    "max_layers": ((64,), {"kernel_sizes": (4,), "strides": (2,), "initial_size": (4,)}),
}
WIDER: dict[str, dict[str, Any]] = {
    "output_padding": {"output_padding": True},
    "exact": {"exact": Exact.PREFER},
    "anisotropic": {"anisotropic": True, "strides": (1, 2)},
    "initial_size": {"initial_size": None},
    "max_layers": {"max_layers": 6},
}


@pytest.mark.parametrize("name", RELAXED)
def test_a_constraint_that_alone_prevents_a_chain_is_named(name: str) -> None:
    """By brute force there is a chain without it."""
    target, fields = RELAXED[name]
    space = SearchSpace(**{"max_layers": 1, "exact": Exact.REQUIRE, **fields})
    relax = refusal_of(target, space)["relax"]
    for other, change in WIDER.items():
        if replace(space, **change) != space:
            wider = replace(space, **change)
            assert ([other] in relax) == bool(all_chains(target, wider)), (other, relax)
    assert [name] in relax


@settings(max_examples=soak_count(100, 1000), suppress_health_check=list(HealthCheck))
@given(case=small_cases())
def test_reachability_is_that_of_brute_force(case: Case) -> None:
    """Sizes where a search stops are named once each, and only where there is no chain."""
    target, space = case
    reach = find_reachability(SearchProblem(target=target, space=space, widths=NARROW), target)
    assert reach.reaches_start == bool(all_chains(target, space))
    if reach.reaches_start:
        assert reach == Reachability(reaches_start=True, dead_ends=(), out_of_layers=False)
    else:
        assert list(reach.dead_ends) == sorted({*reach.dead_ends})
        assert reach.dead_ends or reach.out_of_layers


def test_a_dead_end_is_named_once_however_many_ways_lead_there() -> None:
    """By factors of 2 and 3 from 180, down to sides whose half is below 7."""
    space = SearchSpace(
        kernel_sizes=(6,), strides=(2, 3), exact=Exact.REQUIRE, initial_size=(7,), max_layers=9
    )
    problem = SearchProblem(target=(180,), space=space, widths=NARROW)
    assert find_reachability(problem, (180,)) == Reachability(
        reaches_start=False, dead_ends=((10,), (15,)), out_of_layers=False
    )


@pytest.mark.parametrize("initial", [(3,), (2, 3), (2, 3, 2)])
@pytest.mark.parametrize("layers", [1, 2])
def test_the_least_cost_is_that_of_the_only_layer(initial: Size, layers: int) -> None:
    """With one kernel, one stride and one initial map: the whole cost less the last layers'."""
    target = tuple(side * 2**layers for side in initial)
    space = SearchSpace(
        kernel_sizes=(4,), strides=(2,), exact=Exact.REQUIRE, max_layers=layers,
        initial_size=initial, output_padding=False,
    )  # fmt: skip
    problem = SearchProblem(target=target, space=space, widths=NARROW)
    (found,) = all_chains(target, space)
    parameters, multiply_adds = figures_of(found, NARROW)
    if layers == 2:  # the last layer, from the base channels to the picture, without a norm
        weights = NARROW.base_channels * NARROW.channels * 4 ** len(initial)
        parameters -= weights
        multiply_adds -= weights * prod(found[0][1])
    assert problem.least_cost(layers - 1) == (parameters, multiply_adds)


def test_kernels_near_the_reference_come_first() -> None:
    """6 taps for each step of the stride on one axis, 2 on more: 24 of stride 4, 4 of stride 2."""
    cases: list[tuple[Size, tuple[int, ...], tuple[int, ...]]] = [
        ((64,), (20, 24, 28), (4,)),
        ((16, 16), (2, 4, 6), (2,)),
    ]
    for target, kernels, strides in cases:
        space = SearchSpace(
            kernel_sizes=kernels, strides=strides, exact=Exact.REQUIRE, max_layers=1
        )
        problem = SearchProblem(target=target, space=space, widths=NARROW)
        found = best_chains(target, space, NARROW)
        ranked = [chain.windows[0][0].kernel_size for chain in rank_chains(problem)]
        assert ranked == [layers[0][0][0] for _, layers in found]
        assert ranked[0] == kernels[1]


@pytest.mark.parametrize("exact", Exact)
@pytest.mark.parametrize("overlap", Overlap)
def test_a_rank_says_which_steps_of_the_order_are_ignored(exact: Exact, overlap: Overlap) -> None:
    """Offsets where any is as good, and overlap likewise."""
    space = replace(SearchSpace.default(axes=2), exact=exact, overlap=overlap)
    codes = [reason.code for reason in solve_chain((64, 64), space=space, widths=WIDTHS).reasons]
    assert ("offsets_ignored" in codes) == ("exactness_ignored" in codes) == (exact is Exact.ANY)
    assert ("overlap_ignored" in codes) == (overlap is Overlap.ANY)
    assert ("overlap" in codes) == (overlap is not Overlap.ANY)


@pytest.mark.parametrize("normalization", [Normalization.BATCH, Normalization.NONE])
@pytest.mark.parametrize("upsampling", Upsampling)
@settings(max_examples=soak_count(100, 1000), suppress_health_check=list(HealthCheck))
@given(case=small_cases())
def test_no_layer_costs_less_than_the_least(
    upsampling: Upsampling, normalization: Normalization, case: Case
) -> None:
    """With the stem of the map that it starts from."""
    target, space = case
    widths = replace(NARROW, upsampling=upsampling, normalization=normalization)
    problem = SearchProblem(target=target, space=space, widths=widths)
    least = problem.least_cost(0)
    for step in problem.backward_steps.from_size(target):
        if problem.starts_at(step.before, 1):
            layer = problem.catalogue.cheapest_layer(step.strides, step.offsets)
            costs = problem.step_cost(0, step, layer), problem.initial_cost(1, step.before)
            assert all(a <= b + c for a, b, c in zip(least, *costs, strict=True))
