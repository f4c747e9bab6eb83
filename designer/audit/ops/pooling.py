"""Max and average pooling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from designer.audit.ops.axis_layer import AxisLayer
from designer.audit.ops.field_types import Flag, KernelSizes, PaddingSizes, PerAxis, Strides
from designer.audit.ops.layer import AuditLayer, AxisReach, WindowValues
from designer.audit.ops.layer_errors import (
    LayerError,
    TensorShape,
    TraceStep,
    format_torch_sizes,
)
from designer.geometry.axis import unchecked_pool_output_size
from designer.geometry.layers import Window

_AVG_ARGUMENTS = "kernel_size stride padding ceil_mode count_include_pad divisor_override"


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolLayer(AxisLayer):
    """Base class of max and average pooling; the stride defaults to the kernel size."""

    is_resize: ClassVar[bool] = True
    keeps_channels: ClassVar[bool] = True
    AXIS_FIELDS: ClassVar[tuple[str, ...]] = ("kernel_size", "stride", "padding", "dilation")

    kernel_size: KernelSizes
    stride: Strides | None = None
    padding: PaddingSizes = 0
    dilation: PerAxis = 1
    ceil_mode: Flag = False

    def step(self, shape: TensorShape, earlier: Sequence[TensorShape]) -> TraceStep:
        """The size as after a convolution, rounded up with ``ceil_mode``; the same channels."""
        axes = self.axes(shape)
        self.refuse_rank(shape, axes)
        windows = self.windows(axes)
        self.refuse_padding(windows)
        sizes = shape[-axes:]
        outputs = [
            unchecked_pool_output_size(
                i,
                kernel_size=window.kernel_size,
                stride=window.stride,
                padding=window.padding,
                dilation=window.dilation,
                ceil_mode=self.ceil_mode,
            )
            for window, i in zip(windows, sizes, strict=True)
        ]
        self.refuse_sizes(shape, [window.kernel_size for window in windows], outputs)
        return TraceStep(
            shape=(*shape[:-axes], *outputs),
            formulas=lambda: [
                _describe(i, window, o, self.ceil_mode)
                for window, i, o in zip(windows, sizes, outputs, strict=True)
            ],
        )

    def axis_reaches(self, before: TensorShape, after: TensorShape) -> Sequence[AxisReach]:
        """Position k reads k·S − P to k·S − P + D(F − 1)."""
        return [
            (
                Fraction(-window.padding),
                Fraction(window.span - 1 - window.padding),
                Fraction(window.stride),
            )
            for window in self.windows(self.axes(before))
        ]

    def thinned(self) -> AuditLayer:
        """The layer itself, which has no channels."""
        return self

    def window_values(self, before: TensorShape) -> WindowValues:
        """Other windows with legal padding, and the other way to round."""
        values = self.kernels_and_strides(before)
        if values:
            kernels = self.axis_values("kernel_size", self.axes(before))
            values["padding"] = range(max(kernels) // 2 + 1)
        return {**values, "ceil_mode": (not self.ceil_mode,)}

    def axis_values(self, name: str, axes: int) -> tuple[int, ...]:
        """A field's values, one per axis; the stride defaults to the kernel size."""
        default = name == "stride" and self.stride is None
        return AxisLayer.axis_values(self, "kernel_size" if default else name, axes)

    def refuse_padding(self, windows: Sequence[Window]) -> None:
        """Refuse padding of more than half the kernel: a window could then contain no pixel.

        Raises:
            LayerError: if torch refuses the padding.
        """
        for window in windows:
            if window.padding > window.kernel_size // 2:
                raise LayerError(
                    "padding_above_half",
                    torch_error=self.padding_error(windows),
                    fields=("padding", "kernel_size"),
                    self_contradictory=True,
                    padding=window.padding,
                    kernel_size=window.kernel_size,
                )

    def padding_error(self, windows: Sequence[Window]) -> str:
        """Torch's message, which depends on the dilation and the number of axes."""
        for window in windows:
            if window.padding > window.span // 2:
                return (
                    "pad should be at most half of effective kernel size, but got pad="
                    f"{window.padding}, kernel_size={window.kernel_size} and dilation={window.dilation}"
                )
        kernels = [window.kernel_size for window in windows]
        paddings = [window.padding for window in windows]
        if len(windows) == 3:
            (k_t, k_h, k_w), (pad_t, pad_h, pad_w) = kernels, paddings
            numbers = f"kT: {k_t} kW: {k_w} kH: {k_h} padT: {pad_t} padW: {pad_w} padH: {pad_h}"
        else:
            (k_h, k_w), (pad_h, pad_w) = kernels, paddings
            numbers = f"padW = {pad_w}, padH = {pad_h}, kW = {k_w}, kH = {k_h}"
        return f"pad should be smaller than or equal to half of kernel size, but got {numbers}"

    def refuse_sizes(
        self, shape: TensorShape, kernels: Sequence[int], outputs: Sequence[int]
    ) -> None:
        """Refuse a map on which no window fits.

        Raises:
            LayerError: if torch refuses the sizes.
        """
        if min(outputs) >= 1:
            return
        raise LayerError(
            "pooling_beyond_map",
            {"kernel_size": kernels, "sizes": shape[-len(outputs) :]},
            torch_error=self.size_error(shape, outputs),
            fields=("kernel_size", "padding", "ceil_mode"),
            input_shape=list(shape[1:]),
            output_size=list(outputs),
        )

    def size_error(self, shape: TensorShape, outputs: Sequence[int]) -> str:
        """Torch's message, which lists two axes for average pooling along one."""
        axes = len(outputs)
        before, after = list(shape[-axes - 1 :]), [shape[-axes - 1], *outputs]
        if axes == 1:
            before.insert(1, 1)
            after.insert(1, 1)
        return (
            f"Given input size: ({format_torch_sizes(before, 'x')}). Calculated output size:"
            f" ({format_torch_sizes(after, 'x')}). Output size is too small"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxPoolLayer(PoolLayer):
    """torch's MaxPool1d, MaxPool2d or MaxPool3d.

    >>> MaxPoolLayer(kernel_size=2, ceil_mode=True).step((2, 8, 7, 6), ()).shape
    (2, 8, 4, 3)
    """

    op: ClassVar[str] = "max_pool"
    torch_modules: ClassVar[Mapping[str, str]] = {
        "MaxPool{}d": "kernel_size stride padding dilation return_indices ceil_mode"
    }
    torch_functions: ClassVar[Mapping[str, str]] = {
        "max_pool{}d": "kernel_size stride padding dilation ceil_mode return_indices"
    }

    dilation: Strides = 1

    def rank_error(self, shape: TensorShape, axes: int) -> str:
        """Torch's message for a tensor of another rank."""
        if axes == 1:
            return (
                "max_pool1d: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size"
                f" for input, but got:[{format_torch_sizes(shape, ', ')}]"
            )
        return f"non-empty {axes + 1}D or {axes + 2}D (batch mode) tensor expected for input"

    def padding_error(self, windows: Sequence[Window]) -> str:
        """Torch's message, which is different along one axis."""
        if len(windows) > 1:
            return PoolLayer.padding_error(self, windows)
        return (
            "max_pool1d() padding should be at most half of kernel size, but got"
            f" padding={windows[0].padding} and kernel_size={windows[0].kernel_size}"
        )

    def size_error(self, shape: TensorShape, outputs: Sequence[int]) -> str:
        """Torch's message, which is different along one axis."""
        if len(outputs) == 1:
            return f"max_pool1d() Invalid computed output size: {outputs[0]}"
        return PoolLayer.size_error(self, shape, outputs)


@dataclass(frozen=True, slots=True, kw_only=True)
class AvgPoolLayer(PoolLayer):
    """torch's AvgPool1d, AvgPool2d or AvgPool3d; dilation is always 1.

    >>> AvgPoolLayer(kernel_size=3, stride=2, padding=1).step((2, 8, 9), ()).shape
    (2, 8, 5)
    """

    op: ClassVar[str] = "avg_pool"
    torch_modules: ClassVar[Mapping[str, str]] = {"AvgPool{}d": _AVG_ARGUMENTS}
    torch_functions: ClassVar[Mapping[str, str]] = {"avg_pool{}d": _AVG_ARGUMENTS}

    def rank_error(self, shape: TensorShape, axes: int) -> str:
        """Torch's message for a tensor of another rank."""
        rank = len(shape)
        if axes == 1:
            return (
                f"Expected 2 to 3 dimensions, but got {rank}-dimensional tensor for argument #1"
                " 'self' (while checking arguments for avg_pool1d)"
            )
        if axes == 3:
            return "non-empty 4D or 5D (batch mode) tensor expected for input"
        if rank < 3:
            return (
                f"Dimension out of range (expected to be in range of [-{rank}, {rank - 1}],"
                " but got -3)"
            )
        return (
            "Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but"
            f" got:[{format_torch_sizes(shape, ', ')}]"
        )

    def refuse_sizes(
        self, shape: TensorShape, kernels: Sequence[int], outputs: Sequence[int]
    ) -> None:
        """Refuse a map on which no window fits; along three axes the kernel must fit unpadded.

        Raises:
            LayerError: if torch refuses the sizes.
        """
        sizes = shape[-len(outputs) :]
        if len(outputs) == 3 and any(f > i for f, i in zip(kernels, sizes, strict=True)):
            raise LayerError(
                "average_pooling_beyond_map",
                torch_error=f"input image (T: {sizes[0]} H: {sizes[1]} W: {sizes[2]}) smaller than"
                f" kernel size (kT: {kernels[0]} kH: {kernels[1]} kW: {kernels[2]})",
                fields=("kernel_size",),
                input_size=list(sizes),
                kernel_size=list(kernels),
            )
        PoolLayer.refuse_sizes(self, shape, kernels, outputs)


def _describe(size: int, window: Window, output: int, ceil_mode: bool) -> str:
    left, right = ("⌈", "⌉") if ceil_mode else ("⌊", "⌋")
    return f"{left}({size} + 2·{window.padding} − {window.span}) / {window.stride}{right} + 1 = {output}"
