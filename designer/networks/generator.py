"""The generator: a stem that produces the initial map, then one block per step of the chain."""

from __future__ import annotations

from itertools import pairwise

from designer.brief.options import OutputActivation
from designer.brief.widths import Widths
from designer.geometry.chain import Chain
from designer.geometry.layers import Conv, ConvTranspose, FeatureMap, Size, Window, Windows
from designer.geometry.modules.activation_moments import Activation
from designer.geometry.modules.activations import ActivationModule
from designer.geometry.modules.convolutions import ConvolutionModule
from designer.geometry.modules.labels import Embedding
from designer.geometry.modules.module import Module
from designer.networks.blocks import Block
from designer.networks.network import Network


def assemble_generator(
    chain: Chain, widths: Widths, output_activation: OutputActivation
) -> Network:
    """The generator of a chain at these widths, from a latent vector or from a given map."""
    stem = _stem(chain, widths)
    depths = pairwise(range(len(chain.windows), -1, -1))
    steps = zip(chain.windows, chain.sizes[1:], depths, strict=True)
    stages = [
        Block(
            modules=(
                *_enlarge(windows, after, widths, depth),
                *(
                    _finish(widths, depth, axes=chain.axes)
                    if depth
                    else _output_activation(output_activation)
                ),
            )
        )
        for windows, after, (_, depth) in steps
    ]
    return Network(
        class_name="Generator",
        input_map=_input_map(chain, widths),
        blocks=(stem, *stages),
        embedding=_label_vectors(widths),
    )


def _input_map(chain: Chain, widths: Widths) -> FeatureMap:
    if widths.latent_dim is None:
        return FeatureMap(channels=widths.stem_channels, size=chain.initial_size)
    return FeatureMap(channels=widths.latent_dim, size=(1,) * chain.axes)


def _label_vectors(widths: Widths) -> Embedding | None:
    if widths.classes is None:
        return None
    assert widths.latent_dim is not None
    return Embedding(classes=widths.classes, dim=widths.latent_dim)


def _stem(chain: Chain, widths: Widths) -> Block:
    """The stem, from one position to the initial map, or over a given map at the same size."""
    kernel_size = widths.stem_kernel_size(chain.initial_size)
    depth = len(chain.windows)
    bias = widths.normalization.has_bias(normed=widths.normalization.normalizes_maps)
    channels = {"in_channels": widths.stem_channels, "out_channels": widths.channels_at(depth)}
    if widths.latent_dim is None:
        kernel = tuple(Window(kernel_size=taps, padding=taps // 2) for taps in kernel_size)
        layer: Conv | ConvTranspose = Conv(**channels, windows=kernel, bias=bias)
    else:
        whole = tuple(Window(kernel_size=taps) for taps in kernel_size)
        layer = ConvTranspose(**channels, windows=whole, bias=bias)
    return Block(
        modules=(ConvolutionModule(layer=layer), *_finish(widths, depth, axes=chain.axes)),
    )


def _output_activation(output: OutputActivation) -> tuple[Module, ...]:
    """Modules after the last convolution, in place of a norm and ReLU."""
    none = output is OutputActivation.NONE
    return () if none else (ActivationModule(function=Activation(output)),)


def _finish(widths: Widths, depth: int, *, axes: int) -> tuple[Module, ...]:
    """Norm and ReLU."""
    norm = widths.normalization.modules(channels=widths.channels_at(depth), axes=axes)
    return (*norm, ActivationModule(function=Activation.RELU))


def _enlarge(windows: Windows, after: Size, widths: Widths, depth: int) -> tuple[Module, ...]:
    """The modules into the map at ``depth``, without its norm and activation."""
    bias = widths.normalization.has_bias(
        normed=bool(depth) and widths.normalization.normalizes_maps
    )
    layer = ConvTranspose(
        in_channels=widths.channels_at(depth + 1),
        out_channels=widths.channels_at(depth),
        windows=windows,
        bias=bias,
    )
    return widths.upsampling.kind.modules(layer, after)
