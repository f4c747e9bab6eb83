"""Channels of an encoder–decoder with skips, and what its levels cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import prod

from designer.brief.architecture import Architecture
from designer.brief.level_widths import BODY_KERNEL_SIZE, KeptSize, LevelWidths
from designer.brief.skips import AnySize, Skips
from designer.geometry.cost import Cost, norm_parameters
from designer.geometry.layers import Size, Windows
from designer.geometry.resampling import kernel_positions


@dataclass(frozen=True, slots=True, kw_only=True)
class UNetWidths(LevelWidths):
    """Channels by level, the one of the picture's size first; ``initial_channels`` in the middle.

    ``blocks``: convolutions of each level and arm, or residual blocks of an ``architecture`` of them,
    from the lowest level on.

    >>> widths = UNetWidths(latent_dim=None, initial_channels=512, channels=1, base_channels=64, max_channels=512)
    >>> [widths.channels_at(level) for level in range(5)]
    [64, 128, 256, 512, 512]
    """

    architecture: Architecture = Architecture.DCGAN
    input_channels: int = 1
    skips: Skips = Skips.CONCAT
    any_size: AnySize = AnySize.OUTPUT_PADDING

    @property
    def joins_arms(self) -> bool:
        """Always."""
        return True

    @property
    def has_residual_bodies(self) -> bool:
        """Whether its bodies are residual blocks."""
        return self.architecture is Architecture.RESNET

    def layer_parameters(self, depth: int, windows: Windows) -> int:
        """Parameters of both arms between the levels ``depth`` + 1 and ``depth``.

        With the bodies of the lower level on the way down, and of the upper one on the way up; at depth
        0 with what is before and after all of them.
        """
        return self._level_cost(depth, windows, (1,) * len(windows))[0]

    def layer_multiply_adds(self, depth: int, windows: Windows, input_size: Size) -> int:
        """Multiply-adds of both arms between these levels; ``input_size`` is that of the lower one."""
        return self._level_cost(depth, windows, input_size)[1]

    def stem_parameters(self, layers: int, initial_size: Size) -> int:
        """Parameters of the two bodies in the middle."""
        return _total(self._middle(layers, initial_size))[0]

    def stem_multiply_adds(self, layers: int, initial_size: Size) -> int:
        """Multiply-adds of the two bodies in the middle."""
        return _total(self._middle(layers, initial_size))[1]

    def _middle(self, layers: int, size: Size) -> Iterator[Cost]:
        outer, inner = self.channels_at(layers), self.initial_channels
        assert inner is not None, "an encoder–decoder has a middle"
        for before, after in ((outer, inner), (inner, outer)):
            yield from self._convolutions(before, after, size)

    def _level_cost(self, depth: int, windows: Windows, below: Size) -> Cost:
        upper, lower = self.channels_at(depth), self.channels_at(depth + 1)
        above = tuple(w.conv_transpose(i) for w, i in zip(windows, below, strict=True))
        joined = self.skips.joined_channels(upper)
        return _total(
            [
                self._strided(upper, lower, windows, below),
                *self._body(depth + 1, lower, below),
                self._enlarging(upper, lower, windows, below),
                *self._body(depth, joined, above),
                *(self._ends(above) if depth == 0 else ()),
            ]
        )

    def _strided(self, upper: int, lower: int, windows: Windows, below: Size) -> Cost:
        """The convolution down, with its norm unless the bodies have those before their convolutions."""
        products = prod(window.kernel_size for window in windows) * upper * lower
        shift = lower if self.has_residual_bodies else self._shift(lower)
        return products + shift, products * prod(below)

    def _enlarging(self, upper: int, lower: int, windows: Windows, below: Size) -> Cost:
        strides = tuple(window.stride for window in windows)
        offsets = tuple(window.offset for window in windows)
        products = self.weights_per_channel_pair(windows) * upper * lower
        positions = prod(kernel_positions(self.upsampling, below, strides, offsets))
        spread = self.upsampling.kind.spread(strides)
        bias = upper * spread * self.normalization.has_bias(normed=False)
        return products + bias, products * positions

    def _body(self, depth: int, given: int, size: Size) -> Iterator[Cost]:
        """The blocks of a level in one arm, from ``given`` channels on."""
        own, made = self.channels_at(depth), given
        for _ in range(self.blocks_at(depth)):
            yield from self._convolutions(made, own, size)
            made = own

    def _convolutions(self, before: int, after: int, size: Size) -> Iterator[Cost]:
        """A body: a residual block, or one convolution."""
        if self.has_residual_bodies:
            yield from self._residual(before, after, size)
        else:
            yield self._plain(before, after, size)

    def _plain(self, before: int, after: int, size: Size) -> Cost:
        """A convolution that keeps the size, with its norm."""
        layer = KeptSize(BODY_KERNEL_SIZE ** len(size), before, after, bias=False)
        return layer.parameters + self._shift(after), layer.multiply_adds(size)

    def _residual(self, before: int, after: int, size: Size) -> Iterator[Cost]:
        taps = BODY_KERNEL_SIZE ** len(size)
        layers = [KeptSize(taps, before, after), KeptSize(taps, after, after)]
        layers += [KeptSize(1, before, after)] if before != after else []
        yield norm_parameters(before) + norm_parameters(after), 0
        yield from ((layer.parameters, layer.multiply_adds(size)) for layer in layers)

    def _ends(self, size: Size) -> Iterator[Cost]:
        """The first body, and the head."""
        first, taps = self.channels_at(0), BODY_KERNEL_SIZE ** len(size)
        if self.has_residual_bodies:
            stem = KeptSize(taps, self.input_channels, first)
            yield stem.parameters, stem.multiply_adds(size)
            yield norm_parameters(first), 0
        yield from self._body(0, first if self.has_residual_bodies else self.input_channels, size)
        head = KeptSize(1, first, self.channels)
        yield head.parameters, head.multiply_adds(size)

    def _shift(self, channels: int) -> int:
        """Gain and bias of a norm, or the bias of a convolution without one."""
        return norm_parameters(channels) if self.normalization.normalizes_maps else channels


def _total(costs: Iterable[Cost]) -> Cost:
    parameters, products = zip(*costs, strict=True)
    return sum(parameters), sum(products)
