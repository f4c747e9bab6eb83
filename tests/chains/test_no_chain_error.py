"""The ``no_chain`` error: its numbers, and suggestions that work; invalid spaces and budgets."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from designer.brief.search_space import Budget, Exact, Overlap, SearchSpace
from designer.chains import ChainQuery, search_chains, solve_chain
from designer.errors import InvalidRequest, NoChain, SearchTooLarge
from tests.chains.brute_force import TooManyTrials, all_chains
from tests.chains.random_spaces import WIDTHS, Case, small_cases
from tests.support import soak_count

SPACE = SearchSpace.default(axes=2)
EXACT = replace(SPACE, exact=Exact.REQUIRE)


def refusal_of(
    target: tuple[int, ...], space: SearchSpace, budget: Budget | None = None
) -> NoChain:
    with pytest.raises(NoChain) as caught:
        solve_chain(target, space=space, widths=WIDTHS, budget=budget)
    return caught.value


def test_an_exact_chain_to_a_prime_is_refused_with_the_formula_and_near_sizes() -> None:
    """97 is not a multiple of 2 or 3; 96 and 99 have exact chains."""
    refusal = refusal_of((97, 97), EXACT)
    assert "97 = 2·48 + 1" in str(refusal)
    assert refusal.facts["law"] == "o = S·i + c"
    assert refusal.facts["relax"] == [["exact"]]
    assert refusal.facts["nearest"] == [
        {"axis": 0, "size": 97, "below": 96, "above": 99},
        {"axis": 1, "size": 97, "below": 96, "above": 99},
    ]


def test_a_given_initial_size_has_its_own_nearest_sizes() -> None:
    """From 8×6 by whole factors, 32×24 is the nearest size to 33×24."""
    refusal = refusal_of((33, 24), replace(EXACT, initial_size=(8, 6)))
    assert refusal.facts["relax"] == [["exact"], ["initial_size"]]
    assert refusal.facts["nearest"][0] == {"axis": 0, "size": 33, "below": 32, "above": None}  # type: ignore[index]


def test_nearest_sizes_on_one_axis_may_be_far_away() -> None:
    """Doubling from 4 reaches 512 and 1024, not 1000."""
    space = replace(EXACT, strides=(2,), initial_size=(4,))
    refusal = refusal_of((1000,), space)
    assert refusal.facts["nearest"] == [{"axis": 0, "size": 1000, "below": 512, "above": 1024}]


def test_too_few_layers_are_reported() -> None:
    refusal = refusal_of((1080, 1920), replace(SPACE, max_layers=3))
    assert "max_layers 3 is too small" in str(refusal)
    assert refusal.facts["relax"] == [["max_layers"]]


def test_two_constraints_are_relaxed_together_where_neither_alone_suffices() -> None:
    space = replace(SPACE, kernel_sizes=(2,), strides=(2,), output_padding=False, max_layers=1)
    refusal = refusal_of((65, 65), space)
    assert refusal.facts["relax"]
    assert {len(names) for names in refusal.facts["relax"]} == {2}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("budget", "relax"),
    [
        (Budget(parameters=1000), [["budget.parameters"]]),
        (
            Budget(parameters=1000, multiply_adds=1000),
            [["budget.parameters", "budget.multiply_adds"]],
        ),
    ],
)
def test_a_budget_that_no_chain_meets_reports_the_minimum(
    budget: Budget, relax: list[list[str]]
) -> None:
    refusal = refusal_of((64, 64), SPACE, budget)
    assert refusal.facts["relax"] == relax
    least = refusal.facts["least"]
    assert isinstance(least, dict)
    enough = Budget(parameters=least["parameters"])
    found = solve_chain((64, 64), space=SPACE, widths=WIDTHS, budget=enough)
    assert found.parameters == least["parameters"]


@settings(max_examples=soak_count(30, 1000), suppress_health_check=list(HealthCheck))
@given(case=small_cases())
def test_suggested_nearest_sizes_are_reachable(case: Case) -> None:
    """By brute force, nearest sides are reachable and the sides between are not."""
    target, space = case
    try:
        solve_chain(target, space=space, widths=WIDTHS)
    except NoChain as refusal:
        for row in refusal.facts["nearest"]:  # type: ignore[attr-defined]
            _assert_nearest(target, space, row)


def _assert_nearest(target: tuple[int, ...], space: SearchSpace, row: dict[str, int]) -> None:
    axis, below = row["axis"], row["below"]
    if below is None:
        return
    reached = []
    for side in range(below, target[axis]):
        moved = (*target[:axis], side, *target[axis + 1 :])
        try:
            reached.append(bool(all_chains(moved, space, most=200_000)))
        except TooManyTrials:
            return
    assert reached[:1] == [True] or not any(reached)
    assert not any(reached[1:])


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        ({"kernel_sizes": ()}, "/search/kernel_sizes", "wrong_length"),
        ({"kernel_sizes": (0,)}, "/search/kernel_sizes/0", "out_of_range"),
        ({"kernel_sizes": (257,)}, "/search/kernel_sizes/0", "out_of_range"),
        ({"kernel_sizes": (4.0,)}, "/search/kernel_sizes/0", "not_an_integer"),
        ({"kernel_sizes": 4}, "/search/kernel_sizes", "not_a_list"),
        ({"strides": ()}, "/search/strides", "wrong_length"),
        ({"strides": (True,)}, "/search/strides/0", "not_an_integer"),
        ({"strides": tuple(range(1, 66))}, "/search/strides", "wrong_length"),
        ({"dilations": (0,)}, "/search/dilations/0", "out_of_range"),
        ({"max_layers": 0}, "/search/max_layers", "out_of_range"),
        ({"max_layers": 65}, "/search/max_layers", "out_of_range"),
        ({"exact": "sometimes"}, "/search/exact", "not_a_choice"),
        ({"output_padding": 1}, "/search/output_padding", "not_a_boolean"),
        ({"initial_size": (0, 4)}, "/search/initial_size/0", "out_of_range"),
        ({"initial_size": 4}, "/search/initial_size", "not_a_list"),
        ({"kernel_sizes": (5, 7), "overlap": Overlap.EVEN}, "/search", "contradiction"),
        ({"kernel_sizes": (3,), "strides": (4,)}, "/search", "contradiction"),
        ({"strides": (2,), "dilations": (2, 4)}, "/search", "contradiction"),
        ({"strides": (1,)}, "/search", "contradiction"),
    ],
)
def test_bad_spaces_are_refused_by_field(
    fields: dict[str, object], pointer: str, code: str
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        replace(SPACE, **fields)  # type: ignore[arg-type]
    assert [(error.pointer, error.code) for error in caught.value.errors] == [(pointer, code)]


@pytest.mark.parametrize("initial", [(4, 65), (64, 4), (4,)])
def test_an_initial_size_that_cannot_grow_is_refused(initial: tuple[int, ...]) -> None:
    with pytest.raises(InvalidRequest) as caught:
        solve_chain((64, 64), space=replace(SPACE, initial_size=initial), widths=WIDTHS)
    assert caught.value.errors[0].pointer == "/search/initial_size"


@pytest.mark.parametrize("name", ["parameters", "multiply_adds"])
@pytest.mark.parametrize("value", [0, -1, 1.5, True, 2**70])
def test_bad_budgets_are_refused(name: str, value: object) -> None:
    with pytest.raises(InvalidRequest) as caught:
        Budget(**{name: value})  # type: ignore[arg-type]
    assert caught.value.errors[0].pointer == f"/budget/{name}"


def hostile_spaces() -> dict[str, tuple[tuple[int, ...], SearchSpace]]:
    wide = SearchSpace(
        kernel_sizes=tuple(range(1, 65)), strides=tuple(range(1, 17)), exact=Exact.ANY
    )
    return {
        "three anisotropic axes": ((16384,) * 3, replace(wide, anisotropic=True, max_layers=64)),
        "three axes": ((16384,) * 3, replace(wide, max_layers=64)),
        "all dilations": (
            (16383, 16381),
            replace(wide, dilations=tuple(range(193, 257)), kernel_sizes=tuple(range(193, 257))),
        ),
        "a long signal": (
            (1_048_575,),
            SearchSpace(
                kernel_sizes=tuple(range(193, 257)),
                strides=tuple(range(2, 66)),
                dilations=(1, 3, 5),
                max_layers=64,
            ),
        ),
        "impossible and wide": (
            (16381, 16369),
            replace(wide, exact=Exact.REQUIRE, output_padding=False, strides=(5, 7, 11, 13)),
        ),
    }


@pytest.mark.parametrize("name", hostile_spaces())
def test_a_hostile_search_ends(name: str) -> None:
    """It is answered, or refused at the step limit with the number of steps."""
    target, space = hostile_spaces()[name]
    query = ChainQuery(target=target, space=space, widths=WIDTHS, limit=200)
    outcome: object
    try:
        outcome = search_chains(query).count
    except SearchTooLarge as refusal:
        outcome = refusal.facts["states"] > refusal.facts["maximum"]  # type: ignore[operator]
    except NoChain as refusal:
        outcome = refusal.facts["law"]
    assert outcome


def test_undecided_relaxations_are_reported() -> None:
    """``relax_decided`` is false if the step limit ends the trials."""
    space = SearchSpace(
        kernel_sizes=(1,),
        strides=(1, 4),
        dilations=(1, 5),
        output_padding=False,
        overlap=Overlap.ANY,
        exact=Exact.ANY,
        max_layers=2,
    )
    with pytest.raises(NoChain, match="left some combinations untried") as caught:
        solve_chain((249,), space=space, widths=WIDTHS)
    assert caught.value.facts["relax_decided"] is False
    with pytest.raises(NoChain) as caught:
        solve_chain((97, 97), space=replace(SPACE, exact=Exact.REQUIRE), widths=WIDTHS)
    assert caught.value.facts["relax_decided"] is True
    assert caught.value.facts["relax"] == [["exact"]]
