"""The brief: the input of a design."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from math import prod
from typing import Literal

from designer.brief.option_rules import (
    generator_input_errors,
    initial_map_errors,
    label_errors,
    norm_errors,
)
from designer.brief.options import DiscriminatorStyle, InitialMap, Normalization, OutputActivation
from designer.brief.search_space import Budget, SearchSpace
from designer.brief.widths import Widths
from designer.brief.window_rules import chain_errors
from designer.errors import FieldError
from designer.geometry.layers import Size, Window, Windows, format_size
from designer.geometry.resampling import Upsampling
from designer.limits import (
    MAX_CHANNELS,
    MAX_ELEMENTS,
    MAX_SIDE,
    MAX_SIGNAL_LENGTH,
    MAX_WIDTH,
    MIN_SIDE,
)
from designer.validation.field_validators import check_integer, check_length, refuse, short_text

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

    ``resolution`` is in pixels, height before width (depth first); a single integer means a
    square picture and is stored as a pair. ``search`` defaults to the default space for this number
    of axes. ``windows`` is a chain given by the caller, which replaces the search.

    The generator starts from a latent vector or from ``initial_map``. The default discriminator is
    DCGAN's, or none with an ``initial_map``. ``base_channels`` defaults to 64; under a budget
    ``design`` chooses the widest that fits.

    >>> brief = Brief(resolution=96, latent_dim=128)
    >>> brief.resolution, brief.channels, brief.space.strides
    ((96, 96), 3, (2, 3))

    Raises:
        InvalidRequest: with an error for every invalid field.
    """

    resolution: Size
    latent_dim: int | None = None
    initial_map: InitialMap | None = None
    channels: int = 3
    base_channels: int | None = None
    max_channels: int = 512
    upsampling: Upsampling = Upsampling.TRANSPOSED
    normalization: Normalization = Normalization.BATCH
    output_activation: OutputActivation = OutputActivation.TANH
    discriminator: DiscriminatorStyle | Literal["default"] | None = "default"
    encoder: bool = False
    classes: int | None = None
    search: SearchSpace | None = None
    budget: Budget | None = None
    windows: tuple[Windows, ...] | None = None
    verify: Level = Level.STANDARD

    def __post_init__(self) -> None:
        self._fill_defaults()
        refuse(_type_errors(self))
        self._convert_types()
        refuse(
            [
                *number_errors({name: getattr(self, name) for name in ("resolution", *_MAXIMA)}),
                *self._rule_errors(),
            ]
        )
        resolution: object = self.resolution
        if isinstance(resolution, int):
            object.__setattr__(self, "resolution", (resolution,) * 2)
        object.__setattr__(self, "resolution", tuple(self.resolution))
        refuse(_elements_errors(self.resolution, self.channels))
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
        for name, choices in BRIEF_CHOICES.items():
            object.__setattr__(self, name, choices(getattr(self, name)))
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


def _type_errors(brief: Brief) -> list[FieldError]:
    """Errors of the non-numeric fields, for briefs constructed in Python."""
    errors = [
        _type_error(name, getattr(brief, name), "not_a_choice", f"one of {', '.join(choices)}")
        for name, choices in BRIEF_CHOICES.items()
        if getattr(brief, name) not in [*choices]
    ]
    errors += [
        _type_error(name, getattr(brief, name), "not_an_object", f"a {kind.__name__} or None")
        for name, kind in _NESTED_TYPES.items()
        if not isinstance(getattr(brief, name), kind | None)
    ]
    if not isinstance(brief.encoder, bool):
        errors.append(_type_error("encoder", brief.encoder, "not_a_boolean", "true or false"))
    if not _are_windows(brief.windows):
        errors.append(_type_error("chain", brief.windows, "not_a_list", "rows of Windows"))
    return errors


def _type_error(name: str, value: object, code: str, wanted: str) -> FieldError:
    detail = f"{name} must be {wanted}, got {short_text(value)}"
    return FieldError(pointer=f"/{name}", code=code, detail=detail)


def _are_windows(windows: object) -> bool:
    """Whether the value is None or a sequence of rows of windows."""
    return windows is None or (
        isinstance(windows, list | tuple)
        and all(isinstance(step, list | tuple) for step in windows)
        and all(isinstance(window, Window) for step in windows for window in step)
    )


BRIEF_CHOICES: dict[str, type[StrEnum]] = {
    "verify": Level,
    "upsampling": Upsampling,
    "normalization": Normalization,
    "output_activation": OutputActivation,
}

_NESTED_TYPES: dict[str, type] = {
    "search": SearchSpace,
    "budget": Budget,
    "initial_map": InitialMap,
    "discriminator": DiscriminatorStyle,
}

_MAXIMA = {
    "channels": MAX_CHANNELS,
    "base_channels": MAX_WIDTH,
    "max_channels": MAX_WIDTH,
}


def number_errors(fields: Mapping[str, object]) -> list[FieldError]:
    """Errors of the resolution and of the channel numbers; a channel number may be None."""
    return [
        *_resolution_errors(fields["resolution"]),
        *(
            error
            for name, high in _MAXIMA.items()
            if (value := fields.get(name)) is not None
            for error in check_integer(value, pointer=f"/{name}", low=1, high=high)
        ),
    ]


def _resolution_errors(resolution: object) -> list[FieldError]:
    if isinstance(resolution, list | tuple):
        errors = check_length(resolution, pointer="/resolution", low=1, high=3)
        high = MAX_SIGNAL_LENGTH if len(resolution) == 1 else MAX_SIDE
        for index, side in enumerate(resolution[:3]):
            pointer = f"/resolution/{index}"
            errors += check_integer(side, pointer=pointer, low=MIN_SIDE, high=high)
        return errors
    return check_integer(resolution, pointer="/resolution", low=MIN_SIDE, high=MAX_SIDE)


def _elements_errors(resolution: Size, channels: int) -> list[FieldError]:
    elements = prod(resolution) * channels
    if elements <= MAX_ELEMENTS:
        return []
    shape = format_size((channels, *resolution))
    return [
        FieldError(
            pointer="/resolution",
            code="too_many_elements",
            detail=f"a picture of {shape} has {elements} elements; the limit is {MAX_ELEMENTS}",
            facts={"elements": elements, "maximum": MAX_ELEMENTS},
        )
    ]
