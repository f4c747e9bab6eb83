"""Receptive fields and pixel gradients of residual networks, compared with gradients of torch."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np
import pytest

from designer.brief.options import DiscriminatorStyle, Normalization, Output
from designer.brief.residual_widths import ResidualWidths
from designer.geometry.chain import Chain
from designer.geometry.layers import Size, Window, Windows
from designer.geometry.resampling import Upsampling
from designer.networks import Gan, assemble_gan
from designer.networks.pixel_gradients import pixel_gradients
from tests.networks.measured_gradients import assert_network_fields, torch_pixel_gradients
from tests.networks.network_factory import LONGER, PLAIN
from tests.networks.residual.residual_designs import RESIDUAL_CASES, residual_design

pytestmark = pytest.mark.torch

SHORTER = Window(kernel_size=3, stride=2, padding=1)
THREEFOLD = Window(kernel_size=5, stride=3, padding=1)
CHAINS: dict[str, tuple[Size, tuple[Window | Windows, ...]]] = {
    "two doublings": ((120,), (PLAIN, PLAIN)),
    "one more": ((145,), (PLAIN, LONGER)),
    "one less": ((157,), (SHORTER, SHORTER)),
    "tripled": ((180,), (THREEFOLD, PLAIN)),
    "kernel of five": ((100,), (Window(kernel_size=5, stride=2, padding=2, output_padding=1),)),
    "two axes": ((64, 45), (PLAIN, (PLAIN, LONGER))),
    "three axes": ((24, 26, 28), (PLAIN,)),
}
STYLE = DiscriminatorStyle(normalization=Normalization.SPECTRAL, output=Output.LOGIT)


def residual_gan(chain: str, upsampling: Upsampling, blocks: int = 1) -> Gan:
    """The networks along a chain, of few channels."""
    target, steps = CHAINS[chain]
    windows = tuple((step,) * len(target) if isinstance(step, Window) else step for step in steps)
    widths = ResidualWidths(
        latent_dim=2,
        channels=1,
        base_channels=1,
        max_channels=2,
        upsampling=upsampling,
        blocks=blocks,
    )
    return assemble_gan(Chain.leading_to(target, windows), widths, STYLE)


@pytest.mark.slow
@pytest.mark.parametrize("chain", CHAINS)
@pytest.mark.parametrize("upsampling", Upsampling)
def test_fields_in_blocks_are_what_gradients_reach(upsampling: Upsampling, chain: str) -> None:
    """Of the modules of both paths, and of the sums, which read what their body reads."""
    gan = residual_gan(chain, upsampling)
    assert gan.discriminator is not None
    assert assert_network_fields(gan, gan.generator, start="main.2") >= 6
    assert assert_network_fields(gan, gan.discriminator, start="") >= 6


@pytest.mark.parametrize("upsampling", Upsampling)
def test_fields_of_several_blocks_are_what_gradients_reach(upsampling: Upsampling) -> None:
    """A block that keeps the size adds four positions."""
    gan = residual_gan("two doublings", upsampling, blocks=2)
    assert gan.discriminator is not None
    assert assert_network_fields(gan, gan.generator, start="main.2") >= 6
    assert assert_network_fields(gan, gan.discriminator, start="") >= 6


@pytest.mark.parametrize("case", RESIDUAL_CASES)
@pytest.mark.parametrize("normalization", ["batch", "spectral"])
def test_pixel_gradients_are_those_of_torch(case: str, normalization: str) -> None:
    """With equal weights, of every pixel, and of some of them alone."""
    found = residual_design(case, discriminator={"normalization": normalization})
    network = found.gan.discriminator
    assert network is not None
    measured = torch_pixel_gradients(found.gan, network, normalization == "spectral")
    predicted = pixel_gradients(network)
    assert measured.size == prod(network.input_map.size)
    np.testing.assert_allclose(predicted / predicted.mean(), measured / measured.mean(), rtol=1e-9)
    assert _has_all_positive(predicted.ravel())
    region = tuple(range(side // 3, side // 3 + 5) for side in predicted.shape)
    cut = predicted[tuple(slice(part.start, part.stop) for part in region)]
    np.testing.assert_allclose(pixel_gradients(network, region), cut, rtol=1e-12)


def _has_all_positive(numbers: Sequence[float]) -> bool:
    return bool(min(numbers) > 0)
