"""The solver's costs of R3GAN's generators, from widths alone, are those of the networks and of torch."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from designer import Design
from designer.brief.r3gan_widths import R3GANWidths, convolution_groups
from designer.brief.search_space import Budget
from designer.chains.solution import chain_figures
from designer.networks import Network, PlacedPaths
from tests.networks.r3gan.r3gan_designs import (
    R3GAN_CASES,
    ROLES,
    built_network,
    r3gan_design,
    random_arguments,
)
from tests.networks.residual.size_laws import assert_laws

OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "labels": {"classes": 5},
    "three blocks": {"blocks": 3},
    "wider inside": {"expansion": 5, "group_width": 7},
    "capped": {"max_channels": 8},
    "wider than capped": {"base_channels": 30, "max_channels": 24},
}


def network_costs(network: Network) -> tuple[int, int]:
    """Parameters and multiply-adds."""
    return network.parameters, network.multiply_adds


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("case", R3GAN_CASES)
def test_the_solvers_costs_are_those_of_the_generators(case: str, option: str) -> None:
    """Over axes, labels, blocks and their shape; and an oracle finds the same."""
    gan = r3gan_design(case, **OPTIONS[option]).gan
    assert isinstance(gan.widths, R3GANWidths)
    assert chain_figures(gan.chain, gan.widths) == network_costs(gan.generator)
    shape, parameters, multiply_adds = assert_laws(gan.generator, gan.generator.joined_map.shape)
    labels = (gan.widths.classes or 0) * (gan.widths.latent_dim or 0)
    assert shape == gan.generator.output_map.shape
    assert (parameters + labels, multiply_adds) == network_costs(gan.generator)


@pytest.mark.torch
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("case", R3GAN_CASES)
def test_costs_are_those_that_torch_counts(case: str, role: str) -> None:
    """Its operations are two for each multiply-add; it counts neither biases nor products of maps."""
    found = r3gan_design(case)
    network, built = found.gan.networks[role], built_network(found, role)
    counter = FlopCounterMode(display=False)
    with torch.no_grad(), counter:
        built(*random_arguments(network, 1))
    assert counter.get_total_flops() == 2 * network.multiply_adds
    assert sum(weight.numel() for weight in built.parameters()) == network.parameters


@pytest.mark.parametrize("blocks", [[1, 2, 3, 1], [3, 1, 1, 2], [2, 2, 2, 2]], ids=str)
def test_costs_follow_a_list_of_blocks(blocks: list[int]) -> None:
    """A number for each of the four levels; the discriminator has them in reverse."""
    gan = r3gan_design("square", blocks=blocks).gan
    assert chain_figures(gan.chain, gan.widths) == network_costs(gan.generator)
    assert gan.discriminator_levels == tuple(reversed(blocks))
    counts = [
        sum(isinstance(entry, PlacedPaths) for entry in n.main) for n in gan.networks.values()
    ]
    assert counts == [sum(blocks)] * 2


@pytest.mark.parametrize("case", ["square", "uneven", "labels", "signal", "volume"])
@pytest.mark.parametrize("limit", ["parameters", "multiply_adds"])
def test_a_budget_sets_a_width_within_it(case: str, limit: str) -> None:
    """One channel more exceeds it."""

    def made(width: int | None, budget: Budget | None = None) -> Design:
        return r3gan_design(case, base_channels=width, max_channels=64, budget=budget)

    allowed = getattr(made(13).gan.generator, limit)
    found = made(None, Budget(**{limit: allowed}))
    width = found.brief.base_channels
    assert width is not None
    assert width > 8
    assert getattr(found.gan.generator, limit) <= allowed
    assert getattr(made(width + 1).gan.generator, limit) > allowed


def test_groups_are_the_fewest_that_divide_the_channels() -> None:
    """By trial of every number of groups."""
    for channels in range(1, 130):
        for group_width in range(1, 40):
            fitting = [
                groups
                for groups in range(1, channels + 1)
                if channels % groups == 0 and channels // groups <= group_width
            ]
            assert convolution_groups(channels, group_width) == fitting[0]
