"""Residual networks: pre-activation blocks that resample on both paths.

Order of layers, widths and biases are those of SNGAN (Miyato et al., "Spectral Normalization for
Generative Adversarial Networks", arXiv:1802.05957) and of its projection discriminator (Miyato &
Koyama, arXiv:1802.05637).
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from designer.brief.architecture import blocks_of_levels
from designer.brief.options import DiscriminatorStyle, OutputActivation
from designer.brief.residual_widths import ResidualWidths
from designer.geometry.chain import Chain
from designer.geometry.layers import FeatureMap
from designer.geometry.modules.activation_moments import Activation
from designer.geometry.modules.activations import ActivationModule
from designer.geometry.modules.attention import Attention
from designer.geometry.modules.convolutions import DCGAN_DEVIATION
from designer.geometry.modules.labels import Embedding
from designer.geometry.modules.linear import Flatten, Identity, Linear, Unflatten
from designer.geometry.modules.module import Module
from designer.geometry.modules.pooling import SumPool
from designer.networks.blocks import Block, ResidualBlock
from designer.networks.network import Network, Projection
from designer.networks.residual_paths import (
    RESIDUAL_PATHS,
    ChainStep,
    body_convolution,
    shortcut_convolution,
)

_RELU = ActivationModule(function=Activation.RELU)


def assemble_residual_generator(
    chain: Chain, widths: ResidualWidths, output_activation: OutputActivation
) -> Network:
    """A linear stem, a level for each step of the chain, and a convolution to the picture.

    Self-attention follows the last block of the levels ``widths.attention``, the first one after the
    stem. With class-conditional batch norm the labels enter by the norms of the blocks alone; the norm
    before the picture is a plain one, as in SNGAN's and BigGAN's published code.
    """
    assert widths.latent_dim is not None, "a residual generator starts from a latent vector"
    depth = len(chain.windows)
    blocks: list[Block | ResidualBlock] = [_stem(chain, widths)]
    for level in range(depth):
        blocks += _enlarging_level(chain, widths, level, depth - 1 - level)
        if level + 1 in widths.attention:
            blocks.append(_attention(widths.channels_at(depth - 1 - level), chain.axes))
    none = output_activation is OutputActivation.NONE
    last = () if none else (ActivationModule(function=Activation(output_activation)),)
    inner = widths.channels_at(0)
    picture = body_convolution(inner, widths.channels, chain.axes)
    norm = widths.normalization.modules(channels=inner, axes=chain.axes)
    blocks.append(Block(modules=(*norm, _RELU, picture, *last)))
    labels = None if widths.normalization.conditional else widths.classes
    return Network(
        class_name="Generator",
        input_map=FeatureMap(channels=widths.latent_dim, size=(1,) * chain.axes),
        blocks=tuple(blocks),
        embedding=None if labels is None else Embedding(classes=labels, dim=widths.latent_dim),
    )


def _stem(chain: Chain, widths: ResidualWidths) -> Block:
    channels, size = widths.channels_at(len(chain.windows)), chain.initial_size
    linear = Linear(in_features=widths.stem_channels, channels=channels, positions=prod(size))
    return Block(modules=(Flatten(), linear, Unflatten(channels=channels, size=size)))


def _attention(channels: int, axes: int, *, spectral: bool = False) -> Block:
    """Self-attention after the last block of a level."""
    layer = Attention(channels=channels, axes=axes, spectral_parts=spectral)
    return Block(modules=(layer,))


def _before(widths: ResidualWidths, channels: int, axes: int) -> tuple[Module, ...]:
    """What comes before a convolution of a generator's block: norm and ReLU."""
    classes = widths.classes
    norm = widths.normalization.block_modules(channels=channels, axes=axes, classes=classes)
    return (*norm, _RELU)


def _enlarging_level(
    chain: Chain, widths: ResidualWidths, level: int, depth: int
) -> list[ResidualBlock]:
    """The blocks of a level: the first one enlarges the map, the others keep it."""
    before, inner, axes = widths.channels_at(depth + 1), widths.channels_at(depth), chain.axes
    paths = RESIDUAL_PATHS[widths.upsampling]
    larger, shortcut = paths.enlarge(ChainStep(chain, level), before, inner)
    finish = (*_before(widths, inner, axes), body_convolution(inner, inner, axes))
    first = ResidualBlock(
        body=(*_before(widths, before, axes), *larger, *finish),
        shortcut=shortcut,
        resamples=True,
    )
    further = ResidualBlock(
        body=(
            *_before(widths, inner, axes),
            body_convolution(inner, inner, axes),
            *finish,
        ),
        shortcut=(Identity(),),
    )
    return [first, *[further] * (widths.blocks_at(depth) - 1)]


def assemble_residual_discriminator(
    chain: Chain, widths: ResidualWidths, style: DiscriminatorStyle
) -> Network:
    """A level for each step back, perhaps fewer or more of them, a sum over positions, a linear head.

    ``widths`` are its own. Self-attention follows the last block whose output has the size of a map
    with attention in the generator; a discriminator with too few levels for a size has none there.
    """
    counts = discriminator_blocks(widths, style, len(chain.windows))
    inner = widths.channels_at(len(counts) - 1)
    tail = (*_activated(style, inner, chain.axes, keeps_input=False), SumPool())
    head = Linear(in_features=inner, channels=1, spectral=style.normalization.spectral)
    projection = _projection(head, widths.classes)
    last = Block(modules=(*tail, head) if projection is None else tail)
    return Network(
        class_name="Discriminator",
        input_map=FeatureMap(channels=widths.channels, size=chain.target),
        blocks=(*_levels_back(chain, widths, style, counts), last),
        projection=projection,
        flat=True,
    )


def _levels_back(
    chain: Chain, widths: ResidualWidths, style: DiscriminatorStyle, counts: tuple[int, ...]
) -> Iterator[Block | ResidualBlock]:
    """The blocks of all levels; the first one of a level of the chain makes the map smaller."""
    depth, spectral = len(chain.windows), style.normalization.spectral
    for level, count in enumerate(counts):
        after = widths.channels_at(level)
        for place in range(count):
            resamples = place == 0 and level < depth
            step = ChainStep(chain, depth - 1 - level) if resamples else None
            if first := level == place == 0:
                channels = (widths.channels, after, after)
            else:
                before = widths.channels_at(level - 1) if place == 0 else after
                channels = (before, before, after)
            yield _back_block(widths, style, step, channels, first=first, axes=chain.axes)
        if depth - 1 - level in widths.attention:
            yield _attention(after, chain.axes, spectral=spectral)


def _projection(head: Linear, classes: int | None) -> Projection | None:
    """The label input of a discriminator with classes, beside its head."""
    if classes is None:
        return None
    embedding = Embedding(
        classes=classes,
        dim=head.in_features,
        spectral=head.spectral,
        multiplied=True,
        deviation=DCGAN_DEVIATION,
    )
    return Projection(head=head, embedding=embedding, pool=None, activation=None)


def discriminator_blocks(
    widths: ResidualWidths, style: DiscriminatorStyle, levels: int
) -> tuple[int, ...]:
    """The blocks of each level of the discriminator; by default those of the generator in reverse."""
    if style.blocks is None:
        return tuple(reversed(blocks_of_levels(widths.blocks, levels)))
    return blocks_of_levels(style.blocks, levels)


def _back_block(
    widths: ResidualWidths,
    style: DiscriminatorStyle,
    step: ChainStep | None,
    channels: tuple[int, int, int],
    *,
    first: bool,
    axes: int,
) -> ResidualBlock:
    """A block of the discriminator; at a ``step`` of the chain it also makes the map smaller."""
    before, hidden, after = channels
    spectral = style.normalization.spectral
    start = () if first else _activated(style, before, axes, keeps_input=True)
    start = (*start, body_convolution(before, hidden, axes, spectral=spectral))
    start = (*start, *_activated(style, hidden, axes, keeps_input=False))
    if step is None:
        body: tuple[Module, ...] = (body_convolution(hidden, after, axes, spectral=spectral),)
        point = shortcut_convolution(before, after, axes, spectral=spectral)
        shortcut: tuple[Module, ...] = (Identity() if before == after else point,)
    else:
        body, shortcut = RESIDUAL_PATHS[widths.upsampling].shrink(
            step, channels, first=first, spectral=spectral
        )
    return ResidualBlock(body=(*start, *body), shortcut=shortcut, resamples=step is not None)


def _activated(
    style: DiscriminatorStyle, channels: int, axes: int, *, keeps_input: bool
) -> tuple[Module, ...]:
    """Norm and ReLU; without a norm, the first ReLU of a block leaves its input to the shortcut."""
    norm = style.normalization.modules(channels=channels, axes=axes)
    relu = ActivationModule(function=Activation.RELU, keeps_input=keeps_input and not norm)
    return (*norm, relu)
