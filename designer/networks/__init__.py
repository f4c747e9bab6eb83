"""Networks as values (modules in blocks, blocks in networks), and their assembly."""

from designer.networks.convolution_modules import (
    NEGATIVE_SLOPE,
    Activation,
    ActivationModule,
    ConvolutionModule,
)
from designer.networks.gan import DCGAN_DISCRIMINATOR, Gan, assemble_gan
from designer.networks.label_modules import AveragePool, Embedding
from designer.networks.module import Module
from designer.networks.network import Block, Network, PlacedModule, Projection
from designer.networks.norm_modules import (
    MAX_GROUPS,
    BatchNorm,
    GroupNorm,
    InstanceNorm,
    Norm,
    group_count,
)
from designer.networks.patch_chain import solve_patch
from designer.networks.receptive_field import receptive_fields
from designer.networks.resampling_modules import Crop, PixelShuffle, Upsample
from designer.networks.size_text import describe_sizes

__all__ = [
    "DCGAN_DISCRIMINATOR",
    "MAX_GROUPS",
    "NEGATIVE_SLOPE",
    "Activation",
    "ActivationModule",
    "AveragePool",
    "BatchNorm",
    "Block",
    "ConvolutionModule",
    "Crop",
    "Embedding",
    "Gan",
    "GroupNorm",
    "InstanceNorm",
    "Module",
    "Network",
    "Norm",
    "PixelShuffle",
    "PlacedModule",
    "Projection",
    "Upsample",
    "assemble_gan",
    "describe_sizes",
    "group_count",
    "receptive_fields",
    "solve_patch",
]
