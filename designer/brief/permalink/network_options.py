"""Network options in ids of later versions, packed before the content of version 1.

The format is frozen, as that of version 1 is. A brief with DCGAN's options has an id of version 1.
Version 2 adds the options; version 3 has the output activation before them, if it is not Tanh;
version 4 has the initializations after them, if one is not DCGAN's; version 5 has all of these
always, and first whether the brief has a factor and is variational; version 6 has after that the
architecture, its blocks, and those and the widest layer of the discriminator; version 7 has after
the architecture the levels with self-attention; version 8 may have none of them, and its generator
has class-conditional batch norm; version 9 has an R3GAN, and after it the shape of its blocks; version
A has after the architecture how the arms are joined, and its initial map may have no size.
"""

from __future__ import annotations

from dataclasses import replace

from designer.brief.architecture import Architecture, Levels
from designer.brief.initialization import (
    DCGAN_INITIALIZATIONS,
    Initialization,
    Initializations,
)
from designer.brief.model import Brief
from designer.brief.options import (
    DiscriminatorStyle,
    InitialMap,
    Normalization,
    Output,
    OutputActivation,
)
from designer.brief.permalink.mixed_radix import Packer, Unpacker
from designer.brief.permalink.packed_architecture import (
    NO_ARCHITECTURE,
    read_architecture,
    read_optional,
    write_architecture,
    write_optional,
)
from designer.brief.permalink.packed_levels import read_attention, write_attention
from designer.brief.permalink.packed_skips import (
    NO_SKIPS,
    WITH_SKIPS,
    SkipOptions,
    read_skips,
    write_skips,
)
from designer.brief.skips import Skips
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
_CONDITIONAL_NORMS = (Normalization.CONDITIONAL_BATCH,)
_OUTPUT_ACTIVATIONS = (OutputActivation.TANH, OutputActivation.SIGMOID, OutputActivation.NONE)
_INITIALIZATIONS = (Initialization.DCGAN, Initialization.VARIANCE)

WITH_FACTOR = "5"
"""The version that says whether the brief has a factor, and whether it is variational."""

WITH_ARCHITECTURE = "6"
"""The version that says more of what the networks are made of."""

WITH_ATTENTION = "7"
"""The version that says which levels have self-attention."""

WITH_CONDITIONAL_NORM = "8"
"""The version whose generator has class-conditional batch norm."""

WITH_R3GAN = "9"
"""The version whose networks are R3GAN's."""

_WITH_ARCHITECTURE = (
    WITH_ARCHITECTURE,
    WITH_ATTENTION,
    WITH_CONDITIONAL_NORM,
    WITH_R3GAN,
    WITH_SKIPS,
)

WITH_FLAGS = (WITH_FACTOR, *_WITH_ARCHITECTURE)
"""The versions that say first whether the brief has a factor, and whether it is variational."""

_WITH_OUTPUT_ACTIVATION = ("3", "4", *WITH_FLAGS)
_WITH_INITIALIZATIONS = ("4", *WITH_FLAGS)
_OUTPUTS = (Output.PROBABILITY, Output.LOGIT, Output.CRITIC)


class NetworkOptions(SkipOptions):
    """The fields of a brief that select the family of networks."""

    architecture: Architecture
    blocks: Levels | None
    attention: Levels | None
    expansion: int | None
    group_width: int | None
    initial_map: InitialMap | None
    upsampling: Upsampling
    normalization: Normalization
    output_activation: OutputActivation
    discriminator: DiscriminatorStyle | None
    encoder: bool
    classes: int | None
    initialization: Initializations


DCGAN_OPTIONS = NetworkOptions(
    architecture=Architecture.DCGAN,
    blocks=None,
    attention=None,
    expansion=None,
    group_width=None,
    initial_map=None,
    upsampling=Upsampling.TRANSPOSED,
    normalization=Normalization.BATCH,
    output_activation=OutputActivation.TANH,
    discriminator=DiscriminatorStyle(),
    encoder=False,
    classes=None,
    initialization=DCGAN_INITIALIZATIONS,
    **NO_SKIPS,
)
"""The options that version 1 implies."""


def id_version(brief: Brief) -> str:
    """The lowest version that can represent a brief.

    >>> id_version(Brief(resolution=64, latent_dim=100))
    '1'
    """
    style = brief.discriminator_style
    if brief.skips is not Skips.NONE:
        return WITH_SKIPS
    if brief.architecture is Architecture.R3GAN:
        return WITH_R3GAN
    if brief.normalization.conditional:
        return WITH_CONDITIONAL_NORM
    if brief.attention is not None:
        return WITH_ATTENTION
    if brief.blocks is not None or (style is not None and style.max_channels is not None):
        return WITH_ARCHITECTURE
    if brief.factor is not None or brief.variational:
        return WITH_FACTOR
    if Initialization.VARIANCE in _initializations_of(brief):
        return "4"
    if network_options(brief) == DCGAN_OPTIONS:
        return "1"
    return "2" if brief.output_activation is OutputActivation.TANH else "3"


def network_options(brief: Brief) -> NetworkOptions:
    """The network options of a brief."""
    return NetworkOptions(
        architecture=brief.architecture,
        blocks=brief.blocks,
        attention=brief.attention,
        expansion=brief.expansion,
        group_width=brief.group_width,
        initial_map=brief.initial_map,
        upsampling=brief.upsampling,
        normalization=brief.normalization,
        output_activation=brief.output_activation,
        discriminator=brief.discriminator_style,
        encoder=brief.encoder,
        classes=brief.classes,
        initialization=brief.initializations,
        skips=brief.skips,
        input_channels=brief.input_channels,
        any_size=brief.any_size,
    )


def _initializations_of(brief: Brief) -> tuple[Initialization | None, ...]:
    """Of the generator, and of the discriminator if there is one."""
    each = brief.initializations
    return (each.generator, each.discriminator)


def write_network_options(packer: Packer, brief: Brief, version: str) -> None:
    """Pack the network options of a brief in the format of a version."""
    if version == "1":
        return
    if version in _WITH_OUTPUT_ACTIVATION:
        packer.write_uniform(
            _OUTPUT_ACTIVATIONS.index(brief.output_activation), bound=len(_OUTPUT_ACTIVATIONS)
        )
    given, style = brief.initial_map, brief.discriminator_style
    if version in _WITH_ARCHITECTURE:
        write_architecture(packer, brief, r3gan=version == WITH_R3GAN)
    if version in (WITH_ATTENTION, WITH_CONDITIONAL_NORM):
        write_attention(packer, brief.attention, optional=version == WITH_CONDITIONAL_NORM)
    if version == WITH_SKIPS:
        write_skips(packer, brief)
    packer.write_uniform(_UPSAMPLINGS.index(brief.upsampling), bound=len(_UPSAMPLINGS))
    norms = _generator_norms(version)
    packer.write_uniform(norms.index(brief.normalization), bound=len(norms))
    packer.write_flag(brief.encoder)
    write_optional(packer, brief.classes)
    packer.write_flag(given is not None)
    if given is not None:
        if version == WITH_SKIPS:
            packer.write_flag(given.size != ())
        packer.write_uniform(max(0, len(given.size) - 1), bound=3)
        for number in (given.channels, *given.size):
            packer.write_natural(number)
    packer.write_flag(style is not None)
    if style is not None:
        packer.write_uniform(_NORMALIZATIONS.index(style.normalization), bound=len(_NORMALIZATIONS))
        packer.write_uniform(_OUTPUTS.index(style.output), bound=len(_OUTPUTS))
        write_optional(packer, style.patch)
        write_optional(packer, style.base_channels)
    for each in (
        filter(None, _initializations_of(brief)) if version in _WITH_INITIALIZATIONS else ()
    ):
        packer.write_uniform(_INITIALIZATIONS.index(each), bound=len(_INITIALIZATIONS))


def read_network_options(reader: Unpacker, version: str) -> NetworkOptions:
    """Unpack network options."""
    if version == "1":
        return DCGAN_OPTIONS
    names = len(_OUTPUT_ACTIVATIONS)
    output = reader.read_uniform(bound=names) if version in _WITH_OUTPUT_ACTIVATION else 0
    made = NO_ARCHITECTURE
    if version in _WITH_ARCHITECTURE:
        made = read_architecture(reader, r3gan=version == WITH_R3GAN)
    attention, norms = _read_attention(reader, version), _generator_norms(version)
    skips = read_skips(reader) if version == WITH_SKIPS else NO_SKIPS
    options = NetworkOptions(
        architecture=made.architecture,
        blocks=made.blocks,
        attention=attention,
        expansion=made.expansion,
        group_width=made.group_width,
        output_activation=_OUTPUT_ACTIVATIONS[output],
        upsampling=_UPSAMPLINGS[reader.read_uniform(bound=len(_UPSAMPLINGS))],
        normalization=norms[reader.read_uniform(bound=len(norms))],
        encoder=reader.read_flag(),
        classes=read_optional(reader),
        initial_map=_read_map(reader, version) if reader.read_flag() else None,
        discriminator=_read_style(reader) if reader.read_flag() else None,
        initialization=DCGAN_INITIALIZATIONS,
        **skips,
    )
    if options["discriminator"] is not None:
        options["discriminator"] = replace(
            options["discriminator"],
            max_channels=made.max_channels,
            blocks=made.discriminator_blocks,
        )
    if version in _WITH_INITIALIZATIONS:
        roles = ("generator", *(["discriminator"] if options["discriminator"] else []))
        read = {role: _INITIALIZATIONS[reader.read_uniform(bound=2)] for role in roles}
        options["initialization"] = Initializations(**read)
    return options


def _read_attention(reader: Unpacker, version: str) -> tuple[int, ...] | None:
    """The levels with self-attention, in the versions that have some."""
    if version not in (WITH_ATTENTION, WITH_CONDITIONAL_NORM):
        return None
    return read_attention(reader, optional=version == WITH_CONDITIONAL_NORM)


def _generator_norms(version: str) -> tuple[Normalization, ...]:
    """The norms of a generator in the order of a version."""
    return _CONDITIONAL_NORMS if version == WITH_CONDITIONAL_NORM else _NORMALIZATIONS


def _read_map(reader: Unpacker, version: str) -> InitialMap:
    sized = version != WITH_SKIPS or reader.read_flag()
    axes = reader.read_uniform(bound=3) + 1
    channels, *size = (reader.read_natural() for _ in range(1 + (axes if sized else 0)))
    return InitialMap(channels=channels, size=tuple(size))


def _read_style(reader: Unpacker) -> DiscriminatorStyle:
    return DiscriminatorStyle(
        normalization=_NORMALIZATIONS[reader.read_uniform(bound=len(_NORMALIZATIONS))],
        output=_OUTPUTS[reader.read_uniform(bound=len(_OUTPUTS))],
        patch=read_optional(reader),
        base_channels=read_optional(reader),
    )
