"""Norm modules: their torch settings, parameters and saved statistics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from designer.geometry.cost import (
    batch_norm_buffer_bytes,
    batch_norm_saved_for_backward,
    group_norm_saved_for_backward,
    instance_norm_saved_for_backward,
    norm_parameters,
)
from designer.geometry.layers import FeatureMap
from designer.geometry.modules.module import Distribution, Module, Settings, SourceArguments

_EPSILON = 1e-05


@dataclass(frozen=True, slots=True, kw_only=True)
class Norm(Module):
    """Norm of maps with ``channels`` channels: as a rule ``affine``, one scale and one shift for each."""

    column: ClassVar[str | None] = "normalization"
    role: ClassVar[str] = "norm"
    saves_input: ClassVar[bool] = True

    channels: int
    axes: int
    affine: bool = True

    @property
    def torch_class(self) -> str:
        """``BatchNorm2d`` and so on."""
        return f"{type(self).__name__}{self.axes}d"

    @property
    def settings(self) -> Settings:
        """Torch's defaults; a part of another module may not be affine."""
        return {
            "num_features": self.channels,
            "eps": _EPSILON,
            "momentum": 0.1,
            "affine": self.affine,
            "track_running_stats": self.over_batch,
        }

    @property
    def weights(self) -> tuple[int, ...]:
        """Sizes of scale and shift, if it has them."""
        if not self.affine:
            return ()
        half = norm_parameters(self.channels) // 2
        return (half, half)

    @property
    def weight_axes(self) -> dict[str, int]:
        """A scale for each channel."""
        return {"channels": self.channels}

    @property
    def initial_weights(self) -> dict[str, Distribution]:
        """DCGAN's N(1, 0.02) for the scale, zeros for the shift."""
        return {"weight": (1.0, 0.02), "bias": (0.0, 0.0)} if self.affine else {}

    def signal_after(self, moment: float, before: FeatureMap) -> float | None:
        """Nearly one: the second moment divided by the variance and ε."""
        return moment / (moment + _EPSILON)

    def gradient_before(self, gradient: float, moment: float, before: FeatureMap) -> float | None:
        """Divided by the variance that it saw, which is at most the second moment."""
        return gradient / (moment + _EPSILON)

    def source_arguments(self, before: str, after: str) -> SourceArguments:
        """The channels."""
        return (after,), {}


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchNorm(Norm):
    """Normalizes each channel over the batch and the map."""

    ops: ClassVar[tuple[str, ...]] = ("batch",)
    over_batch: ClassVar[bool] = True

    @property
    def centres_channels(self) -> bool:
        """Over batch and map."""
        return True

    @property
    def buffer_bytes(self) -> int:
        """Running statistics and their counter."""
        return batch_norm_buffer_bytes(self.channels)

    def extra_saved_for_backward(self, before: FeatureMap) -> int:
        """Batch statistics and running statistics."""
        return batch_norm_saved_for_backward(self.channels)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceNorm(Norm):
    """Normalizes each channel of each sample over the map."""

    ops: ClassVar[tuple[str, ...]] = ("instance",)
    reads_all_positions: ClassVar[bool] = True

    @property
    def centres_channels(self) -> bool:
        """Over the map."""
        return True

    @property
    def zero_on_one_position(self) -> bool:
        """Always."""
        return True

    def source_arguments(self, before: str, after: str) -> SourceArguments:
        """The channels; torch's default has no weights."""
        return (after,), {"affine": True}

    def extra_saved_for_backward(self, before: FeatureMap) -> int:
        """Statistics of the sample, and the scales."""
        return instance_norm_saved_for_backward(self.channels)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupNorm(Norm):
    """Normalizes each group of channels of each sample; ``single_group``: a layer norm."""

    ops: ClassVar[tuple[str, ...]] = ("group", "layer")
    reads_all_positions: ClassVar[bool] = True

    single_group: bool

    @property
    def centres_channels(self) -> bool:
        """With one channel in each group."""
        return self.groups == self.channels

    @property
    def op(self) -> str:
        """``layer`` for a single group."""
        return self.ops[self.single_group]

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
        """The number of groups, and torch's defaults."""
        return {
            "num_groups": self.groups,
            "num_channels": self.channels,
            "eps": _EPSILON,
            "affine": True,
        }

    @property
    def helper(self) -> str | None:
        """The number of groups depends on the channels, which are arguments."""
        return None if self.single_group else "group_count"

    @property
    def zero_on_one_position(self) -> bool:
        """With several groups, at some width a group has a single channel; or the only group has one."""
        return not self.single_group or self.channels == 1

    def source_arguments(self, before: str, after: str) -> SourceArguments:
        """The groups and the channels."""
        return (1 if self.single_group else f"group_count({after})", after), {}

    def extra_saved_for_backward(self, before: FeatureMap) -> int:
        """Statistics of each group."""
        return group_norm_saved_for_backward(self.groups)


MAX_GROUPS = 32
"""Most groups of a group norm (Wu & He, arXiv:1803.08494)."""


def group_count(channels: int) -> int:
    """The largest number up to 32 that divides the channels.

    >>> [group_count(channels) for channels in (64, 48, 34, 7)]
    [32, 24, 17, 7]
    """
    return max(groups for groups in range(1, MAX_GROUPS + 1) if channels % groups == 0)
