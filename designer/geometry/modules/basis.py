"""A learned map whose channels a vector scales: the first map of R3GAN's generator (arXiv:2501.05441)."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import ClassVar

from designer.geometry.layers import FeatureMap, Size
from designer.geometry.modules.module import (
    Distribution,
    Module,
    Settings,
    SourceArgument,
    SourceArguments,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis(Module):
    """Each channel of one position, times a learned map of this channel; torch has no such module.

    >>> layer = Basis(channels=512, size=(4, 4))
    >>> str(layer.output_map(FeatureMap(channels=512, size=(1, 1)))), layer.parameters
    ('512×4×4', 8192)
    """

    ops: ClassVar[tuple[str, ...]] = ("basis",)
    role: ClassVar[str] = "basis"
    spatial: ClassVar[bool] = True
    saves_input: ClassVar[bool] = True

    channels: int
    size: Size

    @property
    def torch_class(self) -> str:
        """The class of the source."""
        return "model.Basis"

    @property
    def helper(self) -> str | None:
        """Its class."""
        return "Basis"

    @property
    def settings(self) -> Settings:
        """The shape of the learned map."""
        return {"shape": [self.channels, *self.size]}

    @property
    def weights(self) -> tuple[int, ...]:
        """A number for each channel and position."""
        return (FeatureMap(channels=self.channels, size=self.size).elements,)

    @property
    def weight_axes(self) -> dict[str, int]:
        """A map for each channel, its first axis apart."""
        rows = self.size[0]
        return {"channels": self.channels, "rows": rows, "taps": prod(self.size) // rows}

    @property
    def initial_weights(self) -> dict[str, Distribution]:
        """Normal numbers of deviation one: the map has the second moment of the vector."""
        return {"weight": (0.0, 1.0)}

    def source_arguments(self, before: str, after: str) -> SourceArguments:
        """The shape of the map."""
        size: tuple[SourceArgument, ...] = (after, self.size)
        return size, {}

    def output_map(self, before: FeatureMap) -> FeatureMap:
        """The map."""
        return FeatureMap(channels=self.channels, size=self.size)

    def size_formulas(self, before: Size, after: Size) -> tuple[str, ...]:
        """From one position to all."""
        return tuple(f"1 → {side}" for side in after)

    def gradient_before(self, gradient: float, moment: float, before: FeatureMap) -> float | None:
        """A channel's gradient is a sum over its positions, each times a number of deviation one."""
        return gradient * self.weights[0] / self.channels
