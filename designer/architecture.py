"""The networks: a generator that follows a chain, and the discriminator that mirrors it.

Layers, order, widths and activations are those of DCGAN (Radford, Metz & Chintala, "Unsupervised
Representation Learning with Deep Convolutional Generative Adversarial Networks", arXiv:1511.06434)
as in PyTorch's public reference implementation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import accumulate, pairwise

from designer.chain import Chain
from designer.cost import (
    convolution_multiply_adds,
    convolution_parameters,
    norm_parameters,
    saved_elements,
)
from designer.errors import InvalidLayer
from designer.layers import Conv, ConvTranspose, FeatureMap, Window, Windows
from designer.widths import Widths

NEGATIVE_SLOPE = 0.2
"""Slope of every LeakyReLU below zero (DCGAN, section 3)."""


class Normalization(StrEnum):
    """What follows a layer before its activation."""

    BATCH = "batch"
    NONE = "none"


class Activation(StrEnum):
    """What ends a block."""

    RELU = "relu"
    LEAKY_RELU = "leaky_relu"
    TANH = "tanh"
    SIGMOID = "sigmoid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A layer, its normalisation and its activation: three modules, or two without a norm."""

    layer: Conv | ConvTranspose
    normalization: Normalization
    activation: Activation

    @property
    def transposed(self) -> bool:
        """Whether the layer is a transposed convolution."""
        return isinstance(self.layer, ConvTranspose)

    @property
    def modules(self) -> int:
        """Modules that the block is made of: layer, norm if any, activation."""
        return 2 if self.normalization is Normalization.NONE else 3

    @property
    def parameters(self) -> int:
        """Parameters of the layer and its norm."""
        layer = self.layer
        weights = convolution_parameters(
            taps=layer.kernel_taps,
            in_channels=layer.in_channels,
            out_channels=layer.out_channels,
            groups=layer.groups,
            bias=layer.bias,
        )
        normed = self.normalization is not Normalization.NONE
        return weights + (norm_parameters(layer.out_channels) if normed else 0)

    def multiply_adds(self, before: FeatureMap) -> int:
        """Multiply-adds of the layer on one sample of the map ``before``."""
        layer = self.layer
        positions = before if self.transposed else layer.output_map(before)
        return convolution_multiply_adds(
            positions=positions.size,
            taps=layer.kernel_taps,
            in_channels=layer.in_channels,
            out_channels=layer.out_channels,
            groups=layer.groups,
        )

    def saved_elements(self, after: FeatureMap) -> int:
        """Numbers that torch keeps of the block for the backward pass of one sample."""
        return saved_elements(
            elements=after.elements,
            channels=after.channels,
            batch_norm=self.normalization is Normalization.BATCH,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Blocks that fit end to end, from ``input_map`` on.

    Raises:
        InvalidLayer: where a block does not take the map before it.
    """

    class_name: str
    input_map: FeatureMap
    blocks: tuple[Block, ...]

    def __post_init__(self) -> None:
        assert self.blocks, "a network has at least one block"
        assert self.class_name.isidentifier(), "a class needs an identifier for its name"
        assert self.feature_maps, "every block takes the map before it"

    @property
    def feature_maps(self) -> tuple[FeatureMap, ...]:
        """The input map and the map after each block: one more than there are blocks."""
        maps = [self.input_map]
        for block in self.blocks:
            maps.append(block.layer.output_map(maps[-1]))
        return tuple(maps)

    @property
    def positions(self) -> tuple[int, ...]:
        """Where each block's layer stands among the modules of ``nn.Sequential``."""
        return tuple(accumulate((block.modules for block in self.blocks[:-1]), initial=0))

    @property
    def output_map(self) -> FeatureMap:
        """The map after the last block."""
        return self.feature_maps[-1]

    @property
    def parameters(self) -> int:
        """Parameters of all blocks."""
        return sum(block.parameters for block in self.blocks)

    @property
    def multiply_adds(self) -> int:
        """Multiply-adds of all blocks on one sample."""
        befores = self.feature_maps[:-1]
        return sum(
            block.multiply_adds(before) for block, before in zip(self.blocks, befores, strict=True)
        )

    @property
    def activation_bytes(self) -> int:
        """Bytes that torch keeps for the backward pass of one float32 sample, parameters left out."""
        saved = sum(
            block.saved_elements(after)
            for block, after in zip(self.blocks, self.feature_maps[1:], strict=True)
        )
        return _FLOAT32_BYTES * (self.input_map.elements + saved)


_FLOAT32_BYTES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Gan:
    """A generator and a discriminator, with the chain and the widths both are made from.

    Raises:
        InvalidLayer: where the discriminator does not take what the generator makes.
    """

    chain: Chain
    widths: Widths
    generator: Network
    discriminator: Network

    def __post_init__(self) -> None:
        made, taken = self.generator.output_map, self.discriminator.input_map
        if made != taken:
            raise InvalidLayer(
                f"the generator makes {made}, the discriminator takes {taken}",
                generator=list(made.shape),
                discriminator=list(taken.shape),
            )


def assemble_gan(chain: Chain, widths: Widths) -> Gan:
    """The DCGAN whose generator follows ``chain`` at these widths.

    >>> step = (Window(kernel_size=4, stride=2, padding=1),) * 2
    >>> sizes = tuple((side, side) for side in (4, 8, 16, 32, 64))
    >>> widths = Widths(latent_dim=100, channels=3, base_channels=64, max_channels=512)
    >>> gan = assemble_gan(Chain(sizes=sizes, windows=(step,) * 4), widths)
    >>> gan.generator.parameters, gan.discriminator.parameters, gan.generator.multiply_adds
    (3576704, 2765568, 104628224)
    """
    return Gan(
        chain=chain,
        widths=widths,
        generator=_assemble_generator(chain, widths),
        discriminator=_assemble_discriminator(chain, widths),
    )


def _assemble_generator(chain: Chain, widths: Widths) -> Network:
    depths = range(len(chain.windows), -1, -1)
    stem = Block(
        layer=ConvTranspose(
            in_channels=widths.latent_dim,
            out_channels=widths.at(depths[0]),
            windows=_whole(chain),
            bias=False,
        ),
        normalization=Normalization.BATCH,
        activation=Activation.RELU,
    )
    stages = [
        Block(
            layer=ConvTranspose(
                in_channels=widths.at(before),
                out_channels=widths.at(after),
                windows=windows,
                bias=False,
            ),
            normalization=Normalization.BATCH if after else Normalization.NONE,
            activation=Activation.RELU if after else Activation.TANH,
        )
        for windows, (before, after) in zip(chain.windows, pairwise(depths), strict=True)
    ]
    latent = FeatureMap(channels=widths.latent_dim, size=(1,) * chain.axes)
    return Network(class_name="Generator", input_map=latent, blocks=(stem, *stages))


def _assemble_discriminator(chain: Chain, widths: Widths) -> Network:
    depths = range(len(chain.windows) + 1)
    stages = [
        Block(
            layer=Conv(
                in_channels=widths.at(before),
                out_channels=widths.at(after),
                windows=_without_output_padding(windows),
                bias=False,
            ),
            normalization=Normalization.BATCH if before else Normalization.NONE,
            activation=Activation.LEAKY_RELU,
        )
        for windows, (before, after) in zip(reversed(chain.windows), pairwise(depths), strict=True)
    ]
    head = Block(
        layer=Conv(
            in_channels=widths.at(depths[-1]), out_channels=1, windows=_whole(chain), bias=False
        ),
        normalization=Normalization.NONE,
        activation=Activation.SIGMOID,
    )
    image = FeatureMap(channels=widths.channels, size=chain.target)
    return Network(class_name="Discriminator", input_map=image, blocks=(*stages, head))


def _whole(chain: Chain) -> Windows:
    """Windows as large as the initial map: one position in, or one position out."""
    return tuple(Window(kernel_size=side) for side in chain.initial_size)


def _without_output_padding(windows: Windows) -> Windows:
    return tuple(replace(window, output_padding=0) for window in windows)
