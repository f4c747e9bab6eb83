"""The networks of a design: a generator that follows a chain, and the discriminator that mirrors it.

Layers, order, widths and activations are those of DCGAN (Radford, Metz & Chintala, "Unsupervised
Representation Learning with Deep Convolutional Generative Adversarial Networks", arXiv:1511.06434)
as in PyTorch's public reference implementation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from designer.architecture.modules import Activate, Activation, Convolve
from designer.architecture.network import Block, Network
from designer.architecture.norms import BatchNorm
from designer.chain import Chain
from designer.errors import InvalidLayer
from designer.layers import Conv, ConvTranspose, FeatureMap, Window, Windows
from designer.widths import Widths


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
    stem = _block(
        ConvTranspose(
            in_channels=widths.latent_dim,
            out_channels=widths.at(depths[0]),
            windows=_whole(chain),
            bias=False,
        ),
        normed=True,
        activation=Activation.RELU,
    )
    stages = [
        _block(
            ConvTranspose(
                in_channels=widths.at(before),
                out_channels=widths.at(after),
                windows=windows,
                bias=False,
            ),
            normed=bool(after),
            activation=Activation.RELU if after else Activation.TANH,
        )
        for windows, (before, after) in zip(chain.windows, pairwise(depths), strict=True)
    ]
    latent = FeatureMap(channels=widths.latent_dim, size=(1,) * chain.axes)
    return Network(class_name="Generator", input_map=latent, blocks=(stem, *stages))


def _assemble_discriminator(chain: Chain, widths: Widths) -> Network:
    depths = range(len(chain.windows) + 1)
    stages = [
        _block(
            Conv(
                in_channels=widths.at(before),
                out_channels=widths.at(after),
                windows=_without_output_padding(windows),
                bias=False,
            ),
            normed=bool(before),
            activation=Activation.LEAKY_RELU,
        )
        for windows, (before, after) in zip(reversed(chain.windows), pairwise(depths), strict=True)
    ]
    head = _block(
        Conv(in_channels=widths.at(depths[-1]), out_channels=1, windows=_whole(chain), bias=False),
        normed=False,
        activation=Activation.SIGMOID,
    )
    image = FeatureMap(channels=widths.channels, size=chain.target)
    return Network(class_name="Discriminator", input_map=image, blocks=(*stages, head))


def _block(layer: Conv | ConvTranspose, *, normed: bool, activation: Activation) -> Block:
    norms = (BatchNorm(channels=layer.out_channels, axes=layer.axes),) if normed else ()
    return Block(modules=(Convolve(layer=layer), *norms, Activate(function=activation)))


def _whole(chain: Chain) -> Windows:
    """Windows as large as the initial map: one position in, or one position out."""
    return tuple(Window(kernel_size=side) for side in chain.initial_size)


def _without_output_padding(windows: Windows) -> Windows:
    return tuple(replace(window, output_padding=0) for window in windows)
