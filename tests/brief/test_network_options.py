"""Briefs with network options: reading, writing, and refusal of combinations that cannot work."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from designer.brief.brief_json import brief_document, brief_from_document
from designer.brief.model import Brief
from designer.brief.options import DiscriminatorStyle, InitialMap, Level, Normalization, Output
from designer.brief.search_space import Budget
from designer.errors import InvalidRequest, NoChain
from designer.geometry.layers import Window
from designer.geometry.resampling import Upsampling
from designer.pipeline.make_design import design
from designer.pipeline.solve_brief import fit_widths
from designer.validation.limits import MAX_PARAMETERS

BRIEF_EXAMPLES: list[dict[str, Any]] = [
    {"resolution": 64, "latent_dim": 100, "upsampling": "resize"},
    {"resolution": 64, "latent_dim": 100, "upsampling": "subpixel", "normalization": "group"},
    {"resolution": 64, "latent_dim": 100, "discriminator": None},
    {"resolution": 64, "latent_dim": 100, "classes": 10, "encoder": True},
    {"resolution": 256, "latent_dim": 100, "discriminator": {"patch": 70, "output": "logit"}},
    {
        "resolution": 64,
        "latent_dim": 100,
        "discriminator": {"normalization": "layer", "output": "critic", "base_channels": 32},
    },
    {"resolution": [8192], "channels": 1, "initial_map": {"channels": 80, "size": 32}},
    {"resolution": [64, 48], "initial_map": {"channels": 512, "size": [4, 3]}, "discriminator": {}},
]


@pytest.mark.parametrize("document", BRIEF_EXAMPLES, ids=lambda document: json.dumps(document)[:60])
def test_a_brief_with_any_network_options_survives_json(document: dict[str, Any]) -> None:
    """A completed brief is unchanged after writing and reading."""
    brief = brief_from_document(document)
    assert brief_from_document(json.loads(json.dumps(brief_document(brief)))) == brief


def test_the_default_discriminator_is_the_dcgans_and_none_with_an_initial_map() -> None:
    """A null discriminator is none."""
    plain = {"resolution": 16, "latent_dim": 4}
    initial_map = {"resolution": 16, "initial_map": {"channels": 8, "size": 4}}
    assert brief_from_document(plain).discriminator == DiscriminatorStyle()
    assert brief_from_document(plain | {"discriminator": None}).discriminator is None
    assert brief_from_document(initial_map).discriminator is None
    assert brief_from_document(initial_map | {"discriminator": {}}).discriminator is not None
    assert (
        Brief(resolution=16, initial_map=InitialMap(channels=8, size=(4, 4))).discriminator is None
    )


def test_the_chain_starts_from_the_initial_map() -> None:
    """The size of the map is the initial size of the search."""
    result = design(
        Brief(
            resolution=(96, 64),
            initial_map=InitialMap(channels=32, size=(12, 8)),
            verify=Level.NONE,
        )
    )
    assert result.chain.initial_size == (12, 8)
    assert result.gan.generator.input_map.shape == (32, 12, 8)


PLAIN = {"resolution": 64, "latent_dim": 100}
REFUSED: list[tuple[dict[str, Any], str, str, str]] = [
    (
        PLAIN | {"initial_map": {"channels": 8, "size": 4}},
        "/initial_map",
        "contradiction",
        "latent_dim and initial_map exclude each other",
    ),
    (
        PLAIN | {"discriminator": {"output": "critic", "normalization": "batch"}},
        "/discriminator/normalization",
        "critic_with_batch_norm",
        "couples the samples",
    ),
    (
        PLAIN | {"discriminator": {"output": "critic"}},
        "/discriminator/normalization",
        "critic_with_batch_norm",
        "set discriminator.normalization to layer",
    ),
    (PLAIN | {"normalization": "spectral"}, "/normalization", "spectral_generator", "is for the "),
    (
        {"resolution": 64, "initial_map": {"channels": 8, "size": 4}, "classes": 3},
        "/classes",
        "labels_without_latent",
        "concatenated with the latent vector",
    ),
    (PLAIN | {"classes": 1}, "/classes", "out_of_range", "classes must be 2 to 65536, got 1"),
    (PLAIN | {"upsampling": "bilinear"}, "/upsampling", "not_a_choice", "transposed, resize, sub"),
    (PLAIN | {"encoder": 1}, "/encoder", "not_a_boolean", "must be true or false"),
    (
        PLAIN | {"discriminator": {"patch": 0}},
        "/discriminator/patch",
        "out_of_range",
        "patch must be 1 to 65536",
    ),
    (
        PLAIN | {"discriminator": {"norm": "batch"}},
        "/discriminator/norm",
        "unknown_field",
        "unknown field 'norm'",
    ),
    (
        {"resolution": 64, "initial_map": {"channels": 8}},
        "/initial_map/size",
        "missing_field",
        "size is required",
    ),
    (
        {"resolution": 64, "initial_map": {"channels": 8, "size": [4]}},
        "/initial_map/size",
        "wrong_length",
        "the number of entries of size must be 2",
    ),
    (
        {
            "resolution": 64,
            "initial_map": {"channels": 8, "size": 4},
            "search": {"initial_size": 8},
        },
        "/search/initial_size",
        "contradiction",
        "differs from initial_map.size [4, 4]",
    ),
]


@pytest.mark.parametrize(("document", "pointer", "code", "words"), REFUSED)
def test_contradicting_options_are_refused_with_a_reason(
    document: dict[str, Any], pointer: str, code: str, words: str
) -> None:
    """Each refusal has its pointer, code and message."""
    with pytest.raises(InvalidRequest) as refused:
        brief_from_document(document)
    assert [(error.pointer, error.code) for error in refused.value.errors] == [(pointer, code)]
    assert words in str(refused.value)


REFUSED_LATER: list[tuple[dict[str, Any], str, str]] = [
    (PLAIN | {"discriminator": {"patch": 5_000}}, "/discriminator/patch", "no_patch"),
    (
        {"resolution": 4, "latent_dim": 3, "search": {"initial_size": 1, "kernel_sizes": [4],
         "strides": [4]}, "normalization": "instance"},
        "/normalization",
        "norm_of_one_position",
    ),
    (
        {"resolution": 4, "latent_dim": 3, "search": {"initial_size": 1, "kernel_sizes": [4],
         "strides": [4]}},
        "/search/initial_size",
        "norm_of_one_position",
    ),
    (
        {
            "resolution": 16,
            "initial_map": {"channels": 8, "size": 4},
            "chain": [{"kernel_size": 4, "stride": 2, "padding": 1}],
        },
        "/chain",
        "contradiction",
    ),
    (
        {"resolution": [8], "latent_dim": 3, "upsampling": "subpixel", "chain": [
            {"kernel_size": 2, "stride": 2, "dilation": 7, "padding": 3},
            {"kernel_size": 4, "stride": 2, "padding": 1}]},
        "/chain",
        "taps_on_padding",
    ),
    (
        {"resolution": [4], "latent_dim": 3, "discriminator": None, "search": {
            "kernel_sizes": [2], "strides": [2], "dilations": [7], "initial_size": 2}},
        "/search/dilations",
        "taps_on_padding",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("document", "pointer", "code"), REFUSED_LATER)
def test_a_chain_that_contradicts_the_brief_is_refused_with_a_reason(
    document: dict[str, Any], pointer: str, code: str
) -> None:
    """Contradictions that appear only after the chain is solved."""
    brief = brief_from_document(document | {"verify": "none"})
    with pytest.raises(InvalidRequest) as refused:
        design(brief)
    assert [(error.pointer, error.code) for error in refused.value.errors] == [(pointer, code)]


BUDGETS = [
    Budget(parameters=100_000),
    Budget(parameters=7_000_000),
    Budget(multiply_adds=100_000_000),
    Budget(parameters=3_000_000, multiply_adds=200_000_000),
]


@pytest.mark.parametrize("budget", BUDGETS, ids=str)
@pytest.mark.parametrize("upsampling", Upsampling)
def test_a_budget_takes_the_widest_network_that_keeps_it(
    budget: Budget, upsampling: Upsampling
) -> None:
    """One channel more exceeds the budget, along the chain of the brief without a budget."""
    brief = Brief(
        resolution=64, latent_dim=100, upsampling=upsampling, budget=budget, verify=Level.NONE
    )
    result = design(brief)
    assert result.brief.base_channels is not None
    assert not budget.errors(result.gan.generator.parameters, result.gan.generator.multiply_adds)
    wider = replace(brief, base_channels=result.brief.base_channels + 1, budget=None)
    other = design(wider)
    assert other.chain == result.chain
    assert budget.errors(other.gan.generator.parameters, other.gan.generator.multiply_adds)


def test_a_budget_above_every_cost_gives_the_largest_served_width() -> None:
    """No map is wider than max_channels, and no network exceeds the limit on parameters."""
    brief = Brief(resolution=64, latent_dim=100, max_channels=96, budget=Budget(parameters=10**9))
    assert fit_widths(brief).base_channels == 96
    logit_style = DiscriminatorStyle(output=Output.LOGIT)
    brief = Brief(
        resolution=(64, 64, 64),
        latent_dim=1,
        max_channels=65_536,
        upsampling=Upsampling.RESIZE,
        discriminator=logit_style,
        budget=Budget(multiply_adds=10**15),
        verify=Level.NONE,
    )
    result = design(brief)
    assert result.gan.discriminator is not None
    width = result.brief.base_channels
    assert width is not None
    assert result.gan.generator.parameters < result.gan.discriminator.parameters <= MAX_PARAMETERS
    with pytest.raises(InvalidRequest, match="parameters; the limit is 1000000000"):
        design(replace(brief, base_channels=width + 1, budget=None))


def test_a_budget_too_small_for_the_best_chain_takes_another_chain() -> None:
    """The network is one channel wide; if no chain fits, ``facts`` has the least possible cost."""
    brief = Brief(resolution=64, latent_dim=100, budget=Budget(parameters=6_000), verify=Level.NONE)
    result = design(brief)
    assert result.brief.base_channels == 1
    assert result.gan.generator.parameters <= 6_000
    with pytest.raises(NoChain) as refused:
        design(replace(brief, budget=Budget(parameters=100)))
    least = refused.value.facts["least"]["parameters"]
    assert design(replace(brief, budget=Budget(parameters=least))).gan.generator.parameters == least


def test_a_given_chain_is_narrowed_to_its_budget_or_refused() -> None:
    """The given chain is never replaced."""
    step = (Window(kernel_size=4, stride=2, padding=1),) * 2
    brief = Brief(
        resolution=16,
        latent_dim=8,
        windows=(step, step),
        budget=Budget(parameters=20_000),
        verify=Level.NONE,
    )
    result = design(brief)
    assert result.chain.windows == (step, step)
    assert result.gan.generator.parameters <= 20_000
    with pytest.raises(InvalidRequest, match="more than the budget of 20000") as refused:
        design(replace(brief, base_channels=64))
    assert [(e.pointer, e.code) for e in refused.value.errors] == [
        ("/budget/parameters", "contradiction")
    ]


def test_a_budget_does_not_change_a_given_width() -> None:
    """A budget changes only an omitted ``base_channels``."""
    brief = Brief(
        resolution=64, latent_dim=100, base_channels=64, budget=Budget(parameters=100_000)
    )
    assert fit_widths(brief) is brief


def test_the_completed_brief_of_a_critic_has_every_discriminator_field() -> None:
    """The written brief lists every field of the discriminator."""
    style = DiscriminatorStyle(normalization=Normalization.INSTANCE, output=Output.CRITIC, patch=16)
    brief = Brief(resolution=32, latent_dim=10, discriminator=style)
    assert brief_document(brief)["discriminator"] == {
        "normalization": "instance",
        "output": "critic",
        "patch": 16,
        "base_channels": None,
        "max_channels": None,
        "blocks": None,
    }
