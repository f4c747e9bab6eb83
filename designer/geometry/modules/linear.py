"""A linear map between vectors, and the modules that make vectors of maps and maps of vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from designer.geometry.cost import spectral_norm_buffer_bytes, spectral_norm_saved_for_backward
from designer.geometry.layers import FeatureMap, Size
from designer.geometry.modules.convolutions import DCGAN_DEVIATION, SPECTRAL_SETTINGS
from designer.geometry.modules.module import (
    Distribution,
    Module,
    Settings,
    SourceArguments,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear(Module):
    """A linear map, from ``in_features`` numbers to ``positions`` for each channel.

    ``multiplied``: its numbers are factors of a product, so torch saves them.
    """

    ops: ClassVar[tuple[str, ...]] = ("linear",)
    role: ClassVar[str] = "linear"
    saves_input: ClassVar[bool] = True

    in_features: int
    channels: int
    positions: int = 1
    bias: bool = True
    spectral: bool = False
    multiplied: bool = False
    deviation: float = DCGAN_DEVIATION

    @property
    def out_features(self) -> int:
        """The numbers of all channels."""
        return self.channels * self.positions

    @property
    def settings(self) -> Settings:
        """Both numbers, and whether there is a bias."""
        return {
            "in_features": self.in_features,
            "out_features": self.out_features,
            "bias": self.bias,
            **(SPECTRAL_SETTINGS if self.spectral else {}),
        }

    @property
    def weights(self) -> tuple[int, ...]:
        """Sizes of the matrix and, if there is one, of the bias."""
        bias = (self.out_features,) if self.bias else ()
        return (self.in_features * self.out_features, *bias)

    @property
    def buffer_bytes(self) -> int:
        """The singular vectors of a spectral norm."""
        if not self.spectral:
            return 0
        return spectral_norm_buffer_bytes(weights=self.weights[0], out_channels=self.out_features)

    @property
    def weight_axes(self) -> dict[str, int]:
        """A row for each output."""
        return {"kernels": self.out_features, "channels": self.in_features, "taps": 1}

    @property
    def initial_weights(self) -> dict[str, Distribution]:
        """Normal numbers for the matrix, zeros for the bias."""
        bias = {"bias": (0.0, 0.0)} if self.bias else {}
        return {"weight": (0.0, self.deviation), **bias}

    def signal_after(self, moment: float, before: FeatureMap) -> float | None:
        """Each product has the second moments of input and weight; spectral norm has no formula."""
        return None if self.spectral else moment * self.in_features * self.deviation**2

    def gradient_before(self, gradient: float, moment: float, before: FeatureMap) -> float | None:
        """In the same way, by the outputs."""
        return None if self.spectral else gradient * self.out_features * self.deviation**2

    def source_arguments(self, before: str, after: str) -> SourceArguments:
        """The numbers before and after it."""
        numbers = after if self.positions == 1 else f"{after} * {self.positions}"
        return (before, numbers), {} if self.bias else {"bias": False}

    def output_map(self, before: FeatureMap) -> FeatureMap:
        """A vector."""
        return FeatureMap(channels=self.out_features, size=())

    def multiply_adds(self, before: FeatureMap) -> int:
        """One for each weight."""
        return self.weights[0]

    def extra_saved_for_backward(self, before: FeatureMap) -> int:
        """Its numbers if they are factors; with spectral norm, the divided weight, its vectors and value."""
        kept = self.multiplied * self.out_features
        if not self.spectral:
            return kept
        weights = self.weights[0]
        return (
            kept
            + weights
            + spectral_norm_saved_for_backward(weights=weights, out_channels=self.out_features)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Flatten(Module):
    """All numbers of a sample in one vector."""

    ops: ClassVar[tuple[str, ...]] = ("flatten",)

    @property
    def settings(self) -> Settings:
        """Torch's defaults."""
        return {"start_dim": 1, "end_dim": -1}

    @property
    def in_place(self) -> bool:
        """A view."""
        return True

    def output_map(self, before: FeatureMap) -> FeatureMap:
        """A vector."""
        return FeatureMap(channels=before.elements, size=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Unflatten(Module):
    """A vector as a map."""

    ops: ClassVar[tuple[str, ...]] = ("unflatten",)
    spatial: ClassVar[bool] = True

    channels: int
    size: Size

    @property
    def settings(self) -> Settings:
        """The shape of the map."""
        return {"dim": 1, "unflattened_size": [self.channels, *self.size]}

    @property
    def in_place(self) -> bool:
        """A view."""
        return True

    def source_arguments(self, before: str, after: str) -> SourceArguments:
        """The shape of the map."""
        return (1, f"({', '.join([after, *map(str, self.size)])})"), {}

    def size_formulas(self, before: Size, after: Size) -> tuple[str, ...]:
        """From one position to all."""
        return tuple(f"1 → {side}" for side in after)

    def output_map(self, before: FeatureMap) -> FeatureMap:
        """The map."""
        return FeatureMap(channels=self.channels, size=self.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity(Module):
    """The map as it is: the shortcut of a block that keeps channels and size."""

    ops: ClassVar[tuple[str, ...]] = ("identity",)

    @property
    def in_place(self) -> bool:
        """The same tensor."""
        return True

    @property
    def keeps_constants(self) -> bool:
        """Always."""
        return True
