"""Convolutions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Annotated, ClassVar

from designer.audit.ops.convolutions import ConvolutionLayer
from designer.audit.ops.field_types import CONV_PADDING, PerAxis, as_per_axis, choice_type
from designer.audit.ops.layer import AxisReach, AxisWindow, FieldValues, LayerFields, TriedValues
from designer.audit.ops.layer_errors import (
    LayerError,
    TensorShape,
    TraceStep,
    format_torch_sizes,
)
from designer.audit.ops.pad_shapes import pad_shape
from designer.geometry.axis import inverse_output_padding, kernel_span
from designer.geometry.formula_text import describe_conv
from designer.geometry.layers import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvLayer(ConvolutionLayer):
    """torch's Conv1d, Conv2d or Conv3d.

    >>> layer = ConvLayer(in_channels=3, out_channels=8, kernel_size=4, stride=2, padding=1)
    >>> layer.step((2, 3, 64, 48), ()).shape
    (2, 8, 32, 24)
    """

    op: ClassVar[str] = "conv"
    torch_modules: ClassVar[Mapping[str, str]] = {
        "Conv{}d": "in_channels out_channels kernel_size stride padding dilation groups bias padding_mode"
    }
    is_transposed: ClassVar[bool] = False
    EXTRAS: ClassVar[range] = range(1)
    AXIS_FIELDS: ClassVar[tuple[str, ...]] = ("kernel_size", "stride", "padding", "dilation")

    padding: Annotated[PerAxis | str, CONV_PADDING] = 0
    padding_mode: Annotated[str, choice_type("zeros", "reflect", "replicate", "circular")] = "zeros"

    def step(self, shape: TensorShape, earlier: Sequence[TensorShape]) -> TraceStep:
        """⌊(i + 2P − E) / S⌋ + 1 on every axis."""
        axes = self.axes(shape)
        self.refuse_groups()
        strides = self.axis_values("stride", axes)
        if self.padding == "same" and max(strides) > 1:
            raise LayerError(
                "same_padding_stride",
                torch_error="padding='same' is not supported for strided convolutions",
                fields=("padding", "stride"),
                self_contradictory=True,
                stride=list(strides),
            )
        if self.padding_mode != "zeros":
            self.refuse_padding(shape, axes)
        batched = self._refuse_channels(shape, axes)
        windows, sizes = self.windows(axes), batched[2:]
        if self.padding == "same":
            return self.trace_step(shape, sizes, lambda: [f"{i}, unchanged" for i in sizes])
        _refuse_large_kernel(windows, sizes)
        outputs = tuple(w.conv(i) for w, i in zip(windows, sizes, strict=True))
        return self.trace_step(
            shape,
            outputs,
            lambda: [describe_conv(w, i) for w, i in zip(windows, sizes, strict=True)],
        )

    def axis_reaches(self, before: TensorShape, after: TensorShape) -> Sequence[AxisReach]:
        """Position k reads k·S − P to k·S − P + D(F − 1)."""
        axes = self.axes(before)
        pads = (near for near, _ in self._pads(axes))
        return [
            (Fraction(-near), Fraction(window.span - 1 - near), Fraction(window.stride))
            for window, near in zip(self.windows(axes), pads, strict=True)
        ]

    def reversed_layers(self, before: TensorShape, after: TensorShape) -> Iterator[LayerFields]:
        """The transposed convolution, and a crop if ``same`` padding needs it."""
        axes = self.axes(before)
        sizes, windows = before[-axes:], self.windows(axes)
        if self.padding == "same":  # of stride 1, which leaves no row unread
            windows = tuple(replace(window, padding=(window.span - 1) // 2) for window in windows)
            unread = [0] * axes
        else:
            unread = [unread_rows(window, i) for window, i in zip(windows, sizes, strict=True)]
        yield {
            **self.opposite_fields("conv_transpose"),
            "padding": as_per_axis([window.padding for window in windows]),
            "output_padding": as_per_axis(unread),
        }
        if self.padding == "same":
            outputs = [w.conv_transpose(i) for w, i in zip(windows, after[-axes:], strict=True)]
            crops = tuple((0, have - want) for have, want in zip(outputs, sizes, strict=True))
            if any(map(any, crops)):
                yield {"op": "crop", "crop": crops}

    def tried_values(self, before: TensorShape, counts: Sequence[int]) -> TriedValues:
        """Padding by name, or by number where it is named."""
        numbers = range(5) if isinstance(self.padding, str) else ()
        named = {"padding": ["same", *numbers], "padding_mode": ["zeros"]}
        return {**ConvolutionLayer.tried_values(self, before, counts), **named}

    def numbered_padding(self, shape: TensorShape) -> FieldValues:
        """(E − 1)/2 for ``same`` with a stride, rounded down."""
        axes = self.axes(shape)
        if self.padding != "same" or max(self.axis_values("stride", axes)) == 1:
            return {}
        spans = [
            kernel_span(*each)
            for each in zip(
                *(self.axis_values(name, axes) for name in ("kernel_size", "dilation")), strict=True
            )
        ]
        return {"padding": as_per_axis([(span - 1) // 2 for span in spans])}

    @classmethod
    def reached_size(cls, window: AxisWindow, dilation: int, size: int) -> int:
        """⌊(i + 2P − E) / S⌋ + 1, or 0."""
        kernel, stride, padding, _ = window
        if size + 2 * padding < kernel_span(kernel, dilation):
            return 0
        return Window(kernel_size=kernel, stride=stride, padding=padding, dilation=dilation).conv(
            size
        )

    @classmethod
    def spanning_kernels(cls, window: AxisWindow, dilation: int, size: int) -> Iterable[int]:
        """The kernel that reads a whole map of up to 64 positions."""
        kernel, _, padding, _ = window
        return (size + 2 * padding,) if kernel > 1 and dilation == 1 and size <= 64 else ()

    def refuse_padding(self, shape: TensorShape, axes: int) -> None:
        """Refuse a map that is too small for a padding mode other than zeros."""
        pads = [pad for pair in reversed(self._pads(axes)) for pad in pair]
        pad_shape(shape, pads, mode=self.padding_mode, fields=("padding", "padding_mode"))

    def _pads(self, axes: int) -> list[tuple[int, int]]:
        if self.padding != "same":
            return [(window.padding, window.padding) for window in self.windows(axes)]
        totals = [window.span - 1 for window in self.windows(axes)]
        return [(total // 2, total - total // 2) for total in totals]

    def _refuse_channels(self, shape: TensorShape, axes: int) -> TensorShape:
        weight = f"Given groups={self.groups}, weight of size [{self.weight_sizes(axes)}]"
        try:
            return self.batched_input_shape(shape, axes, weight)
        except LayerError as layer_error:
            zeros = self.padding_mode == "zeros"
            if layer_error.fields != ("in_channels",) or (zeros and self.padding != "same"):
                raise
        padded = list(shape)  # torch's message has the padded sizes
        for place, (near, far) in enumerate(reversed(self._pads(axes)), start=1):
            padded[-place] += far - near if zeros else near + far
        return self.batched_input_shape(shape, axes, weight, padded=tuple(padded))


def _refuse_large_kernel(windows: Sequence[Window], sizes: Sequence[int]) -> None:
    padded = [size + 2 * window.padding for window, size in zip(windows, sizes, strict=True)]
    spans = [window.span for window in windows]
    if any(span > size for span, size in zip(spans, padded, strict=True)):
        raise LayerError(
            "kernel_beyond_map",
            {"sizes": sizes},
            torch_error=f"Calculated padded input size per channel: ({format_torch_sizes(padded)}). Kernel"
            f" size: ({format_torch_sizes(spans)}). Kernel size can't be greater than actual input size",
            fields=("kernel_size", "padding", "dilation"),
            span=spans,
            padded_input_size=padded,
        )


def unread_rows(window: Window, size: int) -> int:
    """Positions left over after the last window: the output padding of the way back."""
    return inverse_output_padding(
        size,
        kernel_size=window.kernel_size,
        stride=window.stride,
        padding=window.padding,
        dilation=window.dilation,
    )
