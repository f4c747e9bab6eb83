"""Convolutions and transposed convolutions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from designer.audit.ops.layer import SPATIAL_AXIS_NAMES, AxisLayer, PerAxis
from designer.audit.ops.layer_errors import (
    LayerError,
    TensorShape,
    TraceStep,
    format_sizes,
    format_torch_sizes,
    refuse_empty,
)
from designer.audit.ops.padding import pad_shape
from designer.geometry.formula_text import describe_conv, describe_conv_transpose
from designer.geometry.layers import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvolutionLayer(AxisLayer):
    """Base class of convolutions and transposed convolutions."""

    in_channels: int
    out_channels: int
    kernel_size: PerAxis
    stride: PerAxis = 1
    padding: PerAxis | str = 0
    dilation: PerAxis = 1
    groups: int = 1
    bias: bool = True

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

    def weight_sizes(self, axes: int, *, transposed: bool) -> str:
        """The sizes of the weight in the format of torch's messages."""
        first, second = self.out_channels, self.in_channels
        if transposed:
            first, second = second, first
        return format_torch_sizes(
            (first, second // self.groups, *self.axis_values("kernel_size", axes)), ", "
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvLayer(ConvolutionLayer):
    """torch's Conv1d, Conv2d or Conv3d.

    >>> layer = ConvLayer(in_channels=3, out_channels=8, kernel_size=4, stride=2, padding=1)
    >>> layer.step((2, 3, 64, 48), ()).shape
    (2, 8, 32, 24)
    """

    op: ClassVar[str] = "conv"
    AXIS_FIELDS: ClassVar[tuple[str, ...]] = ("kernel_size", "stride", "padding", "dilation")

    padding_mode: str = "zeros"

    def step(self, shape: TensorShape, earlier: Sequence[TensorShape]) -> TraceStep:
        """⌊(i + 2P − E) / S⌋ + 1 on every axis."""
        axes = self.axes(shape)
        self.refuse_groups()
        strides = self.axis_values("stride", axes)
        if self.padding == "same" and max(strides) > 1:
            raise LayerError(
                f"padding 'same' needs stride 1, the layer has stride {format_sizes(strides)}",
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
            return _trace_step(
                shape, self.out_channels, sizes, lambda: [f"{i}, unchanged" for i in sizes]
            )
        _refuse_large_kernel(windows, sizes)
        outputs = tuple(w.conv(i) for w, i in zip(windows, sizes, strict=True))
        return _trace_step(
            shape,
            self.out_channels,
            outputs,
            lambda: [describe_conv(w, i) for w, i in zip(windows, sizes, strict=True)],
        )

    def windows(self, axes: int) -> tuple[Window, ...]:
        """The windows, one per axis, with padding 0 for ``same`` and ``valid``."""
        padding = (
            (0,) * axes if isinstance(self.padding, str) else self.axis_values("padding", axes)
        )
        return tuple(
            Window(kernel_size=kernel, stride=stride, padding=pad, dilation=dilation)
            for kernel, stride, pad, dilation in zip(
                self.axis_values("kernel_size", axes),
                self.axis_values("stride", axes),
                padding,
                self.axis_values("dilation", axes),
                strict=True,
            )
        )

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
        weight = (
            f"Given groups={self.groups}, weight of size"
            f" [{self.weight_sizes(axes, transposed=False)}]"
        )
        try:
            return self.batched_input_shape(shape, axes, weight)
        except LayerError as layer_error:
            zeros = self.padding_mode == "zeros"
            if layer_error.fields != ("in_channels",) or (zeros and self.padding != "same"):
                raise
        padded = list(shape)  # torch's message has the padded sizes
        for place, (near, far) in enumerate(reversed(self._pads(axes)), start=1):
            padded[-place] += far - near if zeros else near + far
        return self.batched_input_shape(tuple(padded), axes, weight)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvTransposeLayer(ConvolutionLayer):
    """torch's ConvTranspose1d, ConvTranspose2d or ConvTranspose3d.

    >>> layer = ConvTransposeLayer(in_channels=8, out_channels=3, kernel_size=4, stride=2)
    >>> layer.step((2, 8, 6), ()).shape
    (2, 3, 14)
    """

    op: ClassVar[str] = "conv_transpose"
    AXIS_FIELDS: ClassVar[tuple[str, ...]] = (
        "kernel_size",
        "stride",
        "padding",
        "output_padding",
        "dilation",
    )

    output_padding: PerAxis = 0

    def step(self, shape: TensorShape, earlier: Sequence[TensorShape]) -> TraceStep:
        """(i − 1)S − 2P + E + A on every axis."""
        axes = self.axes(shape)
        self.refuse_groups()
        weight = f"Given transposed=1, weight of size [{self.weight_sizes(axes, transposed=True)}]"
        sizes = self.batched_input_shape(shape, axes, weight)[2:]
        self._refuse_output_padding(axes)
        windows = self.windows(axes)
        self._refuse_negative(shape, windows, sizes)
        outputs = tuple(w.conv_transpose(i) for w, i in zip(windows, sizes, strict=True))
        return _trace_step(
            shape,
            self.out_channels,
            outputs,
            lambda: [describe_conv_transpose(w, i) for w, i in zip(windows, sizes, strict=True)],
        )

    def windows(self, axes: int) -> tuple[Window, ...]:
        """The windows, one per axis."""
        values = zip(*(self.axis_values(name, axes) for name in self.AXIS_FIELDS), strict=True)
        return tuple(Window(**dict(zip(self.AXIS_FIELDS, axis, strict=True))) for axis in values)

    def _refuse_output_padding(self, axes: int) -> None:
        extra = self.axis_values("output_padding", axes)
        strides, dilations = self.axis_values("stride", axes), self.axis_values("dilation", axes)
        for a, s, d in zip(extra, strides, dilations, strict=True):
            if a >= max(s, d):
                raise LayerError(
                    f"output_padding {a} must be below the larger of stride {s} and dilation {d}",
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
                f"the padding crops the map to negative sizes: {format_sizes(outputs)}",
                torch_error="could not construct a memory descriptor using a format tag",
                fields=("padding",),
                output_size=outputs,
            )
        refuse_empty((shape[0], self.out_channels, *outputs), fields=("padding",))


def _trace_step(
    shape: TensorShape, channels: int, sizes: Sequence[int], formulas: Callable[[], Sequence[str]]
) -> TraceStep:
    head = shape[:1] if len(shape) == len(sizes) + 2 else ()
    return TraceStep(shape=(*head, channels, *sizes), formulas=formulas)


def _refuse_large_kernel(windows: Sequence[Window], sizes: Sequence[int]) -> None:
    padded = [size + 2 * window.padding for window, size in zip(windows, sizes, strict=True)]
    spans = [window.span for window in windows]
    if any(span > size for span, size in zip(spans, padded, strict=True)):
        raise LayerError(
            f"a kernel spanning {format_sizes(spans)} does not fit the map of {format_sizes(sizes)}, which is"
            f" {format_sizes(padded)} with its padding",
            torch_error=f"Calculated padded input size per channel: ({format_torch_sizes(padded)}). Kernel"
            f" size: ({format_torch_sizes(spans)}). Kernel size can't be greater than actual input size",
            fields=("kernel_size", "padding", "dilation"),
            span=spans,
            padded_input_size=padded,
        )


def _output_padding_error(
    extra: Sequence[int], strides: Sequence[int], dilations: Sequence[int]
) -> str:
    """Torch's message, which lists two axes for one: the first is a height of size 1."""
    if len(extra) == 1:
        extra, strides, dilations = (0, *extra), (1, *strides), (1, *dilations)
    names = SPATIAL_AXIS_NAMES[-len(extra) :]
    parts = [
        f"{field}_{name}: {value}"
        for field, values in (
            ("output_padding", extra),
            ("stride", strides),
            ("dilation", dilations),
        )
        for name, value in zip(names, values, strict=True)
    ]
    return "output padding must be smaller than either stride or dilation, but got " + " ".join(
        parts
    )
