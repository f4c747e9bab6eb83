"""Modules for class labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from designer.geometry.cost import spectral_norm_saved_for_backward
from designer.geometry.layers import FeatureMap, Windows
from designer.networks.convolution_modules import SPECTRAL_SETTINGS
from designer.networks.module import Module, Settings

_LABEL_ELEMENTS = 2
"""A saved label is an int64, as long as two float32 numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedding(Module):
    """A vector of ``dim`` numbers for each of ``classes`` labels.

    ``multiplied``: the vectors are factors of a product, so torch saves them.
    """

    classes: int
    dim: int
    spectral: bool = False
    multiplied: bool = False

    @property
    def torch_class(self) -> str:
        """``Embedding``."""
        return "Embedding"

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

    def output_map(self, before: FeatureMap) -> FeatureMap:
        """A vector: a map without axes."""
        return FeatureMap(channels=self.dim, size=())

    def extra_saved_for_backward(self, before: FeatureMap) -> int:
        """The label, the vector if it is a factor, and the tensors of a spectral norm."""
        kept = _LABEL_ELEMENTS + self.multiplied * self.dim
        if self.spectral:
            kept += spectral_norm_saved_for_backward(
                weights=self.weights[0], out_channels=self.classes
            )
        return kept


@dataclass(frozen=True, slots=True, kw_only=True)
class AveragePool(Module):
    """Means over windows of stride 1; padding counts as zeros."""

    saves_input: ClassVar[bool] = True

    windows: Windows

    @property
    def torch_class(self) -> str:
        """``AvgPool2d`` and so on."""
        return f"AvgPool{len(self.windows)}d"

    @property
    def settings(self) -> Settings:
        """Lists on one axis; on more axes torch stores the arguments as given."""
        given = {
            name: [getattr(window, name) for window in self.windows]
            for name in ("kernel_size", "stride", "padding")
        }
        if len(self.windows) == 1:
            return {**given, "ceil_mode": False, "count_include_pad": True}
        written = {
            name: values if len(set(values)) > 1 else values[0] for name, values in given.items()
        }
        return {**written, "ceil_mode": False, "count_include_pad": True, "divisor_override": None}

    def output_map(self, before: FeatureMap) -> FeatureMap:
        """One mean per position of the window."""
        sides = zip(self.windows, before.size, strict=True)
        size = tuple(window.conv(side) for window, side in sides)
        return FeatureMap(channels=before.channels, size=size)
