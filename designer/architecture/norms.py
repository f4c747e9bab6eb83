"""The norms: what each is in torch, what it learns and what it keeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from designer.architecture.module import Module, Settings
from designer.cost import batch_norm_keeps, norm_parameters
from designer.layers import FeatureMap

_EPSILON = 1e-05


@dataclass(frozen=True, slots=True, kw_only=True)
class Norm(Module):
    """An affine norm over so many channels on so many axes: one scale and one shift for each."""

    keeps_input: ClassVar[bool] = True

    channels: int
    axes: int

    @property
    def weights(self) -> tuple[int, ...]:
        """Scales and shifts."""
        half = norm_parameters(self.channels) // 2
        return (half, half)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchNorm(Norm):
    """Each channel over the batch and the map."""

    @property
    def torch_class(self) -> str:
        """``BatchNorm2d`` and its kin."""
        return f"BatchNorm{self.axes}d"

    @property
    def settings(self) -> Settings:
        """Torch's defaults."""
        return {
            "num_features": self.channels,
            "eps": _EPSILON,
            "momentum": 0.1,
            "affine": True,
            "track_running_stats": True,
        }

    def keeps_besides(self, before: FeatureMap) -> int:
        """Statistics of the batch and the running ones."""
        return batch_norm_keeps(self.channels)
