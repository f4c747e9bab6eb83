"""Normalization layers in training mode; none of them changes the shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Annotated, ClassVar

from designer.audit.ops.field_types import (
    MAX_COUNT,
    AxisCount,
    Count,
    Flag,
    PerAxis,
    per_axis_type,
)
from designer.audit.ops.layer import AuditLayer, FieldValues, TriedValues
from designer.audit.ops.layer_errors import (
    LayerError,
    TensorShape,
    TraceStep,
    format_torch_sizes,
)

_NORM_ARGUMENTS = "num_features eps momentum affine track_running_stats{} device dtype bias"


class NormalizationLayer(AuditLayer):
    """Base class of normalization layers."""

    __slots__ = ()

    keeps_channels: ClassVar[bool] = True
    declaring_fields: ClassVar[tuple[str, ...]] = ("num_features",)

    def matching_values(self, earlier: Sequence[TensorShape]) -> Iterator[FieldValues]:
        """The channels or sizes that come in."""
        for name, values in self.tried_values(earlier[-1], ()).items():
            yield from ({name: value} for value in values if name != "ndim")

    def refuse_rank(self, shape: TensorShape, axes: int, ranks: Sequence[int]) -> None:
        """Refuse a tensor of another rank.

        Raises:
            LayerError: if torch refuses the rank.
        """
        if len(shape) not in ranks:
            kinds = " or ".join(f"{rank}D" for rank in ranks)
            raise LayerError(
                "norm_of_other_axes",
                torch_error=f"expected {kinds} input (got {len(shape)}D input)",
                fields=("ndim",),
                axes=axes,
                input_shape=list(shape[1:]),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class NormLayer(NormalizationLayer):
    """torch's BatchNorm1d, 2d or 3d; ``num_features`` defaults to the channels of the input.

    >>> NormLayer().step((2, 8, 7, 5), ()).shape
    (2, 8, 7, 5)
    """

    op: ClassVar[str] = "norm"
    torch_modules: ClassVar[Mapping[str, str]] = {
        "BatchNorm{}d": _NORM_ARGUMENTS.format(""),
        "SyncBatchNorm": _NORM_ARGUMENTS.format(" process_group"),
    }
    norm_kind: ClassVar[str | None] = "batch"

    num_features: Count | None = None
    ndim: AxisCount = None

    def tried_values(self, before: TensorShape, counts: Sequence[int]) -> TriedValues:
        """The channels that come in."""
        return {"num_features": before[1:2]}

    def step(self, shape: TensorShape, earlier: Sequence[TensorShape]) -> TraceStep:
        """The same shape."""
        axes = self.ndim or max(1, min(len(shape) - 2, 3))
        self.refuse_rank(shape, axes, (2, 3) if axes == 1 else (axes + 2,))
        if prod(shape) == shape[1]:
            raise LayerError(
                "one_value_per_channel",
                torch_error="Expected more than 1 value per channel when training, got input size"
                f" torch.Size([{format_torch_sizes(shape, ', ')}])",
                shape=list(shape),
            )
        if self.num_features not in (None, shape[1]):
            raise LayerError(
                "norm_of_other_channels",
                {"shape": shape[1:]},
                torch_error=f"running_mean should contain {shape[1]} elements not"
                f" {self.num_features}",
                fields=("num_features",),
                num_features=self.num_features,
                channels=shape[1],
            )
        return TraceStep(shape=shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceNormLayer(NormalizationLayer):
    """torch's InstanceNorm1d, 2d or 3d: normalizes each channel of each sample.

    ``num_features`` matters only with weights (``affine``) or with running statistics.

    >>> InstanceNormLayer(num_features=8).step((2, 8, 7, 5), ()).shape
    (2, 8, 7, 5)
    """

    op: ClassVar[str] = "instance_norm"
    torch_modules: ClassVar[Mapping[str, str]] = {"InstanceNorm{}d": _NORM_ARGUMENTS.format("")}
    norm_kind: ClassVar[str | None] = "instance"

    num_features: Count | None = None
    affine: Flag = False
    track_running_stats: Flag = False
    ndim: AxisCount = None

    def tried_values(self, before: TensorShape, counts: Sequence[int]) -> TriedValues:
        """The channels, and the axes of the map: with one less, torch takes the batch for them."""
        mapped = len(before) - 2
        return {"num_features": before[1:2], "ndim": [mapped] * (mapped in self.other_ranks())}

    def step(self, shape: TensorShape, earlier: Sequence[TensorShape]) -> TraceStep:
        """The same shape."""
        axes = self.ndim or max(1, min(len(shape) - 2, 3))
        self.refuse_rank(shape, axes, (axes + 1, axes + 2))
        batched = shape if len(shape) == axes + 2 else (1, *shape)
        if self.affine:
            self._refuse_channels(batched, len(shape) - axes - 1)
        if prod(batched[2:]) == 1:
            raise LayerError(
                "one_position_per_channel",
                {"map": shape[1:]},
                torch_error="Expected more than 1 spatial element when training, got input size"
                f" torch.Size([{format_torch_sizes(batched, ', ')}])",
                shape=list(shape),
            )
        if self.track_running_stats:
            self._refuse_channels(batched, None)
        return TraceStep(shape=shape)

    def _refuse_channels(self, batched: TensorShape, dim: int | None) -> None:
        count, channels = self.num_features, batched[1]
        if count is None or count == channels:
            return
        raise LayerError(
            "instance_norm_of_other_channels",
            torch_error=f"running_mean should contain {batched[0] * channels} elements not"
            f" {batched[0] * count}"
            if dim is None
            else f"expected input's size at dim={dim} to match num_features ({count}), but got:"
            f" {channels}.",
            fields=("num_features",),
            num_features=count,
            channels=channels,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupNormLayer(NormalizationLayer):
    """torch's GroupNorm: normalizes groups of channels of each sample.

    >>> GroupNormLayer(num_groups=2, num_channels=8).step((2, 8, 7, 5), ()).shape
    (2, 8, 7, 5)
    """

    op: ClassVar[str] = "group_norm"
    torch_modules: ClassVar[Mapping[str, str]] = {
        "GroupNorm": "num_groups num_channels eps affine device dtype bias"
    }
    declaring_fields: ClassVar[tuple[str, ...]] = ("num_channels",)
    norm_kind: ClassVar[str | None] = "group"

    num_groups: Count
    num_channels: Count
    affine: Flag = True

    def tried_values(self, before: TensorShape, counts: Sequence[int]) -> TriedValues:
        """The channels that come in, and fewer groups."""
        return {"num_channels": before[1:2], "num_groups": range(self.num_groups - 1, 0, -1)}

    def matching_values(self, earlier: Sequence[TensorShape]) -> Iterator[FieldValues]:
        """The channels that come in, and groups that divide them."""
        for channels in earlier[-1][1:2]:
            groups = next(n for n in range(self.num_groups, 0, -1) if channels % n == 0)
            wanted = {"num_channels": channels, "num_groups": groups}
            if changed := {k: new for k, new in wanted.items() if new != getattr(self, k)}:
                yield changed

    def step(self, shape: TensorShape, earlier: Sequence[TensorShape]) -> TraceStep:
        """The same shape."""
        groups, count = self.num_groups, self.num_channels
        if count % groups:
            raise LayerError(
                "indivisible_groups",
                torch_error=f"num_channels ({count}) must be divisible by num_groups ({groups})",
                fields=("num_channels", "num_groups"),
                self_contradictory=True,
                num_channels=count,
                num_groups=groups,
            )
        if len(shape) < 2:
            raise LayerError(
                "no_channel_axis",
                torch_error="Expected at least 2 dimensions for input tensor but received 1",
                axes=len(shape),
            )
        self._refuse_one_value(shape)
        self._refuse_channels(shape)
        return TraceStep(shape=shape)

    def _refuse_one_value(self, shape: TensorShape) -> None:
        each = shape[0] * shape[1] // self.num_groups
        if each * prod(shape[2:]) == 1:
            raise LayerError(
                "one_value_per_group",
                torch_error="Expected more than 1 value per channel when training, got input size"
                f" [{format_torch_sizes((each, self.num_groups, *shape[2:]), ', ')}]",
                fields=("num_groups",),
                shape=list(shape),
                num_groups=self.num_groups,
            )

    def _refuse_channels(self, shape: TensorShape) -> None:
        channels, sizes = shape[1], format_torch_sizes(shape, ", ")
        if channels % self.num_groups:
            torch_error = (
                "Expected number of channels in input to be divisible by num_groups, but got input"
                f" of shape [{sizes}] and num_groups={self.num_groups}"
            )
        elif self.affine and channels != self.num_channels:
            torch_error = (
                "Expected weight to be a vector of size equal to the number of channels in input,"
                f" but got weight of shape [{self.num_channels}] and input of shape [{sizes}]"
            )
        else:
            return
        raise LayerError(
            "group_norm_of_other_channels",
            {"shape": shape[1:]},
            torch_error=torch_error,
            fields=("num_channels",),
            num_channels=self.num_channels,
            num_groups=self.num_groups,
            channels=channels,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerNormLayer(NormalizationLayer):
    """torch's LayerNorm: normalizes over the last axes, of the sizes ``normalized_shape``.

    >>> LayerNormLayer(normalized_shape=(7, 5)).step((2, 8, 7, 5), ()).shape
    (2, 8, 7, 5)
    """

    op: ClassVar[str] = "layer_norm"
    torch_modules: ClassVar[Mapping[str, str]] = {
        "LayerNorm": "normalized_shape eps elementwise_affine bias"
    }
    declaring_fields: ClassVar[tuple[str, ...]] = ("normalized_shape",)
    norm_kind: ClassVar[str | None] = "layer"

    normalized_shape: Annotated[PerAxis, per_axis_type(1, MAX_COUNT, most=4)]

    def tried_values(self, before: TensorShape, counts: Sequence[int]) -> TriedValues:
        """The last sizes of the map: first as many as the norm has, then other numbers of them.

        >>> LayerNormLayer(normalized_shape=7).tried_values((2, 8, 5), ())
        {'normalized_shape': [5, (8, 5)]}
        """
        several = isinstance(self.normalized_shape, tuple)
        count = len(self.axis_values("normalized_shape", 1))
        order = sorted(range(1, len(before)), key=lambda other: abs(other - count))
        tails = [before[-length:] for length in order]
        return {"normalized_shape": [t if several or len(t) > 1 else t[0] for t in tails]}

    def step(self, shape: TensorShape, earlier: Sequence[TensorShape]) -> TraceStep:
        """The same shape."""
        sizes = self.axis_values("normalized_shape", 1)
        if shape[-len(sizes) :] != sizes:
            words = format_torch_sizes(sizes, ", ")
            raise LayerError(
                "layer_norm_of_other_sizes",
                torch_error=f"Given normalized_shape=[{words}], expected input with shape"
                f" [*, {words}], but got input of size[{format_torch_sizes(shape, ', ')}]",
                fields=("normalized_shape",),
                normalized_shape=list(sizes),
                input_shape=list(shape[1:]),
            )
        return TraceStep(shape=shape)
