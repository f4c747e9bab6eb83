"""Modules of an encoder–decoder that get their size from another map, for inputs of any size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from designer.geometry.field_extents import Extents
from designer.geometry.layers import FeatureMap, Size
from designer.geometry.modules.convolutions import ConvolutionModule
from designer.geometry.modules.module import Module, Settings, SourceArgument, SourceArguments
from designer.geometry.modules.resizing import Crop, Upsample


@dataclass(frozen=True, slots=True, kw_only=True)
class SizedConvolution(ConvolutionModule):
    """A transposed convolution that is called with the size of its output.

    Torch computes its output padding at each call; ``layer`` has that of the design's size.
    """

    @property
    def settings(self) -> Settings:
        """Without output padding, which each call replaces."""
        settings = ConvolutionModule.settings.fget(self)  # type: ignore[attr-defined]
        return {**settings, "output_padding": [0] * self.layer.axes}

    @property
    def call_settings(self) -> Settings:
        """The output padding of the call at the design's size."""
        return {
            "output_padding": [window.output_padding for window in self.layer.windows],
            "given_size": True,
        }

    def source_arguments(self, before: str, after: str) -> SourceArguments:
        """Without output padding."""
        values, named = ConvolutionModule.source_arguments(self, before, after)
        kept: dict[str, SourceArgument] = {
            name: value for name, value in named.items() if name != "output_padding"
        }
        return values, kept


@dataclass(frozen=True, slots=True, kw_only=True)
class ResizeFunction(Upsample):
    """Nearest-neighbor resizing to the size of a skip, by ``interpolate``."""

    is_function: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PadFunction(Module):
    """Zeros at the far end of each axis, up to a multiple of ``factors``."""

    ops: ClassVar[tuple[str, ...]] = ("pad",)
    spatial: ClassVar[bool] = True
    is_function: ClassVar[bool] = True

    factors: Size

    @property
    def settings(self) -> Settings:
        """The factors."""
        return {"factors": list(self.factors)}

    def output_map(self, before: FeatureMap) -> FeatureMap:
        """The padded map."""
        sides = zip(before.size, self.factors, strict=True)
        size = tuple(side + -side % factor for side, factor in sides)
        return FeatureMap(channels=before.channels, size=size)

    def size_formulas(self, before: Size, after: Size) -> tuple[str, ...]:
        """The size and what is added."""
        return tuple(f"{i} + {o - i} = {o}" for i, o in zip(before, after, strict=True))

    def input_extents(self, axis: int, before: Size, after: Size, extents: Extents) -> Extents:
        """Each position is itself."""
        return extents

    def reach(self, axis: int) -> tuple[int, int] | None:
        """No other position."""
        return 0, 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CropFunction(Crop):
    """The positions at the far end of each axis that padding added, cut."""

    is_function: ClassVar[bool] = True

    def reach(self, axis: int) -> tuple[int, int] | None:
        """No other position."""
        return 0, 0
