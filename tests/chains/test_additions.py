"""What a refusal advises to add makes the chain that it shows, and nothing smaller does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from designer.brief.brief_json import brief_from_document, windows_from_document
from designer.brief.search_space import Exact, SearchSpace
from designer.chains import solve_chain
from designer.chains.query import initial_size_errors
from designer.errors import InvalidRequest, NoChain
from designer.geometry.chain import Chain
from designer.geometry.layers import Size
from designer.pipeline.solve_brief import solve_brief
from tests.chains.brute_force import TooManyTrials, all_chains
from tests.chains.random_spaces import WIDTHS, Case, small_cases
from tests.support import soak_count

LARGEST = 10
"""Strides and kernels up to this one are added by brute force."""


def additions_of(target: Size, space: SearchSpace) -> Any:  # noqa: ANN401
    """The advice of the refusal; None if the space has a chain."""
    try:
        solve_chain(target, space=space, widths=WIDTHS)
    except NoChain as refused:
        return refused.facts["add"]
    return None


def extended(space: SearchSpace, search: dict[str, Any]) -> SearchSpace:
    """The space with these fields, whose lists are whole."""
    fields = {n: tuple(v) if isinstance(v, list) else v for n, v in search.items()}
    return replace(space, **fields)


def single_additions(space: SearchSpace, axes: int) -> Iterator[SearchSpace]:
    """Every space that has one value more."""
    for value in range(1, LARGEST + 1):
        for name in ("strides", "kernel_sizes"):
            if value not in getattr(space, name):
                yield extended(space, {name: [*getattr(space, name), value]})
    yield replace(space, max_layers=64)
    yield replace(space, output_padding=True)
    if axes > 1:
        yield replace(space, anisotropic=True, strides=(1, *space.strides))


@settings(max_examples=soak_count(60, 1500), suppress_health_check=list(HealthCheck))
@given(case=small_cases())
def test_added_values_make_the_chain_and_no_single_one_does(case: Case) -> None:
    target, space = case
    if initial_size_errors(target, space) or all_chains(target, space):
        return
    add = additions_of(target, space)
    if add is None:
        return
    wider = extended(space, add["search"])
    windows = tuple(
        windows_from_document(row, pointer="", axes=len(target)) for row in add["windows"]
    )
    chain = Chain(sizes=tuple(map(tuple, add["sizes"])), windows=windows)
    assert chain.target == target
    assert solve_chain(target, space=wider, widths=WIDTHS).chain == chain
    added = sum(map(len, add["values"].values()))
    added += sum(name not in ("strides", "kernel_sizes") for name in add["search"])
    if added > 1:
        for single in single_additions(space, len(target)):
            try:
                assert not all_chains(target, single, most=20_000)
            except (TooManyTrials, InvalidRequest):
                continue


@pytest.mark.parametrize(
    ("factor", "search", "values"),
    [
        ([34], {}, {"strides": [17]}),
        ([275], {"strides": [2, 4]}, {"strides": [5, 11]}),
        ([275], {"strides": [2, 4], "kernel_sizes": [4]}, {"strides": [5, 11], "kernel_sizes": [55]}),
        ([7, 7], {"strides": [2, 3]}, {"strides": [7]}),
        ([13], {"kernel_sizes": [8], "output_padding": False}, {"kernel_sizes": [65]}),
        ([4, 2], {}, {}),
    ],
)  # fmt: skip
def test_a_refused_factor_says_how_to_build_it(
    factor: list[int], search: dict[str, Any], values: dict[str, Any]
) -> None:
    """The fewest strides and kernels; with the answer's fields the same brief has its chain."""
    document = {"factor": factor, "initial_map": {"channels": 2}, "search": search}
    with pytest.raises(NoChain) as refused:
        solve_brief(brief_from_document(document))
    add: Any = refused.value.facts["add"]
    assert add["values"] == values
    assert refused.value.reasons[1].code == "add"
    assert "exact" not in str(refused.value.facts["relax"])
    chain = solve_brief(brief_from_document({**document, "search": search | add["search"]})).chain
    assert [list(size) for size in chain.sizes] == add["sizes"]


def test_the_stride_of_one_axis_is_named() -> None:
    """80×50 → 80×15000 lacks a stride 5 on the second axis."""
    search = {"strides": [1, 2, 3], "anisotropic": True}
    start = {"channels": 8, "size": [80, 50]}
    with pytest.raises(NoChain, match="stride 5 on axis 1: 80×50 → 80×") as refused:
        solve_brief(
            brief_from_document({"factor": [1, 300], "initial_map": start, "search": search})
        )
    assert refused.value.facts["factor"] == 300
    assert refused.value.facts["prime"] == 5


def test_the_nearest_factors_are_the_nearest_that_have_a_chain() -> None:
    """Brute force over strides 2 and 3 alone: 34 lies between 32 and 36."""
    search = {"strides": [2, 3]}
    start = {"channels": 8, "size": [3]}
    with pytest.raises(NoChain) as refused:
        solve_brief(brief_from_document({"factor": [34], "initial_map": start, "search": search}))
    smooth = {2**a * 3**b for a, b in combinations([*range(7)] * 2, 2)} - {1}
    below = max(factor for factor in smooth if factor < 34)
    above = min(factor for factor in smooth if factor > 34)
    assert refused.value.facts["nearest_factors"] == [{"axis": 0, "below": below, "above": above}]


def test_an_axis_that_stays_needs_anisotropic_windows() -> None:
    document = {"factor": [1, 300], "initial_map": {"channels": 8, "size": [80, 50]}}
    with pytest.raises(InvalidRequest, match=r"80 stays; set search\.anisotropic"):
        solve_brief(brief_from_document(document))


@pytest.mark.parametrize(
    ("resolution", "advice"),
    [
        ([2, 128], "2 channels of 128, give resolution [128] and channels 2"),
        ([3, 64, 48], "3 channels of 64×48, give resolution [64, 48] and channels 3"),
        ([1, 16], "1 channel of 16, give resolution [16] and channels 1"),
    ],
)
def test_channels_in_a_resolution_are_recognized(resolution: list[int], advice: str) -> None:
    """Their place is `channels`; the advice is a brief that works."""
    with pytest.raises(InvalidRequest) as refused:
        brief_from_document({"resolution": resolution, "latent_dim": 8})
    (error,) = refused.value.errors
    assert advice in error.detail
    assert error.pointer == "/resolution/0"
    fixed = brief_from_document(
        {
            "resolution": error.facts["resolution"],
            "channels": error.facts["channels"],
            "latent_dim": 8,
        }
    )
    assert (fixed.channels, *fixed.resolution) == tuple(resolution)


def test_a_space_that_allows_offsets_has_no_missing_primes() -> None:
    """Then another stride is not necessary, and the refusal has another law."""
    space = SearchSpace(
        kernel_sizes=(2,), strides=(2,), output_padding=False, initial_size=(3,), max_layers=1
    )
    with pytest.raises(NoChain) as refused:
        solve_chain((33,), space=space, widths=WIDTHS)
    assert "prime" not in refused.value.facts
    with pytest.raises(NoChain) as exact:
        solve_chain((33,), space=replace(space, exact=Exact.REQUIRE), widths=WIDTHS)
    assert exact.value.facts["prime"] == 11
