"""R3GAN's designs of every square from 4 to 1024 and of 154 rectangles, checked by torch's formulas."""

from __future__ import annotations

import pytest

from designer.brief.architecture import Architecture
from designer.brief.model import Brief
from designer.brief.options import Level
from designer.geometry.layers import Size
from designer.geometry.modules.interpolation import Interpolation
from designer.networks import Network
from designer.networks.from_brief import assemble_networks
from designer.pipeline.solve_brief import solve_brief
from tests.networks.residual.size_laws import assert_laws
from tests.networks.residual.test_residual_sizes import RECTANGLES, SQUARES
from tests.support import soak_count


def interpolated_sizes(network: Network) -> list[Size]:
    """The sizes around its resamplers."""
    placed = [each for each in network.placed_modules if isinstance(each.module, Interpolation)]
    return [*(each.before.size for each in placed), placed[-1].after.size]


def assert_design_obeys(size: Size) -> None:
    """Every map, both ends of each block, the picture, the one number, and the solver's costs."""
    brief = Brief(
        resolution=size,
        latent_dim=100,
        architecture=Architecture.R3GAN,
        base_channels=16,
        blocks=1 + sum(size) % 2,
        expansion=1 + sum(size) % 3,
        group_width=(4, 16, 24)[sum(size) % 3],
        verify=Level.NONE,
    )
    solution = solve_brief(brief)
    gan = assemble_networks(brief, solution.chain)
    assert gan.discriminator is not None
    last, *costs = assert_laws(gan.generator, (100, 1, 1))
    assert last == (3, *size)
    assert costs == [solution.parameters, solution.multiply_adds]
    assert costs == [gan.generator.parameters, gan.generator.multiply_adds]
    last, *costs = assert_laws(gan.discriminator, (3, *size))
    assert last == (1,)
    assert costs == [gan.discriminator.parameters, gan.discriminator.multiply_adds]
    sizes = interpolated_sizes(gan.generator)
    assert sizes == [*solution.chain.sizes]
    assert interpolated_sizes(gan.discriminator) == sizes[::-1]


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [SQUARES, RECTANGLES], ids=["squares", "rectangles"])
def test_designs_obey_torchs_formulas(sizes: list[Size]) -> None:
    """All 1,175 of them in a soak run, an eighth in others."""
    for size in sizes[:: soak_count(8, 1)]:
        assert_design_obeys(size)
