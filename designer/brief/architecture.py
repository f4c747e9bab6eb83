"""The architectures of networks, and which options of a brief go with each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any

from designer.brief.fields import Field, Kind, fields_of
from designer.brief.initialization import Initialization, Initializations
from designer.brief.options import DiscriminatorStyle, Normalization, Output
from designer.brief.search_space import SearchSpace
from designer.errors import FieldError
from designer.geometry.layers import Windows
from designer.geometry.resampling import Upsampling
from designer.validation.field_validators import field_error
from designer.validation.limits import MAX_BLOCKS, MAX_EXPANSION, MAX_LAYERS, MAX_WIDTH

Levels = int | tuple[int, ...]
"""A number for each level, or one for all."""


class Architecture(StrEnum):
    """What the networks are made of."""

    DCGAN = "dcgan"
    """Layers in sequence (Radford, Metz & Chintala, arXiv:1511.06434)."""
    RESNET = "resnet"
    """Residual blocks (Miyato et al., arXiv:1802.05957).

    The discriminator sums its features over all positions: the sum would saturate a Sigmoid.
    """
    R3GAN = "r3gan"
    """Residual blocks without norms, between fixed resamplers (Huang et al., arXiv:2501.05441)."""

    @property
    def discriminator_style(self) -> DiscriminatorStyle:
        """The options of its discriminator that a brief leaves out."""
        rows = [row for row in fields_of(DiscriminatorStyle) if row.default_by]
        implied: dict[str, Any] = {row.attribute: row.implied(self) for row in rows}
        return replace(DiscriminatorStyle(), **implied)


ARCHITECTURE = Field(
    Kind.CHOICE,
    "Layers in sequence, residual blocks, or residual blocks without norms between fixed resamplers.",
    choices=Architecture,
    page="generator",
    wide=True,
)
"""The field `architecture`."""

BLOCKS = Field(
    Kind.LEVELS,
    "Residual blocks, or with `skips` convolutions, of each level, or one number for all; from the one"
    " after the stem, with `r3gan` or `skips` from the initial map on.",
    if_null="1 with `resnet`, 2 with `r3gan` or with `skips` and `dcgan`",
    high=MAX_BLOCKS,
    page="generator",
)
"""The field `blocks`."""

ATTENTION = Field(
    Kind.LEVELS,
    "Levels after which self-attention follows, with its mirror in the discriminator; the first is"
    " the one after the stem, and the last cannot have it.",
    if_null="none",
    high=MAX_LAYERS - 1,
    page="generator",
)
"""The field `attention`."""


EXPANSION = Field(
    Kind.INTEGER,
    "How many times the channels of a map a block has inside, with `r3gan`.",
    if_null="2 with `r3gan`",
    high=MAX_EXPANSION,
    page="generator",
)
"""The field `expansion`."""

GROUP_WIDTH = Field(
    Kind.INTEGER,
    "Most channels in a group of the grouped convolutions, with `r3gan`.",
    if_null="16 with `r3gan`",
    high=MAX_WIDTH,
    page="generator",
)
"""The field `group_width`."""

DEFAULT_BLOCKS = {Architecture.RESNET: 1, Architecture.R3GAN: 2}
"""Residual blocks of a level, as published."""

R3GAN_SHAPE = {"expansion": 2, "group_width": 16}
"""The published shape of R3GAN's blocks."""


def implied_values(rows: Iterable[Field], architecture: str) -> dict[str, object]:
    """The values of the options that an architecture has, where a brief leaves them out."""
    implied = {row.attribute: row.implied(architecture) for row in rows if row.default_by}
    if architecture in DEFAULT_BLOCKS:
        implied["blocks"] = DEFAULT_BLOCKS[Architecture(architecture)]
    return implied | (R3GAN_SHAPE if architecture == Architecture.R3GAN else {})


def architecture_errors(
    architecture: Architecture, fields: Mapping[str, object], style: DiscriminatorStyle | None
) -> list[FieldError]:
    """Errors of the fields of a brief that do not go with its architecture.

    >>> [error.detail for error in architecture_errors(Architecture.RESNET, {"encoder": True}, None)]
    ['encoder does not go with the architecture resnet']
    """
    found = _SETTINGS_TO_REFUSE[architecture](fields, style)
    unsuitable = [_error(setting, architecture) for setting, value in found.items() if value]
    return unsuitable + _attention_errors(fields.get("attention"))


def _not_with_dcgan(
    fields: Mapping[str, object], style: DiscriminatorStyle | None
) -> dict[str, object]:
    """The settings that do not go with layers in sequence, each with whether a brief has it."""
    return {
        **{name: fields.get(name) for name in ("blocks", "attention", *R3GAN_SHAPE)},
        "discriminator.blocks": style and style.blocks,
        "normalization=conditional_batch": _is_conditional(fields.get("normalization")),
    }


def _not_with_blocks(
    fields: Mapping[str, object], style: DiscriminatorStyle | None
) -> dict[str, object]:
    """The settings that go with no residual network."""
    return {
        **{name: fields.get(name) for name in ("initial_map", "factor", "encoder")},
        "discriminator.patch": style and style.patch,
        "discriminator.output=probability": style and style.output is Output.PROBABILITY,
    }


def _not_with_resnet(
    fields: Mapping[str, object], style: DiscriminatorStyle | None
) -> dict[str, object]:
    return {
        **_not_with_blocks(fields, style),
        **{name: fields.get(name) for name in R3GAN_SHAPE},
        "normalization=none": _is_none(fields.get("normalization")),
        "discriminator.normalization=none": style and _is_none(style.normalization),
    }


def _not_with_r3gan(
    fields: Mapping[str, object], style: DiscriminatorStyle | None
) -> dict[str, object]:
    norm, upsampling = fields.get("normalization"), fields.get("upsampling")
    own = style and style.normalization
    return {
        **_not_with_blocks(fields, style),
        "attention": fields.get("attention"),
        f"normalization={norm}": norm and not _is_none(norm),
        f"upsampling={upsampling}": _resamples_by_itself(upsampling),
        f"discriminator.normalization={own}": own and not _is_none(own),
    }


def _resamples_by_itself(upsampling: object) -> bool:
    """Whether layers resize or shuffle, instead of following the windows of the chain."""
    return isinstance(upsampling, Upsampling) and not upsampling.kind.transposed


_SETTINGS_TO_REFUSE = {
    Architecture.DCGAN: _not_with_dcgan,
    Architecture.RESNET: _not_with_resnet,
    Architecture.R3GAN: _not_with_r3gan,
}


def _attention_errors(attention: object) -> list[FieldError]:
    """Errors of levels that are listed twice."""
    listed = attention if isinstance(attention, list | tuple) else ()
    return [
        field_error(f"/attention/{place}", "contradiction", sentence="level_again", level=level)
        for place, level in enumerate(listed)
        if level in listed[:place]
    ]


def attended_levels(attention: Levels | None) -> tuple[int, ...] | None:
    """The levels in ascending order.

    >>> attended_levels((3, 1)), attended_levels(2), attended_levels(None)
    ((1, 3), (2,), None)
    """
    if attention is None:
        return None
    return tuple(sorted(attention)) if isinstance(attention, tuple) else (attention,)


def _is_none(normalization: object) -> bool:
    return isinstance(normalization, Normalization) and not normalization.sets_scale


def _is_conditional(normalization: object) -> bool:
    return isinstance(normalization, Normalization) and normalization.conditional


def _error(setting: str, architecture: Architecture) -> FieldError:
    """The error of a field, or of a field=value, that does not go with an architecture."""
    pointer = "/" + setting.partition("=")[0].replace(".", "/")
    facts = {"field": setting, "architecture": str(architecture)}
    return field_error(pointer, "contradiction", facts, sentence="not_with_architecture")


def initialization_errors(
    architecture: Architecture, initializations: Initializations
) -> list[FieldError]:
    """Errors of the initializations: a `resnet` is drawn as DCGAN's networks, an `r3gan` by variance."""
    if architecture is Architecture.DCGAN:
        return []
    own = Initialization.VARIANCE if architecture is Architecture.R3GAN else Initialization.DCGAN
    values = {role: initializations.of(role) for role in ("generator", "discriminator")}
    return [
        _error(f"initialization.{role}={value}", architecture)
        for role, value in values.items()
        if value not in (own, None)
    ]


def window_errors(
    architecture: Architecture, space: SearchSpace, windows: tuple[Windows, ...] | None
) -> list[FieldError]:
    """Errors of windows: the filters of an `r3gan` are not dilated."""
    if architecture is not Architecture.R3GAN:
        return []
    found = {"search.dilations": max(space.dilations)}
    for place, step in enumerate(windows or ()):
        found[f"chain.{place}.dilation"] = max(window.dilation for window in step)
    return [_error(setting, architecture) for setting, value in found.items() if value > 1]


def has_uneven_overlap(architecture: object, upsampling: Upsampling) -> bool:
    """Whether layers can overlap unevenly.

    Blocks that resize or shuffle do so beside a convolution, and fixed filters add up to one everywhere.
    """
    if architecture is Architecture.R3GAN:
        return False
    return architecture is not Architecture.RESNET or upsampling.kind.transposed


def blocks_of_levels(blocks: Levels, levels: int) -> tuple[int, ...]:
    """The blocks of each level.

    >>> blocks_of_levels(2, 3), blocks_of_levels((1, 2, 3), 3)
    ((2, 2, 2), (1, 2, 3))
    """
    return blocks if isinstance(blocks, tuple) else (blocks,) * levels
