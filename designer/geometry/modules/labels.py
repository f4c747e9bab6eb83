"""Modules for class labels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Self

from designer.geometry.cost import spectral_norm_buffer_bytes, spectral_norm_saved_for_backward
from designer.geometry.layers import FeatureMap, Size
from designer.geometry.modules.convolutions import SPECTRAL_SETTINGS
from designer.geometry.modules.module import (
    Distribution,
    Module,
    Settings,
    SourceArguments,
)

LABEL_ELEMENTS = 2
"""A saved label is an int64, as long as two float32 numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedding(Module):
    """A vector of ``dim`` numbers for each of ``classes`` labels.

    ``multiplied``: the vectors are factors of a product, so torch saves them. ``deviation``: of the
    normal distribution that they are drawn from, by default as latent vectors.
    """

    ops: ClassVar[tuple[str, ...]] = ("embedding",)
    role: ClassVar[str] = "Embedding"
    of_labels: ClassVar[bool] = True
    saves_labels: ClassVar[bool] = True

    classes: int
    dim: int
    spectral: bool = False
    multiplied: bool = False
    deviation: float = 1.0

    @property
    def settings(self) -> Settings:
        """Torch's defaults."""
        return {
            "num_embeddings": self.classes,
            "embedding_dim": self.dim,
            "padding_idx": None,
            "max_norm": None,
            "norm_type": 2.0,
            "scale_grad_by_freq": False,
            "sparse": False,
            **(SPECTRAL_SETTINGS if self.spectral else {}),
        }

    @property
    def weights(self) -> tuple[int, ...]:
        """Size of the table."""
        return (self.classes * self.dim,)

    @property
    def buffer_bytes(self) -> int:
        """The singular vectors of a spectral norm."""
        if not self.spectral:
            return 0
        return spectral_norm_buffer_bytes(weights=self.weights[0], out_channels=self.classes)

    @property
    def weight_axes(self) -> dict[str, int]:
        """A vector for each label."""
        return {"labels": self.classes, "channels": self.dim}

    @property
    def initial_weights(self) -> dict[str, Distribution]:
        """Normal numbers."""
        return {"weight": (0.0, self.deviation)}

    def drawn_by_fan_in(self, size: Size, variance: float) -> Self:
        """As a factor of features: each product is a sum over its numbers."""
        return replace(self, deviation=(variance / self.dim) ** 0.5) if self.multiplied else self

    def source_arguments(self, before: str, after: str) -> SourceArguments:
        """The labels and the length of a vector."""
        return (self.classes, after), {}

    def output_map(self, before: FeatureMap) -> FeatureMap:
        """A vector: a map without axes."""
        return FeatureMap(channels=self.dim, size=())

    def extra_saved_for_backward(self, before: FeatureMap) -> int:
        """The vector if it is a factor, and the tensors of a spectral norm."""
        kept = self.multiplied * self.dim
        if self.spectral:
            kept += spectral_norm_saved_for_backward(
                weights=self.weights[0], out_channels=self.classes
            )
        return kept


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelEmbedding(Embedding):
    """A number for each channel and label, at the start ``start`` for all of them."""

    column: ClassVar[str | None] = "normalization"
    role: ClassVar[str] = ""

    start: float

    @property
    def torch_class(self) -> str:
        """Torch's ``Embedding``."""
        return "Embedding"

    @property
    def initial_weights(self) -> dict[str, Distribution]:
        """The same number everywhere."""
        return {"weight": (self.start, 0.0)}
