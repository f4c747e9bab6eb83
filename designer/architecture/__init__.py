"""Networks as values: modules in blocks, blocks in networks, and the assembly that makes them."""

from designer.architecture.gan import Gan, assemble_gan
from designer.architecture.module import Module
from designer.architecture.modules import NEGATIVE_SLOPE, Activate, Activation, Convolve
from designer.architecture.network import Block, Network, Placed
from designer.architecture.norms import BatchNorm, Norm

__all__ = [
    "NEGATIVE_SLOPE",
    "Activate",
    "Activation",
    "BatchNorm",
    "Block",
    "Convolve",
    "Gan",
    "Module",
    "Network",
    "Norm",
    "Placed",
    "assemble_gan",
]
