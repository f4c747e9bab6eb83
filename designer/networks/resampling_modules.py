"""Modules without weights that enlarge or crop a map."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from designer.errors import InvalidLayer
from designer.geometry.layers import FeatureMap, Size
from designer.geometry.resampling import has_uniform_repeats, nearest_repeats
from designer.networks.module import Module, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Upsample(Module):
    """Nearest-neighbor upsampling by ``factors`` or to ``size``; the other of the two is None."""

    factors: Size | None = None
    size: Size | None = None

    def __post_init__(self) -> None:
        assert (self.factors is None) != (self.size is None), "exactly one of factors and size"

    @property
    def torch_class(self) -> str:
        """``Upsample``, on any number of axes."""
        return "Upsample"

    @property
    def settings(self) -> Settings:
        """Torch stores one float if all factors agree."""
        factors = None if self.factors is None else [float(factor) for factor in self.factors]
        same = factors is not None and len(set(factors)) == 1
        return {
            "size": None if self.size is None else list(self.size),
            "scale_factor": factors[0] if factors is not None and same else factors,
            "mode": "nearest",
            "align_corners": None,
            "name": "Upsample",
            "recompute_scale_factor": None,
        }

    def output_map(self, before: FeatureMap) -> FeatureMap:
        """The larger map with the same channels."""
        if self.size is not None:
            return FeatureMap(channels=before.channels, size=self.size)
        assert self.factors is not None
        sides = zip(before.size, self.factors, strict=True)
        return FeatureMap(channels=before.channels, size=tuple(i * factor for i, factor in sides))

    def repeats_evenly(self, before: FeatureMap) -> bool:
        """Whether every pixel away from the border is repeated equally often."""
        after = self.output_map(before).size
        return all(
            has_uniform_repeats(i, o) or len(set(nearest_repeats(i, o)[1:-1])) <= 1
            for i, o in zip(before.size, after, strict=True)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelShuffle(Module):
    """Channels to pixels: (C·∏r, i…) to (C, r·i…); channel c·∏r + k gives pixel k of channel c.

    Torch has it for two axes with the same factor; otherwise the source defines its own class.
    """

    factors: Size

    @property
    def builtin(self) -> bool:
        """Whether torch has the class."""
        return len(self.factors) == 2 and len(set(self.factors)) == 1

    @property
    def torch_class(self) -> str:
        """``PixelShuffle``, or the source's ``PixelShuffle1d`` and so on."""
        return "PixelShuffle" if self.builtin else f"model.PixelShuffle{len(self.factors)}d"

    @property
    def settings(self) -> Settings:
        """The factor, for torch's class."""
        return {"upscale_factor": self.factors[0]} if self.builtin else {}

    def output_map(self, before: FeatureMap) -> FeatureMap:
        """The larger map with fewer channels.

        Raises:
            InvalidLayer: if the channels are not a multiple of ∏r.
        """
        channels, remainder = divmod(before.channels, prod(self.factors))
        if remainder:
            raise InvalidLayer(
                f"a pixel shuffle needs a multiple of {prod(self.factors)} channels, got"
                f" {before.channels}",
                channels=before.channels,
                pixels=prod(self.factors),
            )
        sides = zip(before.size, self.factors, strict=True)
        return FeatureMap(channels=channels, size=tuple(i * factor for i, factor in sides))


@dataclass(frozen=True, slots=True, kw_only=True)
class Crop(Module):
    """Crop at both ends of each axis: torch's ``ZeroPad2d`` with negative padding."""

    amounts: tuple[tuple[int, int], ...]

    @property
    def torch_class(self) -> str:
        """``ZeroPad2d`` and so on."""
        return f"ZeroPad{len(self.amounts)}d"

    @property
    def padding(self) -> list[int]:
        """The padding in torch's order, the last axis first."""
        return [-cut for axis in reversed(self.amounts) for cut in axis]

    @property
    def settings(self) -> Settings:
        """Negative padding."""
        return {"padding": self.padding, "value": 0.0}

    def output_map(self, before: FeatureMap) -> FeatureMap:
        """The smaller map with the same channels."""
        sides = zip(before.size, self.amounts, strict=True)
        return FeatureMap(
            channels=before.channels, size=tuple(i - first - last for i, (first, last) in sides)
        )
