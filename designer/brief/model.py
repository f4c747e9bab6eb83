"""The brief: the input of a design."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Literal

from designer.brief.architecture import (
    ARCHITECTURE,
    ATTENTION,
    BLOCKS,
    EXPANSION,
    GROUP_WIDTH,
    Architecture,
    Levels,
    architecture_errors,
    attended_levels,
    has_uneven_overlap,
    initialization_errors,
    window_errors,
)
from designer.brief.architecture_widths import make_widths
from designer.brief.factor import per_axis_size, whole_factor
from designer.brief.field_rules import elements_errors, level_errors, range_errors, type_errors
from designer.brief.fields import Field, Kind, fields_of, named_fields
from designer.brief.initialization import INITIALIZATION, Initialization, Initializations
from designer.brief.missing_values import DEFAULT_BASE_CHANNELS, missing_values
from designer.brief.option_rules import (
    generator_input_errors,
    label_errors,
    norm_errors,
    variational_errors,
)
from designer.brief.options import (
    LATENT_DIM,
    STARTING_MAP,
    STYLE,
    DiscriminatorStyle,
    InitialMap,
    Level,
    Normalization,
    OutputActivation,
)
from designer.brief.search_space import BUDGET, SEARCH, Budget, SearchSpace
from designer.brief.shown_sizes import DIMENSIONS, FACTOR, RESOLUTION, shown_sizes, size_errors
from designer.brief.skip_rules import skip_errors
from designer.brief.skips import ANY_SIZE, INPUT_CHANNELS, SKIPS, AnySize, Skips
from designer.brief.space_rules import given_space, space_errors
from designer.brief.widths import Widths
from designer.brief.window_rules import CHAIN
from designer.errors import FieldError
from designer.geometry.layers import Size, Windows
from designer.geometry.resampling import Upsampling
from designer.validation.field_validators import refuse
from designer.validation.limits import MAX_CHANNELS, MAX_CLASSES, MAX_WIDTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """Request for a design: picture size, latent vector or initial map, options of the networks.

    Each field says what it means. An integer ``resolution`` is stored as a pair; ``windows``
    replaces the search. A generator starts from a latent vector or from ``initial_map``. With a
    ``factor`` the resolution is that of the initial map that is shown.

    >>> brief = Brief(resolution=96)
    >>> brief.resolution, brief.latent_dim, brief.space.strides
    ((96, 96), 100, (2, 3))
    >>> decoder = Brief(factor=(256,), initial_map=InitialMap(channels=80))
    >>> decoder.resolution, str(decoder.space.exact)
    ((8192,), 'require')

    Raises:
        InvalidRequest: with an error for every invalid field.
    """

    resolution: Size = RESOLUTION.with_default(())
    factor: Size | None = FACTOR.with_default(None)
    latent_dim: int | None = LATENT_DIM.with_default(None)
    initial_map: InitialMap | None = STARTING_MAP.with_default(None)
    channels: int = Field(
        Kind.INTEGER,
        "Channels of the picture: 3 for RGB, 1 for gray, for sound or for a volume.",
        high=MAX_CHANNELS,
        page="picture",
        sweep=True,
    ).with_default(3)
    base_channels: int | None = Field(
        Kind.INTEGER,
        "Channels of the feature map next to the picture.",
        high=MAX_WIDTH,
        computed=f"{DEFAULT_BASE_CHANNELS}, with a budget the widest that fits it",
        page="generator",
        sweep=True,
    ).with_default(None)
    max_channels: int = Field(
        Kind.INTEGER, "Maximum number of channels of a layer.", high=MAX_WIDTH, page="generator"
    ).with_default(512)
    architecture: Architecture = ARCHITECTURE.with_default(Architecture.DCGAN)
    blocks: Levels | None = BLOCKS.with_default(None)
    attention: Levels | None = ATTENTION.with_default(None)
    expansion: int | None = EXPANSION.with_default(None)
    group_width: int | None = GROUP_WIDTH.with_default(None)
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
        excluded=(Normalization.SPECTRAL,),
        default_by=(("architecture",), (("r3gan", "none"),)),
        page="generator",
        sweep=True,
    ).with_implied_default(Normalization.BATCH)
    output_activation: OutputActivation = Field(
        Kind.CHOICE,
        "Activation of the generator's output.",
        choices=OutputActivation,
        default_by=(("architecture",), (("r3gan", "none"),)),
        page="generator",
    ).with_implied_default(OutputActivation.TANH)
    discriminator: DiscriminatorStyle | Literal["default"] | None = STYLE.with_default("default")
    initialization: Initializations | Initialization | None = INITIALIZATION.with_default(None)
    encoder: bool = Field(
        Kind.FLAG, "Whether to add an encoder, the mirror of the generator.", page="encoder"
    ).with_default(False)
    skips: Skips = SKIPS.with_default(Skips.NONE)
    input_channels: int | None = INPUT_CHANNELS.with_default(None)
    any_size: AnySize | None = ANY_SIZE.with_default(None)
    variational: bool = Field(
        Kind.FLAG,
        "Whether the encoder gives the mean and the logarithm of the variance of its code, and one"
        " `Autoencoder` joins both networks; needs `encoder`.",
        page="encoder",
    ).with_default(False)
    classes: int | None = Field(
        Kind.INTEGER,
        "Number of classes, one of which is given to both networks with each sample.",
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
    windows: tuple[Windows, ...] | None = CHAIN.with_default(None)
    budget: Budget | None = Field(
        Kind.OBJECT, "Limits on the generator.", object_type=Budget, fields=BUDGET, read_first=1
    ).with_default(None)
    verify: Level = Field(
        Kind.CHOICE, "How much the receipt checks.", choices=Level, read_first=1, page=None
    ).with_default(Level.STANDARD)

    def __post_init__(self) -> None:
        for name, value in missing_values(self, BRIEF).items():
            object.__setattr__(self, name, value)
        refuse(type_errors(BRIEF, self))
        self._convert_types()
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        refuse([*number_errors(values), *self._rule_errors(values)])
        object.__setattr__(self, "attention", attended_levels(self.attention))
        self._complete_sizes()
        given, style = self.initialization, self.discriminator_style
        completed = Initializations.complete(given, self.normalization, style)
        object.__setattr__(self, "initialization", completed)
        refuse(initialization_errors(self.architecture, completed))
        refuse(elements_errors(self.resolution, self.channels))
        if self.search is None:
            weighed = has_uneven_overlap(self.architecture, self.upsampling)
            default = SearchSpace.default(
                axes=self.axes, factor=self.growth, weighs_overlap=weighed
            )
            object.__setattr__(self, "search", default)
        refuse(window_errors(self.architecture, self.space, self.windows))
        given_map, factor = self.initial_map, self.factor
        refuse(
            space_errors(
                self.space,
                self.windows,
                axes=self.axes,
                factor=factor,
                initial_map=given_map,
                any_size=self.any_size,
            )
        )
        if self.any_size is not None and self.windows is not None:
            down = AnySize(self.any_size).chain(self.resolution, self.windows)
            object.__setattr__(self, "windows", down.windows)
        fixed = given_space(self.space, given_map, factor=factor, any_size=self.any_size)
        object.__setattr__(self, "search", fixed)

    def _complete_sizes(self) -> None:
        """Complete sizes to one number per axis, and those that a factor implies."""
        if self.factor is not None and self.initial_map is not None:
            found = shown_sizes(self.factor, self.initial_map, self.resolution)
            for name, value in zip(("factor", "initial_map", "resolution"), found, strict=True):
                object.__setattr__(self, name, value)
        object.__setattr__(self, "resolution", per_axis_size(self.resolution, axes=2))

    def _convert_types(self) -> None:
        """Convert strings to enum members and rows of windows to tuples."""
        for row in BRIEF:
            if row.choices is not None and (given := getattr(self, row.name)) is not None:
                object.__setattr__(self, row.name, row.choices(given))
        for name in ("blocks", "attention"):
            if isinstance(listed := getattr(self, name), list):
                object.__setattr__(self, name, tuple(listed))
        if self.windows is not None:
            object.__setattr__(self, "windows", tuple(tuple(step) for step in self.windows))

    def _rule_errors(self, values: Mapping[str, object]) -> list[FieldError]:
        return [
            *generator_input_errors(self.latent_dim, self.initial_map),
            *label_errors(self.classes, self.initial_map),
            *norm_errors(self.normalization, self.discriminator_style, self.classes),
            *variational_errors(self.variational, encoder=self.encoder),
            *skip_errors(values, self.discriminator_style),
            *(
                architecture_errors(self.architecture, values, self.discriminator_style)
                if self.skips is Skips.NONE
                else ()
            ),
        ]

    @property
    def discriminator_style(self) -> DiscriminatorStyle | None:
        """Options of the discriminator, None for no discriminator."""
        assert self.discriminator != "default", "a constructed brief is completed"
        return self.discriminator

    @property
    def initializations(self) -> Initializations:
        """The initialization of each network: ``initialization``, completed."""
        assert isinstance(self.initialization, Initializations), "a constructed brief is completed"
        return self.initialization

    @property
    def axes(self) -> int:
        """Number of axes of the picture: 1, 2 or 3."""
        return len(self.resolution)

    @property
    def growth(self) -> Size:
        """What the initial map is multiplied by; empty without one, or if it divides no size."""
        return (
            () if self.initial_map is None else whole_factor(self.initial_map.size, self.resolution)
        )

    @property
    def space(self) -> SearchSpace:
        """The search space: ``search``, which is never None after construction."""
        assert self.search is not None
        return self.search

    @property
    def widths(self) -> Widths:
        """The channels of every feature map."""
        values = {
            "latent_dim": self.latent_dim,
            "channels": self.channels,
            "base_channels": self.base_channels or DEFAULT_BASE_CHANNELS,
            "max_channels": self.max_channels,
            "initial_channels": self.initial_map.channels if self.initial_map else None,
            "upsampling": self.upsampling,
            "normalization": self.normalization,
            "classes": self.classes,
        }
        return make_widths(self.architecture, self.skips, self, values)


_RESOLUTION, *_OPTIONS = fields_of(Brief)

BRIEF = (_RESOLUTION, *named_fields(dimensions=DIMENSIONS), *_OPTIONS)
"""The fields of a brief, in the order of its JSON."""

_NUMBERS = [row for row in BRIEF if row.kind is Kind.INTEGER and not row.own_rule]


def number_errors(values: Mapping[str, object]) -> list[FieldError]:
    """Errors of the resolution or factor and of the numbers that no rule of their own checks."""
    return [
        *size_errors(values),
        *range_errors(_NUMBERS, values),
        *level_errors(BRIEF, values),
    ]
