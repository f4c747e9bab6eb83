"""Channels of residual networks, and the cost of a generator of these widths.

A level is a step of the chain: its first block resamples on both paths, further ones keep the size.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod

from designer.brief.level_widths import BODY_KERNEL_SIZE, KeptSize, LevelWidths
from designer.geometry.cost import attention_products, attention_weights, norm_parameters
from designer.geometry.layers import Size


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidualWidths(LevelWidths):
    """Channels by level of networks after SNGAN and BigGAN.

    ``attention``: the levels that self-attention follows, the first one after the stem; their depth,
    and so their cost, depends on the number of ``levels``, without which it is left out.
    """

    attention: tuple[int, ...] = ()
    levels: int | None = None

    def with_levels(self, levels: int) -> ResidualWidths:
        """These widths, for chains of so many levels."""
        return replace(self, levels=levels)

    @property
    def depends_on_levels(self) -> bool:
        """With attention, whose levels count from the stem."""
        return bool(self.attention)

    def step_cost(
        self, depth: int, *, weights: int, strides: Size, positions: int, after: Size
    ) -> tuple[int, int]:
        """Parameters and multiply-adds of a level whose output has this depth and size.

        ``weights``: per pair of channels of a transposed layer; the other kinds resample beside
        convolutions of 3 taps per axis, and of one on the shortcut.
        """
        before, inner = self.channels_at(depth + 1), self.channels_at(depth)
        spread = self.upsampling.kind.spread(strides)
        taps = BODY_KERNEL_SIZE ** len(after)
        transposed = self.upsampling.kind.transposed
        resampling = 2 * weights if transposed else (taps + 1) * spread
        kept = KeptSize(taps, inner, inner)
        blocks = self.blocks_at(depth)
        parameters = (
            self._norms_of_labels * norm_parameters(before + (2 * blocks - 1) * inner)
            + resampling * before * inner
            + 2 * inner * spread
            + (2 * blocks - 1) * kept.parameters
        )
        computed = resampling * before * inner * positions
        computed += (2 * blocks - 1) * kept.multiply_adds(after)
        if depth == 0:
            head = KeptSize(taps, inner, self.channels)
            parameters += norm_parameters(inner) + head.parameters
            computed += head.multiply_adds(after)
        if self.levels is not None and self.levels - depth in self.attention:
            parameters += attention_weights(inner) + 1
            computed += attention_weights(inner) * prod(after) + attention_products(inner, after)
        return parameters, computed

    @property
    def _norms_of_labels(self) -> int:
        """How many gains and biases a norm of a block has for each channel: one, or one for each label."""
        return (self.classes or 1) if self.normalization.conditional else 1

    def stem_parameters(self, layers: int, initial_size: Size) -> int:
        """Parameters of the linear stem of a chain of ``layers``, with its label vectors."""
        numbers = self.channels_at(layers) * prod(initial_size)
        labels = self.joined_classes * (self.latent_dim or 0)
        return self.stem_channels * numbers + numbers + labels

    def stem_multiply_adds(self, layers: int, initial_size: Size) -> int:
        """Multiply-adds of the stem: one for each weight."""
        return self.stem_channels * self.channels_at(layers) * prod(initial_size)
