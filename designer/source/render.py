"""A Gan as Python text: one self-contained module that needs torch and nothing else.

Deterministic: the same Gan gives the same bytes. No text of a user's enters it; every name comes
from this file and every number from a checked value.
"""

from __future__ import annotations

from itertools import pairwise

from designer.architecture import Gan, Network
from designer.layers import FeatureMap
from designer.source.modules import render_module
from designer.source.text import PythonSource


def render_source(gan: Gan) -> PythonSource:
    """The module with ``Generator``, ``Discriminator`` and ``weights_init``."""
    parts = (_header(gan), _generator(gan), _discriminator(gan), _weights_init(gan))
    return PythonSource(text="\n\n\n".join(parts) + "\n")


def _header(gan: Gan) -> str:
    picture = gan.generator.output_map
    return f'''\
"""Generator and discriminator for {picture} pictures from a latent vector of length \
{gan.widths.latent_dim}.

Each layer's line ends in the map it gives, channels first, and the arithmetic that gives it.
"""

import torch
from torch import nn'''


def _generator(gan: Gan) -> str:
    network, widths = gan.generator, gan.widths
    latent, image = _shape("latent_dim", network.input_map), _shape("channels", network.output_map)
    names = ["latent_dim", *(_width(depth) for depth in range(len(gan.chain.windows), -1, -1))]
    return f'''\
class Generator(nn.Module):
    """Latent vectors {latent} in, pictures {image} in [-1, 1] out."""

    def __init__(self, latent_dim: int = {widths.latent_dim}, base_channels: int = {widths.base_channels}, channels: int = {widths.channels}) -> None:
        super().__init__()
        {_width_rule(gan)}
        self.main = nn.Sequential(
{_body(network, names)}
        )

    def forward(self, latent: torch.Tensor) -> torch.Tensor:
        image: torch.Tensor = self.main(latent)
        return image'''


def _discriminator(gan: Gan) -> str:
    network, widths = gan.discriminator, gan.widths
    image = _shape("channels", network.input_map)
    names = [*(_width(depth) for depth in range(len(gan.chain.windows) + 1)), "1"]
    return f'''\
class Discriminator(nn.Module):
    """Pictures {image} in, the probability (N,) that each is real out."""

    def __init__(self, base_channels: int = {widths.base_channels}, channels: int = {widths.channels}) -> None:
        super().__init__()
        {_width_rule(gan)}
        self.main = nn.Sequential(
{_body(network, names)}
        )

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        probability: torch.Tensor = self.main(image)
        return probability.flatten()'''


def _weights_init(gan: Gan) -> str:
    axes = gan.chain.axes
    return f'''\
def weights_init(module: nn.Module) -> None:
    """Initialise as DCGAN does: ``Generator().apply(weights_init)``."""
    if isinstance(module, (nn.Conv{axes}d, nn.ConvTranspose{axes}d)):
        nn.init.normal_(module.weight, 0.0, 0.02)
    elif isinstance(module, nn.BatchNorm{axes}d):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)'''


_MOST_WIDTHS = 16
"""As many widths as a line names: by then they have come to the cap."""


def _width_rule(gan: Gan) -> str:
    """The one line that computes the inner widths, from the picture inwards."""
    widths, depths = gan.widths, range(1, len(gan.chain.windows) + 1)
    given = [widths.at(depth) for depth in depths]
    shown = given if len(given) <= _MOST_WIDTHS else [*given[:_MOST_WIDTHS], "…"]
    values = ", ".join(map(str, shown))
    rule = f"min(base_channels * 2**k, {widths.max_channels})"
    return f"width = [{rule} for k in range({len(depths)})]  # {values}"


def _width(depth: int) -> str:
    """The channels at a depth: an argument of the constructor, or an entry of ``width``."""
    return f"width[{depth - 1}]" if depth else "channels"


def _body(network: Network, widths: list[str]) -> str:
    """The lines within ``nn.Sequential(…)``: the modules of each block, from one width to the next."""
    row = iter(network.placed)
    lines = [
        line
        for block, (before, after) in zip(network.blocks, pairwise(widths), strict=True)
        for _, placed in zip(block.modules, row, strict=False)
        for line in render_module(placed, before, after)
    ]
    return "\n".join(f"            {line}" for line in lines)


def _shape(channels: str, feature_map: FeatureMap) -> str:
    return f"(N, {channels}, {', '.join(str(side) for side in feature_map.size)})"
