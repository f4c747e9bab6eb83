"""Networks of a brief along a chain, refused if they cannot work or are too large."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import NoReturn

from designer.brief.architecture import Architecture, attended_levels
from designer.brief.model import Brief
from designer.brief.options import InitialMap
from designer.brief.skips import AnySize, Skips
from designer.errors import FieldError
from designer.geometry.chain import Chain
from designer.geometry.cost import pooled_size
from designer.geometry.equivalence.connectivity import disconnected_axes
from designer.geometry.layers import format_size
from designer.networks import Gan, Network, assemble_gan
from designer.networks.gan import compose_gan
from designer.reasons import make_reason
from designer.validation.field_validators import field_error, refuse
from designer.validation.json_readers import refuse_field
from designer.validation.limits import MAX_PARAMETERS


def assemble_networks(brief: Brief, chain: Chain) -> Gan:
    """The networks of a brief along a chain.

    Raises:
        InvalidRequest: if the chain starts from another map than the brief's, a norm has a single
            position, no patch chain fits, all taps fall on padding, a network is too large, or the
            brief's levels are not those of the chain.
    """
    if brief.initial_map is not None and brief.initial_map.size not in ((), chain.initial_size):
        _refuse_other_initial_size(chain, brief.initial_map)
    _refuse_other_levels(brief, chain)
    for place, level in enumerate(attended_levels(brief.attention) or ()):
        _refuse_attention_after(chain, level, f"/attention/{place}")
    gan = _build(brief, chain, assemble_gan)
    _refuse_taps_on_padding(brief, gan)
    for network in gan.networks.values():
        _refuse_untrainable(network)
    refuse(_too_large_errors(gan)[:1])
    return gan


def _refuse_other_initial_size(chain: Chain, given: InitialMap) -> NoReturn:
    refuse_field(
        "/chain",
        "contradiction",
        {"target": chain.target},
        sentence="chain_from_other_map",
        chain=list(chain.initial_size),
        initial_map=list(given.size),
    )


def _refuse_other_levels(brief: Brief, chain: Chain) -> None:
    """Refuse blocks that are listed for other levels; a level of R3GAN is a map, the initial one too.

    The discriminator of other residual networks may have more or fewer levels.
    """
    mirrored = brief.architecture is Architecture.R3GAN
    levels = len(chain.windows) + (mirrored or brief.skips is not Skips.NONE)
    style = brief.discriminator_style
    own = style.blocks if style is not None and mirrored else None
    for name, blocks in (("blocks", brief.blocks), ("discriminator/blocks", own)):
        if isinstance(blocks, tuple) and len(blocks) != levels:
            refuse_field(
                f"/{name}",
                "contradiction",
                {"sizes": [format_size(size) for size in chain.sizes]},
                sentence="blocks_of_other_levels",
                blocks=len(blocks),
                levels=levels,
            )


def _refuse_attention_after(chain: Chain, level: int, pointer: str) -> None:
    """Refuse attention at the picture's size, where the discriminator has no features, or beyond.

    Where all positions read one, the softmax is constant: queries and keys would never be trained.
    """
    levels = len(chain.windows)
    if level >= levels:
        sizes = {"sizes": [format_size(size) for size in chain.sizes]}
        refuse_field(
            pointer,
            "contradiction",
            sizes,
            sentence="attention_beyond",
            level=level,
            levels=levels,
        )
    if prod(pooled_size(chain.sizes[level])) == 1:
        refuse_field(
            pointer,
            "contradiction",
            {"size": format_size(chain.sizes[level])},
            sentence="attention_to_one",
            level=level,
        )


def _refuse_taps_on_padding(brief: Brief, gan: Gan) -> None:
    """Refuse a network whose taps all fall on padding: its output is constant.

    Layers that resize or shuffle have a tap on each pixel, and a patch discriminator has its own
    chain.
    """
    mirrored = gan.encoder is not None or (
        gan.discriminator_style is not None and gan.discriminator_style.patch is None
    )
    if brief.upsampling.kind.reads_all_pixels and not mirrored:
        return
    for axis in disconnected_axes(gan.chain):
        sides = [size[axis] for size in gan.chain.sizes]
        dilations = [step[axis].dilation for step in gan.chain.windows]
        refuse_field(
            "/search/dilations" if brief.windows is None else "/chain",
            "taps_on_padding",
            {"dilation": max(dilations)},
            axis=axis,
            sizes=sides,
            dilations=dilations,
        )


def _refuse_untrainable(network: Network) -> None:
    """Refuse a batch norm over a single position: torch cannot train it with one sample."""
    for placed in network.placed_modules:
        if placed.module.over_batch and prod(placed.before.size) == 1:
            refuse_field(
                "/search/initial_size",
                "norm_of_one_position",
                {"network": make_reason(network.class_name.lower())},
                sentence="untrainable_norm",
                shape=list(placed.before.shape),
                normalization=placed.module.op,
            )


def parameter_errors(brief: Brief, chain: Chain) -> list[FieldError]:
    """Errors of the networks along a chain that have too many parameters."""
    return _too_large_errors(_build(brief, chain, compose_gan))


def _build(brief: Brief, chain: Chain, build: Callable[..., Gan]) -> Gan:
    return build(
        chain,
        brief.widths,
        brief.discriminator_style,
        encoder=brief.encoder,
        variational=brief.variational,
        output_activation=brief.output_activation,
        initializations=brief.initializations,
        input_size=brief.resolution if brief.any_size is AnySize.PAD else None,
    )


def _too_large_errors(gan: Gan) -> list[FieldError]:
    return [
        field_error(
            "",
            "too_many_parameters",
            {"network": make_reason(network.class_name.lower())},
            parameters=network.parameters,
            maximum=MAX_PARAMETERS,
        )
        for network in gan.networks.values()
        if network.parameters > MAX_PARAMETERS
    ]
