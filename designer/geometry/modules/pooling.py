"""Modules that take means or sums over positions."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import ClassVar

from designer.geometry.field_extents import Extents, conv_extents
from designer.geometry.formula_text import describe_conv
from designer.geometry.layers import FeatureMap, Size, Windows, window_fields
from designer.geometry.modules.module import (
    Module,
    Settings,
    SourceArguments,
    one_or_tuple,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AveragePool(Module):
    """Means over windows; padding counts as zeros.

    ``per_axis``: the source states a number for each axis, also where they are equal.
    """

    ops: ClassVar[tuple[str, ...]] = ("average_pool",)
    spatial: ClassVar[bool] = True
    saves_input: ClassVar[bool] = True

    windows: Windows
    per_axis: bool = False

    @property
    def torch_class(self) -> str:
        """``AvgPool2d`` and so on."""
        return f"AvgPool{len(self.windows)}d"

    @property
    def settings(self) -> Settings:
        """Lists on one axis; on more axes torch stores the arguments as given."""
        given = window_fields(self.windows, ("kernel_size", "stride", "padding"))
        if len(self.windows) == 1:
            return {**given, "ceil_mode": False, "count_include_pad": True}
        written = {
            name: values if self.per_axis or len({*values}) > 1 else values[0]
            for name, values in given.items()
        }
        return {**written, "ceil_mode": False, "count_include_pad": True, "divisor_override": None}

    @property
    def equal_taps(self) -> tuple[Windows, float] | None:
        """Means."""
        return self.windows, 1 / prod(window.kernel_size for window in self.windows)

    @property
    def keeps_constants(self) -> bool:
        """Without padding."""
        return all(window.padding == 0 for window in self.windows)

    @property
    def states_each_axis(self) -> bool:
        """As given."""
        return self.per_axis

    def source_arguments(self, before: str, after: str) -> SourceArguments:
        """The windows, whose stride is not torch's default."""
        given = window_fields(self.windows, ("kernel_size", "stride", "padding")).values()
        written = tuple if self.per_axis else one_or_tuple
        taps, stride, padding = map(written, given)
        padded = self.per_axis or any(window.padding for window in self.windows)
        return (taps,), {"stride": stride, **({"padding": padding} if padded else {})}

    def size_formulas(self, before: Size, after: Size) -> tuple[str, ...]:
        """The law of a convolution with these windows."""
        return tuple(map(describe_conv, self.windows, before))

    def answer_fields(self, before: FeatureMap) -> Settings:
        """The windows."""
        return {**window_fields(self.windows)}

    def output_map(self, before: FeatureMap) -> FeatureMap:
        """One mean per position of the window."""
        sides = zip(self.windows, before.size, strict=True)
        size = tuple(window.conv(side) for window, side in sides)
        return FeatureMap(channels=before.channels, size=size)

    def signal_after(self, moment: float, before: FeatureMap) -> float | None:
        """It has no formula: neighboring numbers depend on each other."""
        return None

    def gradient_before(self, gradient: float, moment: float, before: FeatureMap) -> float | None:
        """It has no formula either."""
        return None

    def input_extents(self, axis: int, before: Size, after: Size, extents: Extents) -> Extents:
        """The extents under the window."""
        return conv_extents(self.windows[axis], extents)

    def input_range(self, axis: int, first: int, last: int) -> tuple[int, int]:
        """The positions under the windows of the first and the last output."""
        window = self.windows[axis]
        start = first * window.stride - window.padding
        return start, start + (last - first) * window.stride + window.span - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelAveragePool(AveragePool):
    """Means of a match with a label's vector, over the windows of the head."""

    of_labels: ClassVar[bool] = True
    spatial: ClassVar[bool] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SumPool(Module):
    """The sum over all positions (Miyato & Koyama, arXiv:1802.05637); torch has no such module."""

    ops: ClassVar[tuple[str, ...]] = ("sum_pool",)
    spatial: ClassVar[bool] = True
    reads_all_positions: ClassVar[bool] = True

    @property
    def torch_class(self) -> str:
        """The class of the source."""
        return "model.SumPool"

    @property
    def helper(self) -> str | None:
        """Its class."""
        return "SumPool"

    def output_map(self, before: FeatureMap) -> FeatureMap:
        """One number for each channel."""
        return FeatureMap(channels=before.channels, size=())

    def signal_after(self, moment: float, before: FeatureMap) -> float | None:
        """It has no formula: the mean of a rectified map is not zero."""
        return None

    def gradient_before(self, gradient: float, moment: float, before: FeatureMap) -> float | None:
        """Every position gets the gradient of the sum."""
        return gradient
