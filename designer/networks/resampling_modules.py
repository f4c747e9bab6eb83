"""Modules that make a map larger or smaller without weights."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from designer.errors import InvalidLayer
from designer.geometry.layers import FeatureMap, Size
from designer.geometry.resampling import has_uniform_repeats, nearest_repeats
from designer.networks.module import Module, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Upsample(Module):
    """Nearest neighbours: ``factors`` times as large, or exactly ``size``; one of the two is None."""

    factors: Size | None = None
    size: Size | None = None

    def __post_init__(self) -> None:
        assert (self.factors is None) != (self.size is None), "factors or a size, not both"

    @property
    def torch_class(self) -> str:
        """``Upsample``, on any number of axes."""
        return "Upsample"

    @property
    def settings(self) -> Settings:
        """Torch keeps one float where all factors agree."""
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
        """The same channels on a larger map."""
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
    """Channels become pixels: (C·∏r, i…) to (C, r·i…), channel c·∏r + k the k-th pixel of channel c.

    Torch has it for two axes that grow alike; on others the text brings a module of its own.
    """

    factors: Size

    @property
    def builtin(self) -> bool:
        """Whether it is torch's own."""
        return len(self.factors) == 2 and len(set(self.factors)) == 1

    @property
    def torch_class(self) -> str:
        """``PixelShuffle``, or the text's ``PixelShuffle1d`` and its kin."""
        return "PixelShuffle" if self.builtin else f"model.PixelShuffle{len(self.factors)}d"

    @property
    def settings(self) -> Settings:
        """The factor, of torch's own."""
        return {"upscale_factor": self.factors[0]} if self.builtin else {}

    def output_map(self, before: FeatureMap) -> FeatureMap:
        """Fewer channels on a larger map.

        Raises:
            InvalidLayer: where the channels do not divide.
        """
        channels, remainder = divmod(before.channels, prod(self.factors))
        if remainder:
            raise InvalidLayer(
                f"{before.channels} channels are no multiple of the {prod(self.factors)} pixels that"
                " a shuffle makes of them",
                channels=before.channels,
                pixels=prod(self.factors),
            )
        sides = zip(before.size, self.factors, strict=True)
        return FeatureMap(channels=channels, size=tuple(i * factor for i, factor in sides))


@dataclass(frozen=True, slots=True, kw_only=True)
class Crop(Module):
    """Pixels cut off before and after, per axis: torch's ``ZeroPad2d`` with negative numbers."""

    amounts: tuple[tuple[int, int], ...]

    @property
    def torch_class(self) -> str:
        """``ZeroPad2d`` and its kin."""
        return f"ZeroPad{len(self.amounts)}d"

    @property
    def padding(self) -> list[int]:
        """Torch's order, the last axis first."""
        return [-cut for axis in reversed(self.amounts) for cut in axis]

    @property
    def settings(self) -> Settings:
        """Negative paddings."""
        return {"padding": self.padding, "value": 0.0}

    def output_map(self, before: FeatureMap) -> FeatureMap:
        """The same channels on a smaller map."""
        sides = zip(before.size, self.amounts, strict=True)
        return FeatureMap(
            channels=before.channels, size=tuple(i - first - last for i, (first, last) in sides)
        )
