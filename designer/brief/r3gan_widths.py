"""Channels of R3GAN's networks (arXiv:2501.05441), and the cost of a generator of these widths.

A level is a map and its blocks; the first one is the initial map, and the others follow a fixed
enlargement.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from designer.brief.level_widths import BODY_KERNEL_SIZE, KeptSize, LevelWidths
from designer.geometry.layers import Size


@dataclass(frozen=True, slots=True, kw_only=True)
class R3GANWidths(LevelWidths):
    """Channels by level, and the shape of the blocks.

    A block has ``expansion`` times the channels of its map inside. A group of its grouped convolution
    has at most ``group_width`` channels: the groups are as few as divide the channels.

    >>> widths = R3GANWidths(latent_dim=64, channels=3, base_channels=96, max_channels=768)
    >>> [(widths.inner_channels(width), widths.groups(width)) for width in (96, 768, 10)]
    [(192, 12), (1536, 96), (20, 2)]
    """

    blocks: int | tuple[int, ...] = 2
    expansion: int = 2
    group_width: int = 16

    @property
    def has_fixed_filters(self) -> bool:
        """Its filters are triangles."""
        return True

    def inner_channels(self, channels: int) -> int:
        """Channels inside a block of a map with these channels."""
        return self.expansion * channels

    def groups(self, channels: int) -> int:
        """Groups of the grouped convolution of such a block."""
        return convolution_groups(self.inner_channels(channels), self.group_width)

    def step_cost(
        self, depth: int, *, weights: int, strides: Size, positions: int, after: Size
    ) -> tuple[int, int]:
        """Parameters and multiply-adds of a level whose output has this depth and size.

        ``weights`` are the taps of the filter, which is not trained. A convolution of one tap precedes
        the enlargement where the channels change.
        """
        before, inner = self.channels_at(depth + 1), self.channels_at(depth)
        parameters, computed = self._blocks_cost(depth, after)
        if before != inner:
            parameters += before * inner
            computed += before * inner * positions
        computed += inner * weights * positions
        if depth == 0:
            head = KeptSize(1, inner, self.channels, bias=False)
            parameters += head.parameters
            computed += head.multiply_adds(after)
        return parameters, computed

    def _blocks_cost(self, depth: int, size: Size) -> tuple[int, int]:
        """Parameters and multiply-adds of all blocks of a level."""
        channels = self.channels_at(depth)
        inner, groups = self.inner_channels(channels), self.groups(channels)
        layers = (
            KeptSize(1, channels, inner),
            KeptSize(BODY_KERNEL_SIZE ** len(size), inner, inner, groups=groups),
            KeptSize(1, inner, channels, bias=False),
        )
        blocks = self.blocks_at(depth)
        return (
            blocks * sum(layer.parameters for layer in layers),
            blocks * sum(layer.multiply_adds(size) for layer in layers),
        )

    def stem_parameters(self, layers: int, initial_size: Size) -> int:
        """Parameters of the first level of a chain of ``layers``: basis, its blocks, label vectors."""
        channels = self.channels_at(layers)
        labels = self.joined_classes * (self.latent_dim or 0)
        basis = channels * prod(initial_size)
        blocks, _ = self._blocks_cost(layers, initial_size)
        return self.stem_channels * channels + basis + labels + blocks

    def stem_multiply_adds(self, layers: int, initial_size: Size) -> int:
        """Multiply-adds of the first level."""
        _, blocks = self._blocks_cost(layers, initial_size)
        return self.stem_channels * self.channels_at(layers) + blocks


def convolution_groups(channels: int, group_width: int) -> int:
    """The fewest groups of at most ``group_width`` channels that divide the channels.

    >>> [convolution_groups(channels, 16) for channels in (8, 128, 20, 34)]
    [1, 8, 2, 17]
    """
    fewest = -(-channels // group_width)
    return next(groups for groups in range(fewest, channels + 1) if channels % groups == 0)
