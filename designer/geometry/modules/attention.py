"""Self-attention over the positions of a map.

After SAGAN's non-local layer (Zhang et al., "Self-Attention Generative Adversarial Networks",
arXiv:1805.08318) as in the published code of BigGAN (Brock et al., arXiv:1809.11096):
y = x + γ·o(g·softmax(θᵀφ)ᵀ), where φ and g have the largest number of each window of 2 positions.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import ClassVar

from designer.geometry.cost import attention_channels, attention_products, pooled_size
from designer.geometry.layers import Conv, FeatureMap, Window
from designer.geometry.modules.convolutions import DCGAN_DEVIATION, ConvolutionModule
from designer.geometry.modules.module import Distribution, InnerLayer, Module, SourceArguments

_INDEX_ELEMENTS = 2
"""A saved index of a maximum is an int64, as long as two float32 numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention(Module):
    """The map, plus ``gain`` times what each position reads of all others; the gain starts at zero.

    Its convolutions of one tap are parts of it; ``spectral_parts``: with spectral norm. Its own
    parameter is the gain alone.

    >>> layer = Attention(channels=64, axes=2)
    >>> [(part.name, part.module.parameters) for part in layer.parts(FeatureMap(channels=64, size=(8, 8)))]
    [('theta', 512), ('phi', 512), ('g', 2048), ('o', 2048)]
    """

    ops: ClassVar[tuple[str, ...]] = ("attention",)
    spatial: ClassVar[bool] = True
    saves_input: ClassVar[bool] = True
    reads_all_positions: ClassVar[bool] = True

    channels: int
    axes: int
    spectral_parts: bool = False
    deviation: float = DCGAN_DEVIATION

    @property
    def torch_class(self) -> str:
        """The class of the source."""
        return "model.Attention"

    @property
    def helper(self) -> str | None:
        """Its class."""
        return "Attention"

    @property
    def weights(self) -> tuple[int, ...]:
        """The gain."""
        return (1,)

    @property
    def weight_axes(self) -> dict[str, int]:
        """One number."""
        return {"channels": 1}

    @property
    def initial_weights(self) -> dict[str, Distribution]:
        """A gain of zero: the layer starts as the map itself."""
        return {"gain": (0.0, 0.0)}

    @property
    def silent_at_start(self) -> tuple[str, ...]:
        """The weights of its convolutions: a gain of zero lets no gradient through to them."""
        end = "parametrizations.weight.original" if self.spectral_parts else "weight"
        return tuple(f"{name}.{end}" for name in ("theta", "phi", "g", "o"))

    def parts(self, before: FeatureMap) -> tuple[InnerLayer, ...]:
        """Queries θ, keys φ and values g of the map, and o, which reads the mixed values."""
        inner, mixed = attention_channels(self.channels)
        values = FeatureMap(channels=mixed, size=before.size)
        return (
            InnerLayer("theta", self._point(self.channels, inner), before),
            InnerLayer("phi", self._point(self.channels, inner), before),
            InnerLayer("g", self._point(self.channels, mixed), before),
            InnerLayer("o", self._point(mixed, self.channels), values),
        )

    def _point(self, in_channels: int, out_channels: int) -> ConvolutionModule:
        """A convolution of one tap without a bias."""
        layer = Conv(
            in_channels=in_channels,
            out_channels=out_channels,
            windows=(Window(kernel_size=1),) * self.axes,
            bias=False,
        )
        return ConvolutionModule(
            layer=layer, spectral=self.spectral_parts, deviation=self.deviation
        )

    def source_arguments(self, before: str, after: str) -> SourceArguments:
        """The channels, and that its convolutions have a spectral norm."""
        return (after,), {"spectral": True} if self.spectral_parts else {}

    def comment(self, before: FeatureMap) -> str:
        """How many positions read how many."""
        return f"{prod(before.size)} positions read {prod(pooled_size(before.size))}"

    def multiply_adds(self, before: FeatureMap) -> int:
        """Of both products over pairs of positions; those of the convolutions are theirs."""
        return attention_products(self.channels, before.size)

    def inner_elements(self, before: FeatureMap) -> int:
        """Of the shares that each position has of those that it reads."""
        return prod(before.size) * prod(pooled_size(before.size))

    def extra_saved_for_backward(self, before: FeatureMap) -> int:
        """What the parts give, the maxima with their indices, the shares, and the mixed values."""
        inner, mixed = attention_channels(self.channels)
        positions, read = prod(before.size), prod(pooled_size(before.size))
        maxima = (inner + mixed) * read * (1 + _INDEX_ELEMENTS)
        maps = (2 * inner + 2 * mixed + self.channels) * positions
        return maps + maxima + self.inner_elements(before)

    def working_elements(self, before: FeatureMap, after: FeatureMap) -> int:
        """The largest of its steps, at each of which the map before it is kept."""
        inner, mixed = attention_channels(self.channels)
        positions, read = prod(before.size), prod(pooled_size(before.size))
        indices = _INDEX_ELEMENTS if self.axes > 1 else 0  # torch keeps none on one axis
        shares, maxima = self.inner_elements(before), (inner + mixed) * read
        queries = inner * positions
        steps = (
            queries + queries + inner * read * (1 + indices),
            queries + inner * read + mixed * positions + mixed * read * (1 + indices),
            queries + maxima + 2 * shares,
            queries + maxima + shares + mixed * positions + 2 * after.elements,
        )
        return before.elements + max(steps)
