"""Weights by fan-in: what the text draws, at its own width and at others, measured with torch."""

from __future__ import annotations

from itertools import pairwise
from math import sqrt

import pytest
import torch
from torch import nn

from designer.brief.options import DiscriminatorStyle, Normalization
from designer.geometry.layers import Window
from designer.geometry.resampling import Upsampling
from designer.networks import Gan
from designer.verification.predictions import with_widths
from tests.networks.network_factory import BY_FAN_IN, LONGER, PLAIN, make_gan, module_of

pytestmark = pytest.mark.torch

WIDE = {"latent_dim": 64, "base_channels": 64, "max_channels": 256}
FREE = DiscriminatorStyle(normalization=Normalization.NONE)
LONG = Window(kernel_size=25, stride=4, padding=11, output_padding=1)


def free_gan(*steps: Window, target: tuple[int, ...] = (64, 64), **options: object) -> Gan:
    """Networks without norms, drawn by fan-in."""
    given = {"normalization": Normalization.NONE, "style": FREE, **WIDE, **options}
    return make_gan(target, *steps, initializations=BY_FAN_IN, **given)  # type: ignore[arg-type]


GANS = {
    "transposed": free_gan(PLAIN, PLAIN, PLAIN, PLAIN),
    "resize": free_gan(PLAIN, PLAIN, PLAIN, PLAIN, upsampling=Upsampling.RESIZE),
    "sub-pixel": free_gan(PLAIN, PLAIN, PLAIN, PLAIN, upsampling=Upsampling.SUBPIXEL),
    "odd sizes": free_gan(PLAIN, LONGER, LONGER, target=(35, 35)),
    "long kernels": free_gan(LONG, LONG, target=(256,), base_channels=128),
    "three axes": free_gan(PLAIN, PLAIN, target=(16, 16, 16)),
}


def deviations(network: nn.Module) -> list[float]:
    """The deviation of the weights of each convolution."""
    return [float(w.detach().std()) for w in network.parameters() if w.dim() > 2]


@pytest.mark.parametrize("name", GANS)
def test_the_text_draws_the_deviations_of_the_design(name: str) -> None:
    """Also at another width: the fan-in is computed from the layer."""
    module = module_of(GANS[name])
    torch.manual_seed(0)
    for width in (GANS[name].widths.base_channels, 20):
        gan = with_widths(GANS[name], base_channels=width)
        for role, made in (
            ("generator", module.Generator(base_channels=width)),
            ("discriminator", module.Discriminator(base_channels=width)),
        ):
            made.apply(module.weights_init)
            expected = [placed.module.deviation for placed, _ in gan.networks[role].convolutions]
            assert deviations(made) == pytest.approx(expected, rel=0.1)


@pytest.mark.parametrize("name", GANS)
def test_signals_are_alive_without_norms(name: str) -> None:
    """Over draws, hidden layers keep the second moment, and pictures start near deviation 0.1."""
    module = module_of(GANS[name])
    torch.manual_seed(1)
    gains, pictures = [], []
    for _ in range(8):
        generator = module.Generator().apply(module.weights_init)
        with torch.no_grad():
            maps = [torch.randn(4, WIDE["latent_dim"], *[1] * GANS[name].chain.axes)]
            for layer in generator.main:
                maps.append(layer(maps[-1].clone()))
        hidden = [after for after, made in zip(maps[1:], generator.main, strict=True)
                  if isinstance(made, nn.ReLU)]  # fmt: skip
        moments = [float(each.square().mean()) for each in (maps[0], *hidden)]
        gains.append([after / before for before, after in pairwise(moments)])
        pictures.append(float(maps[-1].square().mean()))
    for layer in zip(*gains, strict=True):
        assert 0.5 < sum(layer) / len(layer) < 2
    assert 0.03 < sqrt(sum(pictures) / len(pictures)) < 0.3
