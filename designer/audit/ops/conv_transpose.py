"""Transposed convolutions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, ClassVar

from designer.audit.ops.convolutions import ConvolutionLayer
from designer.audit.ops.field_types import CONV_PADDING, PaddingSizes, PerAxis, as_per_axis
from designer.audit.ops.layer import AxisReach, AxisWindow, FieldValues, LayerFields
from designer.audit.ops.layer_errors import (
    LayerError,
    TensorShape,
    TraceStep,
    refuse_empty,
)
from designer.geometry.axis import kernel_span, transposed_offset
from designer.geometry.formula_text import describe_conv_transpose
from designer.geometry.layers import Window
from designer.reasons import Reason, make_reason
from designer.validation.json_readers import JsonObject, refuse_field


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvTransposeLayer(ConvolutionLayer):
    """torch's ConvTranspose1d, ConvTranspose2d or ConvTranspose3d.

    >>> layer = ConvTransposeLayer(in_channels=8, out_channels=3, kernel_size=4, stride=2)
    >>> layer.step((2, 8, 6), ()).shape
    (2, 3, 14)
    """

    op: ClassVar[str] = "conv_transpose"
    torch_modules: ClassVar[Mapping[str, str]] = {
        "ConvTranspose{}d": "in_channels out_channels kernel_size stride padding output_padding groups bias"
        " dilation padding_mode"
    }
    is_transposed: ClassVar[bool] = True
    pads_output: ClassVar[bool] = True
    EXTRAS: ClassVar[range] = range(3)
    AXIS_FIELDS: ClassVar[tuple[str, ...]] = (
        "kernel_size",
        "stride",
        "padding",
        "output_padding",
        "dilation",
    )

    padding: Annotated[PerAxis | str, CONV_PADDING] = 0
    output_padding: PaddingSizes = 0

    @classmethod
    def fields_of_call(
        cls, fields: JsonObject, arguments: Mapping[str, object], axes: int
    ) -> JsonObject:
        """The fields of a call without ``padding_mode``, which can only be zeros."""
        if arguments.get("padding_mode", "zeros") != "zeros":
            refuse_field("/padding_mode", "not_a_choice", sentence="transposed_padding_mode")
        return fields

    def step(self, shape: TensorShape, earlier: Sequence[TensorShape]) -> TraceStep:
        """(i − 1)S − 2P + E + A on every axis."""
        axes = self.axes(shape)
        self.refuse_groups()
        self._refuse_named_padding(axes)
        weight = f"Given transposed=1, weight of size [{self.weight_sizes(axes)}]"
        sizes = self.batched_input_shape(shape, axes, weight)[2:]
        self._refuse_output_padding(axes)
        windows = self.windows(axes)
        self._refuse_negative(shape, windows, sizes)
        outputs = tuple(w.conv_transpose(i) for w, i in zip(windows, sizes, strict=True))
        return self.trace_step(
            shape,
            outputs,
            lambda: [describe_conv_transpose(w, i) for w, i in zip(windows, sizes, strict=True)],
        )

    def transposed_windows(self, axes: int) -> Sequence[Window]:
        """Its windows, one per axis."""
        return self.windows(axes)

    def axis_reaches(self, before: TensorShape, after: TensorShape) -> Sequence[AxisReach]:
        """Position k reads (k + P − D(F − 1))/S to (k + P)/S."""
        return [
            (
                Fraction(window.padding - window.span + 1, window.stride),
                Fraction(window.padding, window.stride),
                Fraction(1, window.stride),
            )
            for window in self.windows(self.axes(before))
        ]

    def reversed_layers(self, before: TensorShape, after: TensorShape) -> Iterator[LayerFields]:
        """The convolution, after a crop if it would miss the size."""
        axes = self.axes(before)
        ends = zip(self.windows(axes), after[-axes:], before[-axes:], strict=True)
        rows_to_crop = [_rows_to_crop(*end) for end in ends]
        if any(rows_to_crop):
            yield {"op": "crop", "crop": tuple((0, rows) for rows in rows_to_crop)}
        yield self.opposite_fields("conv")

    def window_warnings(self, before: TensorShape, after: TensorShape) -> Iterator[Reason]:
        """Axes of uneven overlap."""
        for axis, window in enumerate(self.windows(self.axes(before))):
            if not window.overlaps_evenly:
                code = "dilated_uneven_overlap" if window.dilation > 1 else "uneven_overlap"
                yield make_reason(code, axis=axis, **window.size_arguments)

    def unpainted_axes(self, axes: int) -> int:
        """Axes with a kernel below the stride."""
        kernels, strides = (self.axis_values(name, axes) for name in ("kernel_size", "stride"))
        return sum(kernel < stride for kernel, stride in zip(kernels, strides, strict=True))

    def padded_output(self, size: TensorShape, wanted: TensorShape) -> FieldValues | None:
        """The output padding, below the stride; None for a map that the layer takes for one sample."""
        same_axes = len(size) == len(wanted) and self.has_axes(len(size))
        if isinstance(self.padding, str) or not same_axes:
            return None
        now, strides = (self.axis_values(name, len(size)) for name in ("output_padding", "stride"))
        extra = [a + want - have for a, have, want in zip(now, size, wanted, strict=True)]
        if any(not 0 <= each < stride for each, stride in zip(extra, strides, strict=True)):
            return None
        return {} if size == wanted else {"output_padding": as_per_axis(extra)}

    def numbered_padding(self, shape: TensorShape) -> FieldValues:
        """2P − A = E − S multiplies the size by the stride; ``valid`` is padding 0."""
        if not isinstance(self.padding, str):
            return {}
        axes = self.axes(shape)
        if self.padding == "valid":
            return {"padding": 0}
        lacking = [
            kernel_span(*each) - stride
            for *each, stride in zip(
                *(self.axis_values(name, axes) for name in ("kernel_size", "dilation", "stride")),
                strict=True,
            )
        ]
        near = [max(0, -(-each // 2)) for each in lacking]
        extra = [2 * padding - each for padding, each in zip(near, lacking, strict=True)]
        values: dict[str, object] = {"padding": as_per_axis(near)}
        return values | ({"output_padding": as_per_axis(extra)} if any(extra) else {})

    @classmethod
    def reached_size(cls, window: AxisWindow, dilation: int, size: int) -> int:
        """(i − 1)S − 2P + E + A."""
        kernel, stride, padding, extra = window
        return stride * size + transposed_offset(
            kernel_size=kernel,
            stride=stride,
            padding=padding,
            dilation=dilation,
            output_padding=extra,
        )

    @classmethod
    def spanning_kernels(cls, window: AxisWindow, dilation: int, size: int) -> Iterable[int]:
        """Every kernel on one pixel, which grows to the size of the kernel."""
        return range(1, 129) if size == 1 else ()

    def _refuse_named_padding(self, axes: int) -> None:
        if isinstance(self.padding, str):
            raise LayerError(
                "named_padding_transposed",
                torch_error=f"conv_transpose{axes}d(): argument 'padding' (position 5) must be tuple of"
                " ints, but found element of type str at pos 0",
                fields=("padding",),
                self_contradictory=True,
                padding=self.padding,
            )

    def _refuse_output_padding(self, axes: int) -> None:
        extra = self.axis_values("output_padding", axes)
        strides, dilations = self.axis_values("stride", axes), self.axis_values("dilation", axes)
        for a, s, d in zip(extra, strides, dilations, strict=True):
            if a >= max(s, d):
                raise LayerError(
                    "large_output_padding",
                    torch_error=_output_padding_error(extra, strides, dilations),
                    fields=("output_padding", "stride", "dilation"),
                    self_contradictory=True,
                    output_padding=a,
                    stride=s,
                    dilation=d,
                )

    def _refuse_negative(
        self, shape: TensorShape, windows: tuple[Window, ...], sizes: Sequence[int]
    ) -> None:
        outputs = [
            window.stride * size + window.offset
            for window, size in zip(windows, sizes, strict=True)
        ]
        if min(outputs) < 0:
            raise LayerError(
                "negative_sizes",
                torch_error="could not construct a memory descriptor using a format tag",
                fields=("padding",),
                output_size=outputs,
            )
        refuse_empty((shape[0], self.out_channels, *outputs), fields=("padding",))


def _rows_to_crop(window: Window, size: int, wanted: int) -> int:
    """Fewest rows to crop for the convolution to reach the wanted size, 0 if it cannot."""
    return next((rows for rows in range(size) if window.conv(size - rows) == wanted), 0)


def _output_padding_error(
    extra: Sequence[int], strides: Sequence[int], dilations: Sequence[int]
) -> str:
    """Torch's message, which lists two axes for one: the first is a height of size 1."""
    if len(extra) == 1:
        extra, strides, dilations = (0, *extra), (1, *strides), (1, *dilations)
    names = ("depth", "height", "width")[-len(extra) :]
    figures = {"output_padding": extra, "stride": strides, "dilation": dilations}
    parts = [
        f"{field}_{name}: {value}"
        for field, values in figures.items()
        for name, value in zip(names, values, strict=True)
    ]
    return (
        f"output padding must be smaller than either stride or dilation, but got {' '.join(parts)}"
    )
