"""The generator: a stem that produces the initial map, then one block per step of the chain."""

from __future__ import annotations

from itertools import pairwise
from math import prod

from designer.brief.options import OutputActivation
from designer.brief.widths import Widths
from designer.geometry.chain import Chain
from designer.geometry.layers import Conv, ConvTranspose, FeatureMap, Size, Window, Windows
from designer.geometry.resampling import Upsampling, resize_window, subpixel_crop, subpixel_window
from designer.networks.convolution_modules import Activation, ActivationModule, ConvolutionModule
from designer.networks.label_modules import Embedding
from designer.networks.module import Module
from designer.networks.network import Block, Network
from designer.networks.norm_modules import make_norm
from designer.networks.resampling_modules import Crop, PixelShuffle, Upsample


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
                    else _OUTPUT_ACTIVATIONS[output_activation]
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


_OUTPUT_ACTIVATIONS: dict[OutputActivation, tuple[Module, ...]] = {
    OutputActivation.TANH: (ActivationModule(function=Activation.TANH),),
    OutputActivation.SIGMOID: (ActivationModule(function=Activation.SIGMOID),),
    OutputActivation.NONE: (),
}
"""Modules after the last convolution, in place of a norm and ReLU."""


def _finish(widths: Widths, depth: int, *, axes: int) -> tuple[Module, ...]:
    """Norm and ReLU."""
    norm = make_norm(widths.normalization, channels=widths.channels_at(depth), axes=axes)
    return (*norm, ActivationModule(function=Activation.RELU))


def _enlarge(windows: Windows, after: Size, widths: Widths, depth: int) -> tuple[Module, ...]:
    """The modules into the map at ``depth``, without its norm and activation."""
    in_channels, out_channels = widths.channels_at(depth + 1), widths.channels_at(depth)
    bias = widths.normalization.has_bias(
        normed=bool(depth) and widths.normalization.normalizes_maps
    )
    if widths.upsampling is Upsampling.TRANSPOSED:
        layer = ConvTranspose(
            in_channels=in_channels, out_channels=out_channels, windows=windows, bias=bias
        )
        return (ConvolutionModule(layer=layer),)
    strides = tuple(window.stride for window in windows)
    if widths.upsampling is Upsampling.RESIZE:
        exact = all(window.offset == 0 for window in windows)
        larger = Upsample(factors=strides) if exact else Upsample(size=after)
        keeping = tuple(map(resize_window, windows))
        conv = Conv(in_channels=in_channels, out_channels=out_channels, windows=keeping, bias=bias)
        return (larger, ConvolutionModule(layer=conv))
    conv = Conv(
        in_channels=in_channels,
        out_channels=out_channels * prod(strides),
        windows=tuple(map(subpixel_window, windows)),
        bias=bias,
    )
    crop = Crop(amounts=tuple(map(subpixel_crop, windows)))
    shuffle = PixelShuffle(factors=strides)
    exact = not any(crop.padding)
    return (ConvolutionModule(layer=conv), shuffle, *(() if exact else (crop,)))
