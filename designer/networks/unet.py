"""The U-Net of a chain: its mirror down, its steps up, joined at equal depth.

Each level has bodies that keep the size, of convolutions (Ronneberger et al., arXiv:1505.04597) or of
residual blocks.
"""

from __future__ import annotations

from dataclasses import replace

from designer.brief.options import OutputActivation
from designer.brief.skips import AnySize
from designer.brief.unet_widths import UNetWidths
from designer.geometry.chain import Chain
from designer.geometry.layers import Conv, ConvTranspose, FeatureMap, Size, Window, Windows
from designer.geometry.modules.activation_moments import Activation
from designer.geometry.modules.activations import ActivationModule
from designer.geometry.modules.convolutions import ConvolutionModule
from designer.geometry.modules.linear import Identity
from designer.geometry.modules.module import Module
from designer.geometry.modules.skip_modules import CropFunction, PadFunction
from designer.networks.blocks import Block, ResidualBlock
from designer.networks.encoder_decoder import EncoderDecoder, LevelBlocks, UpStage
from designer.networks.residual_paths import body_convolution, shortcut_convolution

_RELU = ActivationModule(function=Activation.RELU)


def assemble_unet(
    chain: Chain,
    widths: UNetWidths,
    output_activation: OutputActivation,
    *,
    size: Size | None = None,
) -> EncoderDecoder:
    """The U-Net whose levels have the sizes of a chain.

    ``size``: of the input, at most ΠS − 1 below the chain's target, to which it is padded.
    """
    layers = _Layers(chain, widths)
    depth, given = len(chain.windows), size or chain.target
    pads = widths.any_size is AnySize.PAD
    cut = tuple((0, padded - own) for padded, own in zip(chain.target, given, strict=True))
    none = output_activation is OutputActivation.NONE
    activation = () if none else (ActivationModule(function=Activation(output_activation)),)
    return EncoderDecoder(
        class_name="UNet",
        input_map=FeatureMap(channels=widths.input_channels, size=given),
        first=(PadFunction(factors=chain.factors),) if pads else (),
        down=tuple(layers.stage_down(level) for level in range(depth + 1)),
        middle=layers.middle(),
        up=tuple(layers.stage_up(level) for level in range(depth - 1, -1, -1)),
        head=layers.head(activation),
        last=(CropFunction(amounts=cut),) if pads else (),
        skips=widths.skips,
    )


class _Layers:
    """The layers of each level of a U-Net; level 0 has the size of the chain's target."""

    def __init__(self, chain: Chain, widths: UNetWidths) -> None:
        self.chain, self.widths = chain, widths
        self.depth, self.axes = len(chain.windows), chain.axes
        self.normed = widths.normalization.normalizes_maps

    def stage_down(self, level: int) -> LevelBlocks:
        """The layer from the level above, or from the input, and the body of a level."""
        own, widths = self.widths.channels_at(level), self.widths
        residual = widths.has_residual_bodies
        if level == 0:
            if not residual:
                return self._body(level, widths.input_channels)
            stem = body_convolution(widths.input_channels, own, self.axes)
            return (Block(modules=(stem,)), *self._body(level, own))
        windows = tuple(replace(w, output_padding=0) for w in self._windows(level - 1))
        strided = Conv(
            in_channels=widths.channels_at(level - 1),
            out_channels=own,
            windows=windows,
            bias=residual or not self.normed,
        )
        after = () if residual else self._activated(own)
        block = Block(modules=(ConvolutionModule(layer=strided), *after))
        return (block, *self._body(level, own))

    def middle(self) -> LevelBlocks:
        """Two bodies, through the channels of the brief's initial map."""
        outer, inner = self.widths.channels_at(self.depth), self.widths.initial_channels
        assert inner is not None, "a U-Net has a middle"
        make = self._residual if self.widths.has_residual_bodies else self._plain
        return (make(outer, inner), make(inner, outer))

    def stage_up(self, level: int) -> UpStage:
        """The way from the level below, and the body after the join."""
        widths, own = self.widths, self.widths.channels_at(level)
        layer = ConvTranspose(
            in_channels=widths.channels_at(level + 1),
            out_channels=own,
            windows=self._windows(level),
            bias=widths.normalization.has_bias(normed=False),
        )
        before, enlarge = widths.upsampling.kind.modules_to_skip(
            layer,
            self.chain.sizes[self.depth - level],
            sized=widths.any_size is AnySize.OUTPUT_PADDING,
        )
        joined = widths.skips.joined_channels(own)
        first, *more = self._body(level, joined)
        if isinstance(first, Block):
            first = replace(first, summands=widths.skips.summands)
        return UpStage(before=before, enlarge=Block(modules=enlarge), body=(first, *more))

    def head(self, activation: tuple[Module, ...]) -> LevelBlocks:
        """The convolution to the output, of one tap."""
        own = self.widths.channels_at(0)
        before = self._activated(own) if self.widths.has_residual_bodies else ()
        picture = shortcut_convolution(own, self.widths.channels, self.axes)
        return (Block(modules=(*before, picture, *activation)),)

    def _windows(self, level: int) -> Windows:
        """The windows between a level and the one below it."""
        return self.chain.windows[self.depth - 1 - level]

    def _body(self, level: int, given: int) -> LevelBlocks:
        own = self.widths.channels_at(level)
        make = self._residual if self.widths.has_residual_bodies else self._plain
        count = self.widths.blocks_at(level)
        return tuple(make(given if place == 0 else own, own) for place in range(count))

    def _plain(self, before: int, after: int) -> Block:
        """A convolution that keeps the size, norm and ReLU."""
        layer = Conv(
            in_channels=before,
            out_channels=after,
            windows=(Window(kernel_size=3, padding=1),) * self.axes,
            bias=not self.normed,
        )
        return Block(modules=(ConvolutionModule(layer=layer), *self._activated(after)))

    def _residual(self, before: int, after: int) -> ResidualBlock:
        """Norm, ReLU and convolution, twice, beside the map itself."""
        body = (
            *self._activated(before),
            body_convolution(before, after, self.axes),
            *self._activated(after),
            body_convolution(after, after, self.axes),
        )
        point = shortcut_convolution(before, after, self.axes)
        return ResidualBlock(body=body, shortcut=(Identity() if before == after else point,))

    def _activated(self, channels: int) -> tuple[Module, ...]:
        """Norm and ReLU."""
        norm = self.widths.normalization.modules(channels=channels, axes=self.axes)
        return (*norm, _RELU)
