"""Network options in ids of versions 2 and 3, packed before the content of version 1.

The format is frozen, as that of version 1 is. A brief with DCGAN's options has an id of version 1.
Version 2 adds the options; version 3 has the output activation before them, if it is not Tanh.
"""

from __future__ import annotations

from typing import TypedDict

from designer.brief.model import Brief
from designer.brief.options import (
    DiscriminatorStyle,
    InitialMap,
    Normalization,
    Output,
    OutputActivation,
)
from designer.brief.permalink.mixed_radix import Packer, Unpacker
from designer.geometry.resampling import Upsampling

_UPSAMPLINGS = (Upsampling.TRANSPOSED, Upsampling.RESIZE, Upsampling.SUBPIXEL)
_NORMALIZATIONS = (
    Normalization.BATCH,
    Normalization.INSTANCE,
    Normalization.LAYER,
    Normalization.GROUP,
    Normalization.NONE,
    Normalization.SPECTRAL,
)
_OUTPUT_ACTIVATIONS = (OutputActivation.TANH, OutputActivation.SIGMOID, OutputActivation.NONE)
_OUTPUTS = (Output.PROBABILITY, Output.LOGIT, Output.CRITIC)


class NetworkOptions(TypedDict):
    """The fields of a brief that select the family of networks."""

    initial_map: InitialMap | None
    upsampling: Upsampling
    normalization: Normalization
    output_activation: OutputActivation
    discriminator: DiscriminatorStyle | None
    encoder: bool
    classes: int | None


DCGAN_OPTIONS = NetworkOptions(
    initial_map=None,
    upsampling=Upsampling.TRANSPOSED,
    normalization=Normalization.BATCH,
    output_activation=OutputActivation.TANH,
    discriminator=DiscriminatorStyle(),
    encoder=False,
    classes=None,
)
"""The options that version 1 implies."""


def id_version(brief: Brief) -> str:
    """The lowest version that can represent a brief.

    >>> id_version(Brief(resolution=64, latent_dim=100))
    '1'
    """
    if network_options(brief) == DCGAN_OPTIONS:
        return "1"
    return "2" if brief.output_activation is OutputActivation.TANH else "3"


def network_options(brief: Brief) -> NetworkOptions:
    """The network options of a brief."""
    return NetworkOptions(
        initial_map=brief.initial_map,
        upsampling=brief.upsampling,
        normalization=brief.normalization,
        output_activation=brief.output_activation,
        discriminator=brief.discriminator_style,
        encoder=brief.encoder,
        classes=brief.classes,
    )


def write_network_options(packer: Packer, brief: Brief, version: str) -> None:
    """Pack the network options of a brief in the format of a version."""
    if version == "1":
        return
    if version == "3":
        packer.write_uniform(
            _OUTPUT_ACTIVATIONS.index(brief.output_activation), bound=len(_OUTPUT_ACTIVATIONS)
        )
    given, style = brief.initial_map, brief.discriminator_style
    packer.write_uniform(_UPSAMPLINGS.index(brief.upsampling), bound=len(_UPSAMPLINGS))
    packer.write_uniform(_NORMALIZATIONS.index(brief.normalization), bound=len(_NORMALIZATIONS))
    packer.write_flag(brief.encoder)
    _write_optional(packer, brief.classes)
    packer.write_flag(given is not None)
    if given is not None:
        packer.write_uniform(len(given.size) - 1, bound=3)
        for number in (given.channels, *given.size):
            packer.write_natural(number)
    packer.write_flag(style is not None)
    if style is not None:
        packer.write_uniform(_NORMALIZATIONS.index(style.normalization), bound=len(_NORMALIZATIONS))
        packer.write_uniform(_OUTPUTS.index(style.output), bound=len(_OUTPUTS))
        _write_optional(packer, style.patch)
        _write_optional(packer, style.base_channels)


def read_network_options(reader: Unpacker, version: str) -> NetworkOptions:
    """Unpack network options."""
    if version == "1":
        return DCGAN_OPTIONS
    return NetworkOptions(
        output_activation=_OUTPUT_ACTIVATIONS[
            reader.read_uniform(bound=len(_OUTPUT_ACTIVATIONS)) if version == "3" else 0
        ],
        upsampling=_UPSAMPLINGS[reader.read_uniform(bound=len(_UPSAMPLINGS))],
        normalization=_NORMALIZATIONS[reader.read_uniform(bound=len(_NORMALIZATIONS))],
        encoder=reader.read_flag(),
        classes=_read_optional(reader),
        initial_map=_read_map(reader) if reader.read_flag() else None,
        discriminator=_read_style(reader) if reader.read_flag() else None,
    )


def _read_map(reader: Unpacker) -> InitialMap:
    axes = reader.read_uniform(bound=3) + 1
    channels, *size = (reader.read_natural() for _ in range(1 + axes))
    return InitialMap(channels=channels, size=tuple(size))


def _read_style(reader: Unpacker) -> DiscriminatorStyle:
    return DiscriminatorStyle(
        normalization=_NORMALIZATIONS[reader.read_uniform(bound=len(_NORMALIZATIONS))],
        output=_OUTPUTS[reader.read_uniform(bound=len(_OUTPUTS))],
        patch=_read_optional(reader),
        base_channels=_read_optional(reader),
    )


def _write_optional(packer: Packer, number: int | None) -> None:
    packer.write_flag(number is not None)
    if number is not None:
        packer.write_natural(number)


def _read_optional(reader: Unpacker) -> int | None:
    return reader.read_natural() if reader.read_flag() else None
