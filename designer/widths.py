"""How many channels each map has, and what a generator of those widths costs.

The solver weighs chains by these figures before any network exists, and the architecture takes
its channels from here: one rule for both.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from designer.cost import convolution_multiply_adds, convolution_parameters, norm_parameters
from designer.layers import Size


@dataclass(frozen=True, slots=True, kw_only=True)
class Widths:
    """Channels by distance from the picture: doubling towards the small end, up to a cap.

    >>> widths = Widths(latent_dim=100, channels=3, base_channels=64, max_channels=512)
    >>> [widths.at(depth) for depth in range(6)]
    [3, 64, 128, 256, 512, 512]
    """

    latent_dim: int
    channels: int
    base_channels: int
    max_channels: int

    def at(self, depth: int) -> int:
        """Channels of the map that lies ``depth`` layers before the picture (depth 0)."""
        if depth == 0:
            return self.channels
        return min(self.base_channels << (depth - 1), self.max_channels)

    def layer_parameters(self, depth: int, kernel_size: Size) -> int:
        """Parameters of the generator's layer into the map at ``depth``, its norm included."""
        weights = convolution_parameters(
            taps=prod(kernel_size), in_channels=self.at(depth + 1), out_channels=self.at(depth)
        )
        return weights + (norm_parameters(self.at(depth)) if depth else 0)

    def layer_multiply_adds(self, depth: int, kernel_size: Size, input_size: Size) -> int:
        """Multiply-adds of the generator's layer from ``input_size`` into the map at ``depth``."""
        return convolution_multiply_adds(
            positions=input_size,
            taps=prod(kernel_size),
            in_channels=self.at(depth + 1),
            out_channels=self.at(depth),
        )

    def stem_parameters(self, layers: int, initial_size: Size) -> int:
        """Parameters of the stem, latent vector to the initial map of a chain of ``layers``."""
        weights = convolution_parameters(
            taps=prod(initial_size), in_channels=self.latent_dim, out_channels=self.at(layers)
        )
        return weights + norm_parameters(self.at(layers))

    def stem_multiply_adds(self, layers: int, initial_size: Size) -> int:
        """Multiply-adds of the stem: one input position, as many taps as the initial map."""
        return convolution_multiply_adds(
            positions=(1,),
            taps=prod(initial_size),
            in_channels=self.latent_dim,
            out_channels=self.at(layers),
        )
