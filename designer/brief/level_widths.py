"""Channels of networks of residual blocks, level by level, and what their levels cost."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from designer.brief.architecture import Levels
from designer.brief.widths import Widths
from designer.geometry.cost import convolution_multiply_adds, convolution_parameters
from designer.geometry.layers import Size, Windows
from designer.geometry.resampling import kernel_positions

BODY_KERNEL_SIZE = 3
"""Kernel size of the convolutions of a body that keep the size (SNGAN, arXiv:1802.05957)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelWidths(Widths):
    """Channels by level: doubled at each level away from the picture, up to a cap.

    The map of the last level has ``base_channels``; a convolution makes the picture of it.
    ``blocks``: residual blocks of each level in order of execution, or of all levels.

    >>> widths = LevelWidths(latent_dim=128, channels=3, base_channels=64, max_channels=1024)
    >>> [widths.channels_at(depth) for depth in range(6)]
    [64, 128, 256, 512, 1024, 1024]
    """

    blocks: Levels = 1

    @property
    def is_compared(self) -> bool:
        """Blocks have more layers than those by which the solver compares chains."""
        return False

    def channels_at(self, depth: int) -> int:
        """Channels of the map ``depth`` levels before the last one."""
        return min(self.base_channels << depth, self.max_channels)

    def inner_widths(self, depth: int) -> list[int]:
        """Channels of the maps up to this depth."""
        return [self.channels_at(each) for each in range(depth + 1)]

    def blocks_at(self, depth: int) -> int:
        """Blocks of the level into the map at ``depth``; one beyond a list, which no chain has."""
        if isinstance(self.blocks, int):
            return self.blocks
        place = len(self.blocks) - 1 - depth
        return self.blocks[place] if place >= 0 else 1

    def layer_parameters(self, depth: int, windows: Windows) -> int:
        """Parameters of the level into the map at ``depth``; of the last one, with the head."""
        weights, strides = self.weights_per_channel_pair(windows), _strides(windows)
        return self.step_cost(
            depth, weights=weights, strides=strides, positions=1, after=(1,) * len(windows)
        )[0]

    def layer_multiply_adds(self, depth: int, windows: Windows, input_size: Size) -> int:
        """Multiply-adds of the level from ``input_size`` into the map at ``depth``."""
        offsets = tuple(window.offset for window in windows)
        strides = _strides(windows)
        return self.step_cost(
            depth,
            weights=self.weights_per_channel_pair(windows),
            strides=strides,
            positions=prod(kernel_positions(self.upsampling, input_size, strides, offsets)),
            after=tuple(w.conv_transpose(i) for w, i in zip(windows, input_size, strict=True)),
        )[1]


@dataclass(frozen=True, slots=True)
class KeptSize:
    """A convolution that keeps the size, by its figures."""

    taps: int
    in_channels: int
    out_channels: int
    groups: int = 1
    bias: bool = True

    @property
    def parameters(self) -> int:
        """Kernels and bias."""
        return convolution_parameters(
            taps=self.taps,
            in_channels=self.in_channels,
            out_channels=self.out_channels,
            groups=self.groups,
            bias=self.bias,
        )

    def multiply_adds(self, size: Size) -> int:
        """Multiply-adds on a map of this size."""
        return convolution_multiply_adds(
            positions=size,
            taps=self.taps,
            in_channels=self.in_channels,
            out_channels=self.out_channels,
            groups=self.groups,
        )


def _strides(windows: Windows) -> Size:
    return tuple(window.stride for window in windows)
