"""Torch modules as values: each kind is one class with all that other packages ask of it."""

from designer.geometry.modules.convolutions import ConvolutionModule
from designer.geometry.modules.labels import AveragePool, Embedding
from designer.geometry.modules.module import Module
from designer.geometry.modules.resizing import Crop, PixelShuffle, Upsample

LAYER_KINDS: tuple[type[Module], ...] = (
    ConvolutionModule,
    Upsample,
    PixelShuffle,
    Crop,
    Embedding,
    AveragePool,
)
"""The kinds of modules that are a layer of their own in answers; the others belong to one."""
