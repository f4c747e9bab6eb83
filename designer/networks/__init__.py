"""Networks as values (modules in blocks, blocks in networks), and their assembly."""

from designer.networks.blocks import Block, PlacedModule, PlacedPaths, ResidualBlock
from designer.networks.gan import DCGAN_DISCRIMINATOR, Gan, assemble_gan
from designer.networks.network import Network, Projection
from designer.networks.patch_chain import solve_patch
from designer.networks.receptive_field import receptive_fields

__all__ = [
    "DCGAN_DISCRIMINATOR",
    "Block",
    "Gan",
    "Network",
    "PlacedModule",
    "PlacedPaths",
    "Projection",
    "ResidualBlock",
    "assemble_gan",
    "receptive_fields",
    "solve_patch",
]
