"""The norms: what each is in torch, what it learns and what it keeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from designer.brief.options import Normalization
from designer.geometry.cost import (
    batch_norm_saved_for_backward,
    group_norm_saved_for_backward,
    instance_norm_saved_for_backward,
    norm_parameters,
)
from designer.geometry.layers import FeatureMap
from designer.networks.module import Module, Settings

_EPSILON = 1e-05


@dataclass(frozen=True, slots=True, kw_only=True)
class Norm(Module):
    """An affine norm over so many channels on so many axes: one scale and one shift for each."""

    saves_input: ClassVar[bool] = True

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

    def extra_saved_for_backward(self, before: FeatureMap) -> int:
        """Statistics of the batch and the running ones."""
        return batch_norm_saved_for_backward(self.channels)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceNorm(Norm):
    """Each channel of each sample over the map."""

    @property
    def torch_class(self) -> str:
        """``InstanceNorm2d`` and its kin."""
        return f"InstanceNorm{self.axes}d"

    @property
    def settings(self) -> Settings:
        """Torch's defaults, and affine."""
        return {
            "num_features": self.channels,
            "eps": _EPSILON,
            "momentum": 0.1,
            "affine": True,
            "track_running_stats": False,
        }

    def extra_saved_for_backward(self, before: FeatureMap) -> int:
        """Statistics of the sample, and the scales."""
        return instance_norm_saved_for_backward(self.channels)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupNorm(Norm):
    """Each group of channels of each sample over the map; ``single_group``: one group, a layer norm."""

    single_group: bool

    @property
    def groups(self) -> int:
        """One, or the largest number up to 32 that divides the channels."""
        return 1 if self.single_group else group_count(self.channels)

    @property
    def torch_class(self) -> str:
        """``GroupNorm``, on any number of axes."""
        return "GroupNorm"

    @property
    def settings(self) -> Settings:
        """Groups and torch's defaults."""
        return {
            "num_groups": self.groups,
            "num_channels": self.channels,
            "eps": _EPSILON,
            "affine": True,
        }

    def extra_saved_for_backward(self, before: FeatureMap) -> int:
        """Statistics of each group."""
        return group_norm_saved_for_backward(self.groups)


MAX_GROUPS = 32
"""Groups of a group norm where the channels allow (Wu & He, arXiv:1803.08494)."""


def group_count(channels: int) -> int:
    """The largest number up to 32 that divides the channels.

    >>> [group_count(channels) for channels in (64, 48, 34, 7)]
    [32, 24, 17, 7]
    """
    return max(groups for groups in range(1, MAX_GROUPS + 1) if channels % groups == 0)


def make_norm(normalization: Normalization, *, channels: int, axes: int) -> tuple[Norm, ...]:
    """The norm of a layer: one module, or none."""
    if normalization is Normalization.BATCH:
        return (BatchNorm(channels=channels, axes=axes),)
    if normalization is Normalization.INSTANCE:
        return (InstanceNorm(channels=channels, axes=axes),)
    if normalization.normalizes_maps:
        single_group = normalization is Normalization.LAYER
        return (GroupNorm(channels=channels, axes=axes, single_group=single_group),)
    return ()
