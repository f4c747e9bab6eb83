"""How the networks of each architecture are assembled, by the class of their widths."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from designer.brief.r3gan_widths import R3GANWidths
from designer.brief.residual_widths import ResidualWidths
from designer.brief.unet_widths import UNetWidths
from designer.brief.widths import Widths
from designer.networks.discriminator import assemble_discriminator
from designer.networks.generator import assemble_generator
from designer.networks.network import Network
from designer.networks.r3gan import (
    assemble_r3gan_discriminator,
    assemble_r3gan_generator,
    r3gan_discriminator_blocks,
)
from designer.networks.resnet import (
    assemble_residual_discriminator,
    assemble_residual_generator,
    discriminator_blocks,
)
from designer.networks.unet import assemble_unet


@dataclass(frozen=True, slots=True)
class Assembly:
    """The functions of one architecture; a U-Net has no discriminator.

    ``generator``: of a chain, widths and the output's activation; ``discriminator``: of a chain, its own
    widths and its options. ``discriminator_levels``: the blocks of each level, of widths, options and the
    number of steps; None without blocks.
    """

    generator: Callable[..., Network]
    discriminator: Callable[..., Network] | None = None
    discriminator_levels: Callable[..., tuple[int, ...]] | None = None


ASSEMBLIES: dict[type[Widths], Assembly] = {
    Widths: Assembly(assemble_generator, assemble_discriminator),
    ResidualWidths: Assembly(
        assemble_residual_generator, assemble_residual_discriminator, discriminator_blocks
    ),
    R3GANWidths: Assembly(
        assemble_r3gan_generator, assemble_r3gan_discriminator, r3gan_discriminator_blocks
    ),
    UNetWidths: Assembly(assemble_unet),
}
"""The functions of every architecture."""
