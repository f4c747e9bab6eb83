"""The brief: the input of a design."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Literal

from designer.brief.field_rules import (
    elements_errors,
    range_errors,
    resolution_errors,
    type_errors,
)
from designer.brief.fields import Field, Kind, fields_of, named_fields
from designer.brief.option_rules import (
    generator_input_errors,
    initial_map_errors,
    label_errors,
    norm_errors,
)
from designer.brief.options import (
    DISCRIMINATOR,
    INITIAL_MAP,
    DiscriminatorStyle,
    InitialMap,
    Normalization,
    OutputActivation,
)
from designer.brief.search_space import BUDGET, SEARCH, Budget, SearchSpace
from designer.brief.widths import Widths
from designer.brief.window_rules import WINDOW, chain_errors
from designer.errors import FieldError
from designer.geometry.layers import Size, Windows
from designer.geometry.resampling import Upsampling
from designer.limits import (
    MAX_CHANNELS,
    MAX_CLASSES,
    MAX_LATENT_DIM,
    MAX_SIDE,
    MAX_SIGNAL_LENGTH,
    MAX_WIDTH,
    MIN_SIDE,
)
from designer.validation.field_validators import check_length, refuse

DEFAULT_BASE_CHANNELS = 64
"""Default channels of the feature map next to the picture."""


class Level(StrEnum):
    """How much a receipt checks."""

    NONE = "none"
    STANDARD = "standard"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """Request for a design: picture size, latent vector or initial map, options of the networks.

    Each field says what it means. An integer ``resolution`` is stored as a pair; ``windows``
    replaces the search. A generator starts from a latent vector or from ``initial_map``.

    >>> brief = Brief(resolution=96, latent_dim=128)
    >>> brief.resolution, brief.channels, brief.space.strides
    ((96, 96), 3, (2, 3))

    Raises:
        InvalidRequest: with an error for every invalid field.
    """

    resolution: Size = field(
        metadata=Field(
            Kind.SIZE,
            "Size of the picture, height before width (depth first); an integer means the same on"
            f" every axis. At most {MAX_SIDE} per side on two and three axes.",
            unit="pixels",
            low=MIN_SIDE,
            high=MAX_SIGNAL_LENGTH,
            sweep=True,
        ).metadata
    )
    latent_dim: int | None = Field(
        Kind.INTEGER,
        "Length of the latent vector.",
        high=MAX_LATENT_DIM,
        replaced_by="initial_map",
        own_rule=True,
        page="picture",
        sweep=True,
    ).with_default(None)
    initial_map: InitialMap | None = Field(
        Kind.MAP,
        "Channels and size of a map that replaces the latent vector.",
        object_type=InitialMap,
        fields=INITIAL_MAP,
        page="search",
    ).with_default(None)
    channels: int = Field(
        Kind.INTEGER, "Channels of the picture.", high=MAX_CHANNELS, page="picture", sweep=True
    ).with_default(3)
    base_channels: int | None = Field(
        Kind.INTEGER,
        "Channels next to the picture.",
        high=MAX_WIDTH,
        computed=f"{DEFAULT_BASE_CHANNELS}, with a budget the widest that fits it",
        page="generator",
        sweep=True,
    ).with_default(None)
    max_channels: int = Field(
        Kind.INTEGER, "Maximum number of channels of a layer.", high=MAX_WIDTH, page="generator"
    ).with_default(512)
    upsampling: Upsampling = Field(
        Kind.CHOICE,
        "Upsampling method of the generator.",
        choices=Upsampling,
        page="generator",
        sweep=True,
        wide=True,
    ).with_default(Upsampling.TRANSPOSED)
    normalization: Normalization = Field(
        Kind.CHOICE,
        "Normalization after the layers of the generator.",
        choices=Normalization,
        excluded=Normalization.SPECTRAL,
        page="generator",
        sweep=True,
    ).with_default(Normalization.BATCH)
    output_activation: OutputActivation = Field(
        Kind.CHOICE,
        "Activation of the generator's output.",
        choices=OutputActivation,
        page="generator",
    ).with_default(OutputActivation.TANH)
    discriminator: DiscriminatorStyle | Literal["default"] | None = Field(
        Kind.OBJECT,
        "Options of the discriminator; null: none. Default: the one of DCGAN, or none with an"
        " `initial_map`.",
        object_type=DiscriminatorStyle,
        fields=DISCRIMINATOR,
        removable=True,
        page="search",
    ).with_default("default")
    encoder: bool = Field(
        Kind.FLAG, "Whether to add an encoder, the mirror of the generator.", page="search"
    ).with_default(False)
    classes: int | None = Field(
        Kind.INTEGER,
        "Number of classes.",
        if_null="unconditional",
        low=2,
        high=MAX_CLASSES,
        own_rule=True,
        page="picture",
    ).with_default(None)
    search: SearchSpace | None = Field(
        Kind.OBJECT,
        "The search space.",
        object_type=SearchSpace,
        fields=SEARCH,
        computed="by the number of axes",
        read_first=1,
    ).with_default(None)
    windows: tuple[Windows, ...] | None = Field(
        Kind.CHAIN,
        "The windows from the initial map to the picture, instead of a search.",
        name="chain",
        fields=WINDOW,
    ).with_default(None)
    budget: Budget | None = Field(
        Kind.OBJECT, "Limits on the generator.", object_type=Budget, fields=BUDGET, read_first=1
    ).with_default(None)
    verify: Level = Field(
        Kind.CHOICE, "How much the receipt checks.", choices=Level, read_first=1, page=None
    ).with_default(Level.STANDARD)

    def __post_init__(self) -> None:
        self._fill_defaults()
        refuse(type_errors(BRIEF, self))
        self._convert_types()
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        refuse([*number_errors(values), *self._rule_errors()])
        resolution: object = self.resolution
        if isinstance(resolution, int):
            object.__setattr__(self, "resolution", (resolution,) * 2)
        object.__setattr__(self, "resolution", tuple(self.resolution))
        refuse(elements_errors(self.resolution, self.channels))
        if self.search is None:
            object.__setattr__(self, "search", SearchSpace.default(axes=self.axes))
        refuse(self._nested_errors())
        if self.initial_map is not None:
            fixed = replace(self.space, initial_size=self.initial_map.size)
            object.__setattr__(self, "search", fixed)

    def _fill_defaults(self) -> None:
        if self.base_channels is None and self.budget is None:
            object.__setattr__(self, "base_channels", DEFAULT_BASE_CHANNELS)
        if self.discriminator == "default":
            style = DiscriminatorStyle() if self.initial_map is None else None
            object.__setattr__(self, "discriminator", style)

    def _convert_types(self) -> None:
        """Convert strings to enum members and rows of windows to tuples."""
        for row in BRIEF:
            if row.choices is not None:
                object.__setattr__(self, row.name, row.choices(getattr(self, row.name)))
        if self.windows is not None:
            object.__setattr__(self, "windows", tuple(tuple(step) for step in self.windows))

    def _rule_errors(self) -> list[FieldError]:
        return [
            *generator_input_errors(self.latent_dim, self.initial_map),
            *label_errors(self.classes, self.initial_map),
            *norm_errors(self.normalization, self.discriminator_style),
        ]

    def _nested_errors(self) -> list[FieldError]:
        errors = chain_errors(self.windows, axes=self.axes) if self.windows is not None else []
        if self.space.initial_size is not None:
            pointer, axes = "/search/initial_size", self.axes
            errors += check_length(self.space.initial_size, pointer=pointer, low=axes, high=axes)
        if self.initial_map is not None:
            initial_size = self.space.initial_size
            errors += initial_map_errors(
                self.initial_map, axes=self.axes, initial_size=initial_size
            )
        return errors

    @property
    def discriminator_style(self) -> DiscriminatorStyle | None:
        """Options of the discriminator, None for no discriminator."""
        assert self.discriminator != "default", "a constructed brief is completed"
        return self.discriminator

    @property
    def axes(self) -> int:
        """Number of axes of the picture: 1, 2 or 3."""
        return len(self.resolution)

    @property
    def space(self) -> SearchSpace:
        """The search space: ``search``, which is never None after construction."""
        assert self.search is not None
        return self.search

    @property
    def widths(self) -> Widths:
        """The channels of every feature map."""
        return Widths(
            latent_dim=self.latent_dim,
            channels=self.channels,
            base_channels=self.base_channels or DEFAULT_BASE_CHANNELS,
            max_channels=self.max_channels,
            initial_channels=self.initial_map.channels if self.initial_map else None,
            upsampling=self.upsampling,
            normalization=self.normalization,
            classes=self.classes,
        )


_RESOLUTION, *_OPTIONS = fields_of(Brief)

BRIEF = (
    _RESOLUTION,
    *named_fields(
        dimensions=Field(
            Kind.INTEGER,
            "Number of axes, for an integer `resolution`.",
            high=3,
            attribute="axes",
            computed="2",
            own_rule=True,
            sweep=True,
        )
    ),
    *_OPTIONS,
)
"""The fields of a brief, in the order of its JSON."""

_NUMBERS = [row for row in BRIEF if row.kind is Kind.INTEGER and not row.own_rule]


def number_errors(values: Mapping[str, object]) -> list[FieldError]:
    """Errors of the resolution and of the integers that no rule of their own checks."""
    return [*resolution_errors(values["resolution"]), *range_errors(_NUMBERS, values)]
