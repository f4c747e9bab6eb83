"""Networks as values: modules in blocks, blocks in networks, and the assembly that makes them."""

from designer.architecture.gan import DCGAN_DISCRIMINATOR, Gan, assemble_gan
from designer.architecture.labels import AveragePool, Embedding
from designer.architecture.module import Module
from designer.architecture.modules import NEGATIVE_SLOPE, Activate, Activation, Convolve
from designer.architecture.network import Block, Network, Placed, Projection
from designer.architecture.norms import (
    MOST_GROUPS,
    BatchNorm,
    GroupNorm,
    InstanceNorm,
    Norm,
    group_count,
)
from designer.architecture.patch import solve_patch
from designer.architecture.receptive_field import receptive_fields
from designer.architecture.resampling import Crop, PixelShuffle, Upsample
from designer.architecture.wording import describe_sizes

__all__ = [
    "DCGAN_DISCRIMINATOR",
    "MOST_GROUPS",
    "NEGATIVE_SLOPE",
    "Activate",
    "Activation",
    "AveragePool",
    "BatchNorm",
    "Block",
    "Convolve",
    "Crop",
    "Embedding",
    "Gan",
    "GroupNorm",
    "InstanceNorm",
    "Module",
    "Network",
    "Norm",
    "PixelShuffle",
    "Placed",
    "Projection",
    "Upsample",
    "assemble_gan",
    "describe_sizes",
    "group_count",
    "receptive_fields",
    "solve_patch",
]
