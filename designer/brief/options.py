"""Options that select the family of networks; their values are part of the contract."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Self

from designer.brief.fields import Field, Kind, fields_of
from designer.geometry.layers import Size
from designer.geometry.modules.conditional_norm import ConditionalBatchNorm
from designer.geometry.modules.norms import BatchNorm, GroupNorm, InstanceNorm, Norm
from designer.validation.json_readers import read_choice
from designer.validation.limits import (
    MAX_BLOCKS,
    MAX_LATENT_DIM,
    MAX_PATCH,
    MAX_SIGNAL_LENGTH,
    MAX_WIDTH,
)

SHOWN_SIDE = 32
"""Side of the initial map that is shown for a factor, where the brief leaves it out."""


class Level(StrEnum):
    """How much a receipt checks."""

    NONE = "none"
    STANDARD = "standard"
    FULL = "full"


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
    CONDITIONAL_BATCH = "conditional_batch", BatchNorm
    """Batch norm whose gain and bias are those of the label; residual generators with classes only.

    The norm before the picture is a plain one.
    """

    @property
    def spectral(self) -> bool:
        """Whether it divides weights instead of normalizing maps."""
        return self is Normalization.SPECTRAL

    @property
    def couples_samples(self) -> bool:
        """Whether the output of a sample depends on the other ones of its batch."""
        return self in (Normalization.BATCH, Normalization.CONDITIONAL_BATCH)

    @property
    def conditional(self) -> bool:
        """Whether the norms of residual blocks read the labels."""
        return self is Normalization.CONDITIONAL_BATCH

    @property
    def sets_scale(self) -> bool:
        """Whether it sets the scale of every map or weight."""
        return self.normalizes_maps or self.spectral

    @property
    def normalizes_maps(self) -> bool:
        """Whether a module after the layer normalizes its feature map."""
        return self.norm is not None

    def modules(self, *, channels: int, axes: int) -> tuple[Norm, ...]:
        """The norm of a layer: one module, or none."""
        return () if self.norm is None else (self.norm(channels=channels, axes=axes),)

    def block_modules(
        self, *, channels: int, axes: int, classes: int | None
    ) -> tuple[Norm | ConditionalBatchNorm, ...]:
        """The norm before a layer of a generator's residual block."""
        if not self.conditional:
            return self.modules(channels=channels, axes=axes)
        assert classes is not None, "conditional norms read labels"
        return (ConditionalBatchNorm(channels=channels, axes=axes, classes=classes),)

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

    Raises:
        InvalidRequest: for another norm or output.
    """

    normalization: Normalization = Field(
        Kind.CHOICE,
        "Normalization after the layers of the discriminator; a critic cannot have batch norm.",
        choices=Normalization,
        excluded=(Normalization.CONDITIONAL_BATCH,),
        default_by=(("architecture",), (("resnet", "spectral"), ("r3gan", "none"))),
        option="discriminator_normalization",
    ).with_default(Normalization.BATCH)
    output: Output = Field(
        Kind.CHOICE,
        "Meaning of the discriminator's output: a probability in [0, 1], its logit, or the unbounded"
        " score of a critic.",
        choices=Output,
        default_by=(("architecture",), (("resnet", "logit"), ("r3gan", "logit"))),
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
    max_channels: int | None = Field(
        Kind.INTEGER,
        "Maximum number of channels of a layer of the discriminator.",
        if_null="as the generator",
        high=MAX_WIDTH,
        option="discriminator_max_channels",
    ).with_default(None)
    blocks: int | tuple[int, ...] | None = Field(
        Kind.LEVELS,
        "Residual blocks of each level of the discriminator, from the picture on, or one number for"
        " all. Levels beyond the chain's keep the size; with fewer, the last map is larger.",
        if_null="those of the generator in reverse",
        high=MAX_BLOCKS,
        option="discriminator_blocks",
    ).with_default(None)

    def __post_init__(self) -> None:
        if isinstance(self.blocks, list):
            object.__setattr__(self, "blocks", tuple(self.blocks))
        for name, choices in (("normalization", Normalization), ("output", Output)):
            pointer = f"/discriminator/{name}"
            found = read_choice(getattr(self, name), choices, pointer=pointer)
            object.__setattr__(self, name, found)


DISCRIMINATOR = fields_of(DiscriminatorStyle, page="discriminator")
"""The fields of ``discriminator``."""

STYLE = Field(
    Kind.OBJECT,
    "Options of the discriminator; null: none. Default: the one of the architecture, or none with an"
    " `initial_map`.",
    object_type=DiscriminatorStyle,
    fields=DISCRIMINATOR,
    removable=True,
    page="discriminator",
)
"""The field `discriminator`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InitialMap:
    """The feature map from which a decoder starts: its channels, and one size per axis.

    With a `factor` the size is the one shown; an empty one means 32 on every axis.
    """

    channels: int = field(
        metadata=Field(Kind.INTEGER, "Channels of the initial map.", high=MAX_WIDTH).metadata
    )
    size: Size = Field(
        Kind.SIZE,
        "Size of the initial map.",
        high=MAX_SIGNAL_LENGTH,
        computed=f"{SHOWN_SIDE} on every axis, with a `factor`; required without one",
    ).with_default(())


INITIAL_MAP = fields_of(InitialMap, page="initial_map")
"""The fields of ``initial_map``."""

STARTING_MAP = Field(
    Kind.MAP,
    "Channels and size of a map that replaces the latent vector.",
    object_type=InitialMap,
    fields=INITIAL_MAP,
    page="initial_map",
)
"""The field `initial_map`."""

DEFAULT_LATENT_DIM = 100
"""Default length of the latent vector."""

LATENT_DIM = Field(
    Kind.INTEGER,
    "Length of the latent vector.",
    high=MAX_LATENT_DIM,
    if_null=f"{DEFAULT_LATENT_DIM}, or no latent vector where `initial_map` is given",
    own_rule=True,
    page="picture",
    sweep=True,
)
"""The field `latent_dim`."""
