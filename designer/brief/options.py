"""Options that select the family of networks; their values are part of the contract."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Self

from designer.brief.fields import Field, Kind, fields_of
from designer.geometry.layers import Size
from designer.geometry.modules.norms import BatchNorm, GroupNorm, InstanceNorm, Norm
from designer.limits import MAX_PATCH, MAX_SIGNAL_LENGTH, MAX_WIDTH


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
    def spectral(self) -> bool:
        """Whether it divides weights instead of normalizing maps."""
        return self is Normalization.SPECTRAL

    @property
    def couples_samples(self) -> bool:
        """Whether the output of a sample depends on the other ones of its batch."""
        return self is Normalization.BATCH

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
    """Options of the discriminator."""

    normalization: Normalization = Field(
        Kind.CHOICE,
        "Normalization after the layers of the discriminator; a critic cannot have batch norm.",
        choices=Normalization,
        option="discriminator_normalization",
    ).with_default(Normalization.BATCH)
    output: Output = Field(
        Kind.CHOICE,
        "Meaning of the discriminator's output.",
        choices=Output,
        option="discriminator_output",
        wide=True,
    ).with_default(Output.PROBABILITY)
    patch: int | None = Field(
        Kind.INTEGER,
        "Receptive field of one output of the discriminator.",
        unit="pixels",
        if_null="one output per picture",
        high=MAX_PATCH,
    ).with_default(None)
    base_channels: int | None = Field(
        Kind.INTEGER,
        "Channels of the discriminator next to the picture.",
        if_null="as the generator",
        high=MAX_WIDTH,
        option="discriminator_base_channels",
    ).with_default(None)


DISCRIMINATOR = fields_of(DiscriminatorStyle, page="discriminator")
"""The fields of ``discriminator``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InitialMap:
    """The feature map from which a decoder starts: its channels, and one size per axis."""

    channels: int = field(metadata=Field(Kind.INTEGER, high=MAX_WIDTH).metadata)
    size: Size = field(metadata=Field(Kind.SIZE, high=MAX_SIGNAL_LENGTH).metadata)


INITIAL_MAP = fields_of(InitialMap)
"""The fields of ``initial_map``."""
