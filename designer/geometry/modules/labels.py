"""Modules for class labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from designer.geometry.cost import spectral_norm_saved_for_backward
from designer.geometry.formula_text import describe_conv
from designer.geometry.layers import FeatureMap, Size, Windows, window_fields
from designer.geometry.modules.convolutions import SPECTRAL_SETTINGS
from designer.geometry.modules.module import (
    Distribution,
    Module,
    Settings,
    SourceArguments,
    one_or_tuple,
)

_LABEL_ELEMENTS = 2
"""A saved label is an int64, as long as two float32 numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedding(Module):
    """A vector of ``dim`` numbers for each of ``classes`` labels.

    ``multiplied``: the vectors are factors of a product, so torch saves them.
    """

    ops: ClassVar[tuple[str, ...]] = ("embedding",)
    role: ClassVar[str] = "Embedding"

    classes: int
    dim: int
    spectral: bool = False
    multiplied: bool = False

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
    def weight_axes(self) -> dict[str, int]:
        """A vector for each label."""
        return {"labels": self.classes, "channels": self.dim}

    @property
    def initial_weights(self) -> dict[str, Distribution]:
        """Distributed as latent vectors; as a factor, as small as other weights."""
        return {"weight": (0.0, 0.02 if self.multiplied else 1.0)}

    def source_arguments(self, before: str, after: str) -> SourceArguments:
        """The labels and the length of a vector."""
        return (self.classes, after), {}

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

    ops: ClassVar[tuple[str, ...]] = ("average_pool",)
    saves_input: ClassVar[bool] = True

    windows: Windows

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
        written = {name: v if len({*v}) > 1 else v[0] for name, v in given.items()}
        return {**written, "ceil_mode": False, "count_include_pad": True, "divisor_override": None}

    def source_arguments(self, before: str, after: str) -> SourceArguments:
        """The windows, whose stride is not torch's default."""
        taps, padding = map(
            one_or_tuple, window_fields(self.windows, ("kernel_size", "padding")).values()
        )
        return (taps,), {"stride": 1, **({"padding": padding} if padding else {})}

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
