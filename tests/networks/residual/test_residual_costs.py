"""The solver's costs of residual generators, from widths alone, are those of the networks."""

from __future__ import annotations

from typing import Any

import pytest

from designer.chains.solution import chain_figures
from designer.networks import Network, PlacedPaths
from tests.networks.residual.residual_designs import RESIDUAL_CASES, residual_design
from tests.networks.residual.size_laws import assert_laws

OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "labels": {"classes": 5},
    "layer norm": {"normalization": "layer"},
    "instance norm": {"normalization": "instance"},
    "three blocks": {"blocks": 3},
    "capped": {"max_channels": 8},
    "wider than capped": {"base_channels": 30, "max_channels": 24},
}


def network_costs(network: Network) -> tuple[int, int]:
    """Parameters and multiply-adds."""
    return network.parameters, network.multiply_adds


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("case", RESIDUAL_CASES)
def test_the_solvers_costs_are_those_of_residual_generators(case: str, option: str) -> None:
    """Over axes, kinds of upsampling, norms, labels and blocks; and an oracle finds the same."""
    gan = residual_design(case, **OPTIONS[option]).gan
    assert chain_figures(gan.chain, gan.widths) == network_costs(gan.generator)
    shape, parameters, multiply_adds = assert_laws(gan.generator, gan.generator.joined_map.shape)
    embedding, classes = gan.generator.embedding, gan.widths.classes or 0
    labels = 0 if embedding is None else classes * embedding.dim
    assert shape == gan.generator.output_map.shape
    assert (parameters + labels, multiply_adds) == network_costs(gan.generator)


@pytest.mark.parametrize("blocks", [[1, 2, 3], [3, 1, 1], [2, 2, 2]], ids=str)
@pytest.mark.parametrize("upsampling", ["resize", "subpixel", "transposed"])
def test_costs_follow_a_list_of_blocks(upsampling: str, blocks: list[int]) -> None:
    """A number for each of the three levels; the discriminator has them in reverse."""
    gan = residual_design("resize", upsampling=upsampling, blocks=blocks).gan
    assert chain_figures(gan.chain, gan.widths) == network_costs(gan.generator)
    assert gan.discriminator_levels == tuple(reversed(blocks))
    counts = [
        sum(isinstance(entry, PlacedPaths) for entry in n.main) for n in gan.networks.values()
    ]
    assert counts == [sum(blocks)] * 2
