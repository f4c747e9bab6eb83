"""Modules without weights that enlarge or crop a map."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from operator import mul
from typing import ClassVar

from designer.errors import InvalidLayer
from designer.geometry.axis.nearest import has_uniform_repeats, nearest_repeats
from designer.geometry.field_extents import Extents, repeated_extents
from designer.geometry.layers import FeatureMap, Size
from designer.geometry.modules.module import Module, Settings, SourceArguments, one_or_tuple


@dataclass(frozen=True, slots=True, kw_only=True)
class Upsample(Module):
    """Nearest-neighbor upsampling by ``factors`` or to ``size``; the other of the two is None."""

    ops: ClassVar[tuple[str, ...]] = ("upsample",)
    spatial: ClassVar[bool] = True
    repeats: ClassVar[bool] = True

    factors: Size | None = None
    size: Size | None = None

    def __post_init__(self) -> None:
        assert (self.factors is None) != (self.size is None), "exactly one of factors and size"

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

    @property
    def keeps_constants(self) -> bool:
        """Always."""
        return True

    @property
    def states_its_size(self) -> bool:
        """Not by factors."""
        return self.size is not None

    def output_map(self, before: FeatureMap) -> FeatureMap:
        """The larger map with the same channels."""
        if self.size is not None:
            return FeatureMap(channels=before.channels, size=self.size)
        assert self.factors is not None
        return FeatureMap(channels=before.channels, size=tuple(map(mul, before.size, self.factors)))

    def gradient_before(self, gradient: float, moment: float, before: FeatureMap) -> float | None:
        """A pixel's gradient is the sum of those of its copies."""
        after = self.output_map(before)
        return gradient * prod(after.size) / prod(before.size)

    def source_arguments(self, before: str, after: str) -> SourceArguments:
        """The factors or the size."""
        if self.factors is not None:
            return (), {"scale_factor": one_or_tuple(self.factors)}
        assert self.size is not None
        return (), {"size": self.size}

    def size_formulas(self, before: Size, after: Size) -> tuple[str, ...]:
        """The product, or both sizes."""
        if self.factors is None:
            return tuple(f"{i} → {o}" for i, o in zip(before, after, strict=True))
        return _products(self.factors, before, after)

    def answer_fields(self, before: FeatureMap) -> Settings:
        """Even if every pixel away from the border is repeated equally often."""
        even = all(
            has_uniform_repeats(i, o) or len(set(nearest_repeats(i, o)[1:-1])) <= 1
            for i, o in zip(before.size, self.output_map(before).size, strict=True)
        )
        return {"exact": self.factors is not None, "even_overlap": even}

    def input_extents(
        self, axis: int, before: Size, after: Size, extents: Extents
    ) -> Extents | None:
        """Extents of repeated positions, if torch repeats each equally often."""
        i, o = before[axis], after[axis]
        return repeated_extents(o // i, extents) if has_uniform_repeats(i, o) else None

    def input_range(self, axis: int, first: int, last: int) -> tuple[int, int]:
        """The positions that are repeated."""
        assert self.factors is not None, "a stated size has other ranges at each position"
        return first // self.factors[axis], last // self.factors[axis]

    def reach(self, axis: int) -> tuple[int, int] | None:
        """It resizes the map."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelShuffle(Module):
    """Channels to pixels: (C·∏r, i…) to (C, r·i…); channel c·∏r + k gives pixel k of channel c.

    Torch has it for two axes with the same factor; otherwise, and if ``by_axis``, the source defines
    its own class.
    """

    ops: ClassVar[tuple[str, ...]] = ("pixel_shuffle",)
    spatial: ClassVar[bool] = True

    factors: Size
    by_axis: bool = False

    @property
    def torch_class(self) -> str:
        """``PixelShuffle``, or the source's ``PixelShuffle1d`` and so on."""
        return "PixelShuffle" if self.helper is None else f"model.{self.helper}"

    @property
    def settings(self) -> Settings:
        """The factor, for torch's class."""
        return {"upscale_factor": self.factors[0]} if self.helper is None else {}

    @property
    def copies(self) -> int:
        """The pixels made of one position start alike (ICNR, arXiv:1707.02937)."""
        return prod(self.factors)

    @property
    def helper(self) -> str | None:
        """The source's own class, unless torch's can be taken."""
        axes = len(self.factors)
        has_torchs = axes == 2 and len(set(self.factors)) == 1 and not self.by_axis
        return None if has_torchs else f"PixelShuffle{axes}d"

    def source_arguments(self, before: str, after: str) -> SourceArguments:
        """One factor for torch's class and on one axis, otherwise a factor for each axis."""
        single = self.helper is None or len(self.factors) == 1
        return (self.factors[0] if single else self.factors,), {}

    def size_formulas(self, before: Size, after: Size) -> tuple[str, ...]:
        """The product.

        >>> PixelShuffle(factors=(2, 2)).size_formulas((4, 4), (8, 8))
        ('2·4 = 8', '2·4 = 8')
        """
        return _products(self.factors, before, after)

    def answer_fields(self, before: FeatureMap) -> Settings:
        """Every position gives the same number of pixels."""
        return {"even_overlap": True}

    def input_extents(self, axis: int, before: Size, after: Size, extents: Extents) -> Extents:
        """Extents of the positions that the pixels are made of."""
        return repeated_extents(self.factors[axis], extents)

    def input_range(self, axis: int, first: int, last: int) -> tuple[int, int]:
        """The positions that the pixels are made of."""
        return first // self.factors[axis], last // self.factors[axis]

    def output_map(self, before: FeatureMap) -> FeatureMap:
        """The larger map with fewer channels.

        Raises:
            InvalidLayer: if the channels are not a multiple of ∏r.
        """
        channels, remainder = divmod(before.channels, prod(self.factors))
        if remainder:
            raise InvalidLayer(
                "pixel_shuffle_channels", channels=before.channels, pixels=prod(self.factors)
            )
        return FeatureMap(channels=channels, size=tuple(map(mul, before.size, self.factors)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Crop(Module):
    """Crop at both ends of each axis: torch's ``ZeroPad2d`` with negative padding."""

    ops: ClassVar[tuple[str, ...]] = ("crop",)
    spatial: ClassVar[bool] = True

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

    def source_arguments(self, before: str, after: str) -> SourceArguments:
        """The padding."""
        return (tuple(self.padding),), {}

    def size_formulas(self, before: Size, after: Size) -> tuple[str, ...]:
        """The size less what is cropped at each end."""
        cuts = zip(self.amounts, before, after, strict=True)
        return tuple(f"{i} − {first} − {last} = {o}" for (first, last), i, o in cuts)


def _products(factors: Size, before: Size, after: Size) -> tuple[str, ...]:
    axes = zip(factors, before, after, strict=True)
    return tuple(f"{factor}·{i} = {o}" for factor, i, o in axes)
