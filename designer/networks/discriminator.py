"""The discriminator, which mirrors the chain or follows a patch chain, and the encoder."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from designer.brief.options import DiscriminatorStyle, Normalization, Output
from designer.brief.widths import Widths
from designer.geometry.chain import Chain
from designer.geometry.layers import Conv, FeatureMap, Window, Windows
from designer.geometry.modules.activation_moments import Activation
from designer.geometry.modules.activations import ActivationModule
from designer.geometry.modules.convolutions import (
    DCGAN_DEVIATION,
    ConvolutionModule,
)
from designer.geometry.modules.labels import Embedding
from designer.geometry.modules.pooling import LabelAveragePool
from designer.networks.blocks import Block
from designer.networks.network import Network, Projection
from designer.networks.patch_chain import solve_patch


def assemble_discriminator(chain: Chain, widths: Widths, style: DiscriminatorStyle) -> Network:
    """The discriminator for the output of a chain's generator; ``widths`` are its own.

    Raises:
        InvalidRequest: if no chain has the receptive field ``style.patch``.
    """
    *steps, last = _mirror(chain) if style.patch is None else solve_patch(style.patch, chain.target)
    blocks = _stages(steps, widths, style.normalization)
    channels = widths.channels_at(len(steps))
    spectral = style.normalization.spectral
    head = ConvolutionModule(
        layer=Conv(
            in_channels=channels,
            out_channels=1,
            windows=last,
            bias=style.normalization.has_bias(normed=False),
        ),
        spectral=spectral,
    )
    sigmoid = style.output is Output.PROBABILITY
    activation = ActivationModule(function=Activation.SIGMOID) if sigmoid else None
    projection = None
    if widths.classes is None:
        blocks += (Block(modules=(head,) if activation is None else (head, activation)),)
    else:
        embedding = Embedding(
            classes=widths.classes,
            dim=channels,
            spectral=spectral,
            multiplied=True,
            deviation=DCGAN_DEVIATION,
        )
        pool = LabelAveragePool(windows=last)
        projection = Projection(head=head, embedding=embedding, pool=pool, activation=activation)
    return Network(
        class_name="Discriminator",
        input_map=FeatureMap(channels=widths.channels, size=chain.target),
        blocks=blocks,
        projection=projection,
        flat=style.patch is None,
    )


def discriminator_widths(widths: Widths, style: DiscriminatorStyle | None) -> Widths:
    """The generator's widths, with the discriminator's ``base_channels`` and cap if it has its own."""
    if style is None:
        return widths
    return replace(
        widths,
        base_channels=style.base_channels or widths.base_channels,
        max_channels=style.max_channels or widths.max_channels,
    )


def assemble_encoder(chain: Chain, widths: Widths, *, variational: bool = False) -> Network:
    """The generator's mirror with the same norms, from pictures to its input.

    ``variational``: to the mean and then to the logarithm of the variance of each number.
    """
    *steps, _ = _mirror(chain)
    kernel_size = widths.stem_kernel_size(chain.initial_size)
    keeps_size = widths.latent_dim is None
    head = Conv(
        in_channels=widths.channels_at(len(steps)),
        out_channels=(widths.latent_dim or widths.stem_channels) * (2 if variational else 1),
        windows=tuple(
            Window(kernel_size=taps, padding=taps // 2 if keeps_size else 0) for taps in kernel_size
        ),
        bias=widths.normalization.has_bias(normed=False),
    )
    image = FeatureMap(channels=widths.channels, size=chain.target)
    blocks = (
        *_stages(steps, widths, widths.normalization),
        Block(modules=(ConvolutionModule(layer=head),)),
    )
    return Network(class_name="Encoder", input_map=image, blocks=blocks)


def _mirror(chain: Chain) -> list[Windows]:
    """The chain's windows in reverse order, then one as large as the initial map."""
    whole = tuple(Window(kernel_size=side) for side in chain.initial_size)
    back = [tuple(replace(w, output_padding=0) for w in step) for step in reversed(chain.windows)]
    return [*back, whole]


def _stages(
    steps: list[Windows], widths: Widths, normalization: Normalization
) -> tuple[Block, ...]:
    """Convolution, norm (except in the first block) and LeakyReLU for each step."""
    blocks = []
    for windows, (before, after) in zip(steps, pairwise(range(len(steps) + 1)), strict=True):
        norm = normalization.modules(channels=widths.channels_at(after), axes=len(windows))
        norm = norm if before else ()
        layer = Conv(
            in_channels=widths.channels_at(before),
            out_channels=widths.channels_at(after),
            windows=windows,
            bias=normalization.has_bias(normed=bool(norm)),
        )
        convolve = ConvolutionModule(layer=layer, spectral=normalization.spectral)
        blocks.append(
            Block(modules=(convolve, *norm, ActivationModule(function=Activation.LEAKY_RELU)))
        )
    return tuple(blocks)
