"""R3GAN: residual blocks without norms, between fixed resamplers, from a learned first map.

Order of layers, widths, biases and initialization are those of Huang, Gokaslan, Kuleshov & Tompkin, "The
GAN is dead; long live the GAN! A Modern GAN Baseline", arXiv:2501.05441. A level is a map and its blocks;
the first one is the initial map.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import prod

from designer.brief.architecture import blocks_of_levels
from designer.brief.level_widths import BODY_KERNEL_SIZE
from designer.brief.options import DiscriminatorStyle, OutputActivation
from designer.brief.r3gan_widths import R3GANWidths
from designer.geometry.chain import Chain
from designer.geometry.layers import Conv, FeatureMap, Size, Window, Windows
from designer.geometry.modules.activation_moments import Activation
from designer.geometry.modules.activations import ActivationModule
from designer.geometry.modules.basis import Basis
from designer.geometry.modules.convolutions import ConvolutionModule
from designer.geometry.modules.interpolation import (
    InterpolatingDownsample,
    InterpolatingUpsample,
)
from designer.geometry.modules.labels import Embedding
from designer.geometry.modules.linear import Flatten, Identity, Linear, Unflatten
from designer.geometry.modules.module import Module
from designer.networks.blocks import Block, ResidualBlock
from designer.networks.network import Network, Projection

_LEAKY_RELU = ActivationModule(function=Activation.LEAKY_RELU)

_Entries = Iterator[Block | ResidualBlock]


def assemble_r3gan_generator(
    chain: Chain, widths: R3GANWidths, output_activation: OutputActivation
) -> Network:
    """A basis scaled by the latent vector, a level for each map, and a convolution of one tap.

    The vector of a label is concatenated with the latent vector.
    """
    assert widths.latent_dim is not None, "the basis is scaled by a latent vector"
    none = output_activation is OutputActivation.NONE
    last = () if none else (ActivationModule(function=Activation(output_activation)),)
    picture = _convolution(widths.channels_at(0), widths.channels, chain.axes, 1)
    classes, dim = widths.classes, widths.latent_dim
    return Network(
        class_name="Generator",
        input_map=FeatureMap(channels=dim, size=(1,) * chain.axes),
        blocks=(*_levels(chain, widths), Block(modules=(picture, *last))),
        embedding=None
        if classes is None
        else Embedding(classes=classes, dim=dim, deviation=(1 / classes) ** 0.5),
    )


def _levels(chain: Chain, widths: R3GANWidths) -> _Entries:
    """The levels of a generator, each with what comes before its blocks."""
    depth, axes = len(chain.windows), chain.axes
    counts = blocks_of_levels(widths.blocks, depth + 1)
    yield _basis(widths, widths.channels_at(depth), chain.initial_size)
    for level, count in enumerate(counts):
        channels = widths.channels_at(depth - level)
        if level:
            before = widths.channels_at(depth - level + 1)
            larger = InterpolatingUpsample(windows=chain.windows[level - 1])
            yield Block(modules=(_change(before, channels, axes), larger))
        yield from [_block(widths, channels, axes, total=sum(counts))] * count


def _basis(widths: R3GANWidths, channels: int, size: Size) -> Block:
    """A learned map, whose channels the latent vector scales."""
    linear = Linear(
        in_features=widths.stem_channels,
        channels=channels,
        bias=False,
        deviation=(1 / widths.stem_channels) ** 0.5,
    )
    one = Unflatten(channels=channels, size=(1,) * len(size))
    return Block(modules=(Flatten(), linear, one, Basis(channels=channels, size=size)))


def _block(widths: R3GANWidths, channels: int, axes: int, *, total: int) -> ResidualBlock:
    """1×1, grouped 3×3 and 1×1 convolutions, of a network with this ``total`` of blocks.

    The last convolution starts at zero. The others keep second moments, but for a factor of
    ``total``^(−1/2) (Zhang et al., "Fixup Initialization", arXiv:1901.09321, for three layers).
    """
    inner = widths.inner_channels(channels)
    variance = _LEAKY_RELU.kept_variance
    assert variance is not None, "a rectifier scales second moments"
    variance /= total**0.5
    body = (
        _convolution(channels, inner, axes, 1, bias=True, variance=variance),
        _LEAKY_RELU,
        _convolution(
            inner,
            inner,
            axes,
            BODY_KERNEL_SIZE,
            groups=widths.groups(channels),
            bias=True,
            variance=variance,
        ),
        _LEAKY_RELU,
        _convolution(inner, channels, axes, 1, variance=0.0),
    )
    return ResidualBlock(body=body, shortcut=(Identity(),))


def _change(before: int, after: int, axes: int) -> Module:
    """A convolution of one tap where the channels change."""
    return Identity() if before == after else _convolution(before, after, axes, 1)


def _convolution(
    in_channels: int,
    out_channels: int,
    axes: int,
    taps: int,
    *,
    groups: int = 1,
    bias: bool = False,
    variance: float = 1.0,
) -> ConvolutionModule:
    """A convolution that keeps the size, its weights of this variance over their fan-in."""
    windows = (Window(kernel_size=taps, padding=taps // 2),) * axes
    layer = Conv(
        in_channels=in_channels,
        out_channels=out_channels,
        windows=windows,
        groups=groups,
        bias=bias,
    )
    fan = in_channels * taps**axes / groups
    return ConvolutionModule(layer=layer, deviation=(variance / fan) ** 0.5)


def assemble_r3gan_discriminator(
    chain: Chain, widths: R3GANWidths, style: DiscriminatorStyle
) -> Network:
    """The mirror of the generator: the levels in reverse, a kernel as large as the last map, a linear head.

    ``widths`` are its own. With classes the head gives as many numbers as the label's vector, and the
    output is their inner product.
    """
    depth = len(chain.windows)
    channels = widths.channels_at(depth)
    head = Linear(in_features=channels, channels=1, bias=False, deviation=(1 / channels) ** 0.5)
    projection = None
    if widths.classes is not None:
        head = replace(head, channels=channels, multiplied=True)
        embedding = Embedding(
            classes=widths.classes,
            dim=channels,
            multiplied=True,
            deviation=(1 / (channels * widths.classes)) ** 0.5,
        )
        projection = Projection(
            head=head, embedding=embedding, pool=None, activation=None, added=False
        )
    last = (Block(modules=(_depthwise(channels, chain.initial_size),)), Block(modules=(Flatten(),)))
    if projection is None:
        last = (last[0], Block(modules=(Flatten(), head)))
    return Network(
        class_name="Discriminator",
        input_map=FeatureMap(channels=widths.channels, size=chain.target),
        blocks=(*_levels_back(chain, widths, style), *last),
        projection=projection,
        flat=True,
    )


def _levels_back(chain: Chain, widths: R3GANWidths, style: DiscriminatorStyle) -> _Entries:
    """The levels from the picture on, each with what comes after its blocks."""
    depth, axes = len(chain.windows), chain.axes
    counts = r3gan_discriminator_blocks(widths, style, depth)
    yield Block(modules=(_convolution(widths.channels, widths.channels_at(0), axes, 1),))
    for level, count in enumerate(counts):
        channels = widths.channels_at(level)
        yield from [_block(widths, channels, axes, total=sum(counts))] * count
        if level == depth:
            return
        windows = tuple(map(_without_output_padding, chain.windows[depth - 1 - level]))
        smaller = InterpolatingDownsample(windows=windows)
        yield Block(modules=(smaller, _change(channels, widths.channels_at(level + 1), axes)))


def r3gan_discriminator_blocks(
    widths: R3GANWidths, style: DiscriminatorStyle, depth: int
) -> tuple[int, ...]:
    """The blocks of each level, from the picture on; by default those of the generator in reverse."""
    if style.blocks is None:
        return tuple(reversed(blocks_of_levels(widths.blocks, depth + 1)))
    return blocks_of_levels(style.blocks, depth + 1)


def _without_output_padding(window: Window) -> Window:
    return replace(window, output_padding=0)


def _depthwise(channels: int, size: Size) -> ConvolutionModule:
    """A kernel for each channel, as large as the map."""
    windows: Windows = tuple(Window(kernel_size=side) for side in size)
    layer = Conv(
        in_channels=channels, out_channels=channels, windows=windows, groups=channels, bias=False
    )
    return ConvolutionModule(layer=layer, deviation=(1 / prod(size)) ** 0.5)
