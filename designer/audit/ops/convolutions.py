"""Base class of convolutions and transposed convolutions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from designer.audit.ops.field_readers import Count, Flag, KernelSizes, PerAxis, Strides
from designer.audit.ops.layer import AxisLayer, LayerFields
from designer.audit.ops.layer_errors import (
    LayerError,
    TensorShape,
    TraceStep,
    format_sizes,
    format_torch_sizes,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvolutionLayer(AxisLayer):
    """Base class of convolutions and transposed convolutions."""

    in_channels: Count
    out_channels: Count
    kernel_size: KernelSizes
    stride: Strides = 1
    padding: PerAxis | str = 0
    dilation: Strides = 1
    groups: Count = 1
    bias: Flag = True

    def refuse_groups(self) -> None:
        """Refuse channels that are not divisible by the groups.

        Raises:
            LayerError: if torch's constructor refuses them.
        """
        for name in ("in_channels", "out_channels"):
            if (value := getattr(self, name)) % self.groups:
                raise LayerError(
                    f"{name} {value} is not divisible by groups {self.groups}",
                    torch_error=f"{name} must be divisible by groups",
                    fields=(name, "groups"),
                    self_contradictory=True,
                    groups=self.groups,
                    **{name: value},
                )

    def batched_input_shape(self, shape: TensorShape, axes: int, weight: str) -> TensorShape:
        """The shape with its batch axis.

        Raises:
            LayerError: if torch refuses the number of axes or channels.
        """
        name = f"{self.op}{axes}d"
        if len(shape) not in (axes + 1, axes + 2):
            raise LayerError(
                f"the layer works along {axes} axes, the map {format_sizes(shape[1:])} has"
                f" {max(len(shape) - 2, 0)}",
                torch_error=f"Expected {axes + 1}D (unbatched) or {axes + 2}D (batched) input to"
                f" {name}, but got input of size: [{format_torch_sizes(shape, ', ')}]",
                fields=(self.axes_field,),
                axes=axes,
                input_shape=list(shape[1:]),
            )
        batched = shape if len(shape) == axes + 2 else (1, *shape)
        if batched[1] != self.in_channels:
            unbatched_note = (
                ""
                if len(shape) == axes + 2
                else f" (torch treats {format_sizes(shape)} as one sample, the batch as its channels)"
            )
            raise LayerError(
                f"the layer takes {self.in_channels} channels, the map {format_sizes(shape[1:])} has"
                f" {batched[1]}{unbatched_note}",
                torch_error=f"{weight}, expected input[{format_torch_sizes(batched, ', ')}] to have"
                f" {self.in_channels} channels, but got {batched[1]} channels instead",
                fields=("in_channels",),
                in_channels=self.in_channels,
                channels=batched[1],
            )
        return batched

    def opposite_fields(self, op: str) -> LayerFields:
        """The same window as another op, from the output channels to the input channels."""
        return {
            "op": op,
            "in_channels": self.out_channels,
            "out_channels": self.in_channels,
            **{
                name: getattr(self, name)
                for name in (
                    "kernel_size",
                    "stride",
                    "padding",
                    "dilation",
                    "groups",
                    "bias",
                    "ndim",
                )
            },
        }

    def weight_sizes(self, axes: int, *, transposed: bool) -> str:
        """The sizes of the weight in the format of torch's messages."""
        first, second = self.out_channels, self.in_channels
        if transposed:
            first, second = second, first
        return format_torch_sizes(
            (first, second // self.groups, *self.axis_values("kernel_size", axes)), ", "
        )

    def trace_step(
        self, shape: TensorShape, sizes: Sequence[int], formulas: Callable[[], Sequence[str]]
    ) -> TraceStep:
        """The step to the output channels and the given sizes."""
        head = shape[:1] if len(shape) == len(sizes) + 2 else ()
        return TraceStep(shape=(*head, self.out_channels, *sizes), formulas=formulas)
