"""The choices that make one family of networks or another; their texts are the contract's."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from designer.geometry.layers import Size


class Normalization(StrEnum):
    """What follows a layer before its activation."""

    BATCH = "batch"
    INSTANCE = "instance"
    LAYER = "layer"
    """One group over all channels."""
    GROUP = "group"
    """Groups: 32, or the largest number below that divides the channels."""
    NONE = "none"
    SPECTRAL = "spectral"
    """No norm of the maps: each weight divided by its largest singular value (discriminator only)."""

    @property
    def normalizes_maps(self) -> bool:
        """Whether a module after the layer normalises its map."""
        return self not in (Normalization.NONE, Normalization.SPECTRAL)

    def has_bias(self, *, normed: bool) -> bool:
        """Whether a layer of such a network has a bias; ``normed``: a norm follows it.

        A norm's own shift makes the layer's bias superfluous. Under batch norm the networks are
        DCGAN's, which has no bias in the layers without a norm either.
        """
        return self is not Normalization.BATCH and not normed


class OutputActivation(StrEnum):
    """What ends the generator."""

    TANH = "tanh"
    """Pictures in -1 to 1."""
    SIGMOID = "sigmoid"
    """Pictures in 0 to 1: masks, probabilities of each class by itself."""
    NONE = "none"
    """Numbers of any range: logits of a segmentation, heights, spectra in decibels."""


class Output(StrEnum):
    """What the discriminator's number is."""

    PROBABILITY = "probability"
    """In 0 to 1, after a Sigmoid."""
    LOGIT = "logit"
    """The number before the Sigmoid."""
    CRITIC = "critic"
    """A score of no fixed range, for Wasserstein distances."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscriminatorStyle:
    """What is asked of the discriminator.

    ``patch`` is the receptive field in pixels of one answer; None: one answer for the whole
    picture. ``base_channels`` is its width next to the picture; None: the generator's.
    """

    normalization: Normalization = Normalization.BATCH
    output: Output = Output.PROBABILITY
    patch: int | None = None
    base_channels: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InitialMap:
    """A map that a decoder starts from: its channels, and its size with a side for each axis."""

    channels: int
    size: Size
