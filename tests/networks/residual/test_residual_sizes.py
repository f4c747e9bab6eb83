"""Residual designs of every square from 4 to 1024 and of 154 rectangles, checked by torch's formulas."""

from __future__ import annotations

from itertools import product

import pytest

from designer.brief.architecture import Architecture
from designer.brief.model import Brief
from designer.brief.options import Level
from designer.geometry.layers import Size
from designer.geometry.resampling import Upsampling
from designer.networks.from_brief import assemble_networks
from designer.pipeline.solve_brief import solve_brief
from tests.networks.residual.size_laws import assert_laws
from tests.support import soak_count

SQUARES = [(side, side) for side in range(4, 1025)]
RECTANGLES = [
    *product(
        (5, 28, 45, 50, 64, 90, 97, 178, 240, 360, 1080),
        (4, 17, 33, 48, 75, 100, 128, 150, 218, 320, 512, 640, 999, 1920),
    )
]
"""154 of them, without a square; among them 50×150, 178×218 and 1080×1920."""


def assert_design_obeys(size: Size, upsampling: Upsampling) -> None:
    """Every map, both ends of each block, the picture, the one number, and the solver's costs."""
    brief = Brief(
        resolution=size,
        latent_dim=100,
        architecture=Architecture.RESNET,
        upsampling=upsampling,
        base_channels=16,
        blocks=1 + sum(size) % 2,
        verify=Level.NONE,
    )
    solution = solve_brief(brief)
    gan = assemble_networks(brief, solution.chain)
    assert gan.discriminator is not None
    last, parameters, multiply_adds = assert_laws(gan.generator, (100, 1, 1))
    assert last == (3, *size)
    assert (solution.parameters, solution.multiply_adds) == (parameters, multiply_adds)
    assert (gan.generator.parameters, gan.generator.multiply_adds) == (parameters, multiply_adds)
    last, parameters, multiply_adds = assert_laws(gan.discriminator, (3, *size))
    assert last == (1,)
    found = gan.discriminator.parameters, gan.discriminator.multiply_adds
    assert found == (parameters, multiply_adds)


def test_the_sizes_are_1021_squares_and_154_rectangles() -> None:
    """No size occurs twice."""
    assert (len(SQUARES), len(RECTANGLES)) == (1021, 154)
    assert len({*SQUARES, *RECTANGLES}) == 1021 + 154


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [SQUARES, RECTANGLES], ids=["squares", "rectangles"])
def test_resized_designs_obey_torchs_formulas(sizes: list[Size]) -> None:
    """All of them in a soak run, a fourth in others."""
    for size in sizes[:: soak_count(4, 1)]:
        assert_design_obeys(size, Upsampling.RESIZE)


@pytest.mark.slow
@pytest.mark.parametrize("upsampling", [Upsampling.SUBPIXEL, Upsampling.TRANSPOSED])
def test_designs_of_the_other_kinds_obey_torchs_formulas(upsampling: Upsampling) -> None:
    """A third of the sizes in a soak run, another third for each kind, and a twelfth in others."""
    place, step = list(Upsampling).index(upsampling), soak_count(12, 3)
    for size in [*SQUARES[place::step], *RECTANGLES[place::step]]:
        assert_design_obeys(size, upsampling)
