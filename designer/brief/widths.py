"""Channels of each feature map, and the cost of a generator of these widths.

The solver compares chains by these costs before any network exists, and the assembly of the
networks takes the same channels.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from designer.brief.options import Normalization
from designer.geometry.cost import (
    convolution_multiply_adds,
    convolution_parameters,
    norm_parameters,
)
from designer.geometry.layers import Size, Windows
from designer.geometry.resampling import Upsampling, kernel_positions, weights_per_channel_pair


@dataclass(frozen=True, slots=True, kw_only=True)
class Widths:
    """Channels by distance from the picture: doubled at each layer away from it, up to a cap.

    ``upsampling`` and ``normalization`` are the generator's; its cost depends on them. It starts
    from a latent vector of ``latent_dim`` numbers, concatenated with a label vector of the same
    length if there are ``classes``, or from a map of ``initial_channels``; the other is None.

    >>> widths = Widths(latent_dim=100, channels=3, base_channels=64, max_channels=512)
    >>> [widths.channels_at(depth) for depth in range(6)]
    [3, 64, 128, 256, 512, 512]
    """

    latent_dim: int | None
    channels: int
    base_channels: int
    max_channels: int
    initial_channels: int | None = None
    upsampling: Upsampling = Upsampling.TRANSPOSED
    normalization: Normalization = Normalization.BATCH
    classes: int | None = None

    def __post_init__(self) -> None:
        assert (self.latent_dim is None) != (self.initial_channels is None), "one input, not two"
        assert self.classes is None or self.latent_dim is not None, "labels need a latent vector"

    @property
    def is_compared(self) -> bool:
        """Whether the networks have the transposed convolutions by which the solver compares chains."""
        return self.upsampling.kind.transposed

    def with_levels(self, levels: int) -> Widths:
        """These widths, for chains of so many layers, where the cost of a layer depends on their number."""
        return self

    @property
    def joins_arms(self) -> bool:
        """Whether one network has both arms, joined by skips."""
        return False

    @property
    def has_fixed_filters(self) -> bool:
        """Whether maps get other sizes by fixed filters of linear interpolation."""
        return False

    @property
    def depends_on_levels(self) -> bool:
        """Whether the cost of a layer depends on the number of layers before it."""
        return False

    def channels_at(self, depth: int) -> int:
        """Channels of the map ``depth`` layers before the picture (depth 0)."""
        if depth == 0:
            return self.channels
        return min(self.base_channels << (depth - 1), self.max_channels)

    def inner_widths(self, depth: int) -> list[int]:
        """Channels of the maps up to this depth, without the picture's; each twice the one before."""
        return [self.channels_at(each) for each in range(1, depth + 1)]

    def channel_pairs(self, depth: int) -> int:
        """Input times output channels of the generator's layer into the map at ``depth``."""
        return self.channels_at(depth + 1) * self.channels_at(depth)

    def layer_parameters(self, depth: int, windows: Windows) -> int:
        """Parameters of the generator's layer into the map at ``depth``, including its norm."""
        weights = convolution_parameters(
            taps=self.weights_per_channel_pair(windows),
            in_channels=self.channels_at(depth + 1),
            out_channels=self.channels_at(depth),
        )
        return weights + self.shift_parameters(depth, tuple(w.stride for w in windows))

    def weights_per_channel_pair(self, windows: Windows) -> int:
        """Weights per pair of channels of a layer with these windows."""
        return weights_per_channel_pair(
            self.upsampling,
            tuple(window.kernel_size for window in windows),
            tuple(window.stride for window in windows),
        )

    def shift_parameters(self, depth: int, strides: Size) -> int:
        """Parameters of a layer of these strides besides its kernels: its norm's, or its bias.

        The bias of a sub-pixel layer precedes the shuffle: ``spread`` numbers per channel.
        """
        channels = self.channels_at(depth)
        if depth and self.normalization.normalizes_maps:
            return norm_parameters(channels)
        spread = self.upsampling.kind.spread(strides)
        return channels * spread * self.normalization.has_bias(normed=False)

    def layer_multiply_adds(self, depth: int, windows: Windows, input_size: Size) -> int:
        """Multiply-adds of the generator's layer from ``input_size`` into the map at ``depth``."""
        strides = tuple(window.stride for window in windows)
        offsets = tuple(window.offset for window in windows)
        return convolution_multiply_adds(
            positions=tuple(kernel_positions(self.upsampling, input_size, strides, offsets)),
            taps=self.weights_per_channel_pair(windows),
            in_channels=self.channels_at(depth + 1),
            out_channels=self.channels_at(depth),
        )

    def step_cost(
        self, depth: int, *, weights: int, strides: Size, positions: int, after: Size
    ) -> tuple[int, int]:
        """Parameters and multiply-adds of the generator's layer into the map at ``depth``.

        ``weights``: per pair of channels; ``positions``: of its kernel; ``after``: size of that map.
        """
        products = self.channel_pairs(depth) * weights
        return products + self.shift_parameters(depth, strides), products * positions

    @property
    def stem_channels(self) -> int:
        """Input channels of the stem: the initial map's, or the latent vector's and the label's."""
        if self.latent_dim is None:
            assert self.initial_channels is not None
            return self.initial_channels
        return self.latent_dim * (1 if self.joined_classes == 0 else 2)

    @property
    def joined_classes(self) -> int:
        """Labels whose vectors are concatenated with the latent vector; conditional norms replace them."""
        return 0 if self.normalization.conditional else self.classes or 0

    def stem_kernel_size(self, initial_size: Size) -> Size:
        """The stem's kernel: as large as the initial map, or small if the brief gives that map.

        A given map passes through a convolution that preserves its size: 7 taps on one axis (as in
        HiFi-GAN, arXiv:2010.05646), 3 on each of two or three.
        """
        if self.latent_dim is not None:
            return initial_size
        return (7,) if len(initial_size) == 1 else (3,) * len(initial_size)

    def stem_parameters(self, layers: int, initial_size: Size) -> int:
        """Parameters of the stem of a chain of ``layers``, including its norm and label vectors."""
        channels = self.channels_at(layers)
        weights = convolution_parameters(
            taps=prod(self.stem_kernel_size(initial_size)),
            in_channels=self.stem_channels,
            out_channels=channels,
        )
        shift = norm_parameters(channels) if self.normalization.normalizes_maps else channels
        return weights + shift + self.joined_classes * (self.latent_dim or 0)

    def stem_multiply_adds(self, layers: int, initial_size: Size) -> int:
        """Multiply-adds of the stem: from one position, or from every position of a given map."""
        return convolution_multiply_adds(
            positions=(1,) if self.latent_dim is not None else initial_size,
            taps=prod(self.stem_kernel_size(initial_size)),
            in_channels=self.stem_channels,
            out_channels=self.channels_at(layers),
        )
