"""Torch modules as values: each kind is one class with all that other packages ask of it."""

from designer.geometry.modules.attention import Attention
from designer.geometry.modules.basis import Basis
from designer.geometry.modules.convolutions import ConvolutionModule
from designer.geometry.modules.interpolation import (
    InterpolatingDownsample,
    InterpolatingUpsample,
)
from designer.geometry.modules.labels import Embedding
from designer.geometry.modules.linear import Flatten, Identity, Linear, Unflatten
from designer.geometry.modules.module import Module
from designer.geometry.modules.pooling import AveragePool, SumPool
from designer.geometry.modules.resizing import Crop, PixelShuffle, Upsample
from designer.geometry.modules.skip_modules import PadFunction

LAYER_KINDS: tuple[type[Module], ...] = (
    ConvolutionModule,
    Upsample,
    PixelShuffle,
    Crop,
    PadFunction,
    Embedding,
    AveragePool,
    Linear,
    Flatten,
    Unflatten,
    SumPool,
    Identity,
    Attention,
    Basis,
    InterpolatingUpsample,
    InterpolatingDownsample,
)
"""The kinds of modules that are a layer of their own in answers; the others belong to one."""
