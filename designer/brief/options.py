"""Options that select the family of networks; their values are part of the contract."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Self

from designer.geometry.layers import Size
from designer.geometry.modules.norms import BatchNorm, GroupNorm, InstanceNorm, Norm


class Normalization(StrEnum):
    """The norm between a layer and its activation."""

    norm: Callable[..., Norm] | None

    def __new__(cls, value: str, norm: Callable[..., Norm] | None = None) -> Self:
        """A member with the norm of maps that it stands for."""
        member = str.__new__(cls, value)
        member._value_, member.norm = value, norm
        return member

    BATCH = "batch", BatchNorm
    INSTANCE = "instance", InstanceNorm
    LAYER = "layer", partial(GroupNorm, single_group=True)
    """One group over all channels."""
    GROUP = "group", partial(GroupNorm, single_group=False)
    """32 groups, or the largest smaller number that divides the channels."""
    NONE = "none"
    SPECTRAL = "spectral"
    """Each weight divided by its largest singular value, no norm of maps; discriminator only."""

    @property
    def normalizes_maps(self) -> bool:
        """Whether a module after the layer normalizes its feature map."""
        return self.norm is not None

    def modules(self, *, channels: int, axes: int) -> tuple[Norm, ...]:
        """The norm of a layer: one module, or none."""
        return () if self.norm is None else (self.norm(channels=channels, axes=axes),)

    def has_bias(self, *, normed: bool) -> bool:
        """Whether a layer has a bias; ``normed``: a norm follows it.

        The shift of a norm makes the layer's bias redundant. Under batch norm the networks follow
        DCGAN, where layers without a norm have no bias either.
        """
        return self is not Normalization.BATCH and not normed


class OutputActivation(StrEnum):
    """Activation at the end of the generator."""

    TANH = "tanh"
    """Pictures in [-1, 1]."""
    SIGMOID = "sigmoid"
    """Pictures in [0, 1]: masks, independent probabilities of each class."""
    NONE = "none"
    """Unbounded numbers: logits of a segmentation, heights, spectra in decibels."""


class Output(StrEnum):
    """Meaning of the discriminator's output."""

    PROBABILITY = "probability"
    """In [0, 1], after a Sigmoid."""
    LOGIT = "logit"
    """The number before the Sigmoid."""
    CRITIC = "critic"
    """An unbounded score, for Wasserstein distances."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscriminatorStyle:
    """Options of the discriminator.

    ``patch`` is the receptive field in pixels of one output position; None: one output for the
    whole picture. ``base_channels`` is its width next to the picture; None: the generator's.
    """

    normalization: Normalization = Normalization.BATCH
    output: Output = Output.PROBABILITY
    patch: int | None = None
    base_channels: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InitialMap:
    """The feature map from which a decoder starts: its channels, and one size per axis."""

    channels: int
    size: Size
