"""Base class of convolutions and transposed convolutions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from math import prod
from typing import ClassVar

from designer.audit.ops.axis_layer import MAX_STRIDE, AxisLayer
from designer.audit.ops.field_types import Count, Flag, KernelSizes, PerAxis, Strides
from designer.audit.ops.layer import (
    AuditLayer,
    AxisWindow,
    FieldValues,
    LayerFields,
    TriedValues,
    WindowValues,
)
from designer.audit.ops.layer_errors import (
    LayerError,
    TensorShape,
    TraceStep,
    format_torch_sizes,
)
from designer.geometry.cost import convolution_multiply_adds, convolution_parameters

MAX_PADDING = 24
MAX_DILATION = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvolutionLayer(AxisLayer):
    """Base class of convolutions and transposed convolutions."""

    declaring_fields: ClassVar[tuple[str, ...]] = ("in_channels",)
    output_field: ClassVar[str | None] = "out_channels"
    WORKS: ClassVar[str] = "works"
    is_transposed: ClassVar[bool]
    EXTRAS: ClassVar[range]
    """Values of ``output_padding`` that are tried with other windows."""

    in_channels: Count
    out_channels: Count
    kernel_size: KernelSizes
    stride: Strides = 1
    padding: PerAxis | str = 0
    dilation: Strides = 1
    groups: Count = 1
    bias: Flag = True

    @property
    def is_depthwise(self) -> bool:
        """With as many groups as channels, before and after it."""
        return self.groups == self.in_channels == self.out_channels

    @property
    def adds_bias(self) -> bool:
        """With a bias."""
        return self.bias

    def refuse_groups(self) -> None:
        """Refuse channels that are not divisible by the groups.

        Raises:
            LayerError: if torch's constructor refuses them.
        """
        for name in ("in_channels", "out_channels"):
            if (value := getattr(self, name)) % self.groups:
                raise LayerError(
                    "not_divisible",
                    {"field": name, "value": value},
                    torch_error=f"{name} must be divisible by groups",
                    fields=(name, "groups"),
                    self_contradictory=True,
                    groups=self.groups,
                    **{name: value},
                )

    def batched_input_shape(
        self, shape: TensorShape, axes: int, weight: str, *, padded: TensorShape | None = None
    ) -> TensorShape:
        """The shape with its batch axis.

        ``padded``: the shape in torch's message, if it pads the map before it counts the channels.

        Raises:
            LayerError: if torch refuses the number of axes or channels.
        """
        self.refuse_rank(shape, axes)
        batched = shape if len(shape) == axes + 2 else (1, *shape)
        if batched[1] != self.in_channels:
            stated = batched if padded is None else (*batched[:2], *padded[-axes:])
            raise LayerError(
                "other_channels" if batched is shape else "other_channels_unbatched",
                {"shape": shape[1:], "tensor": shape},
                torch_error=f"{weight}, expected input[{format_torch_sizes(stated, ', ')}] to have"
                f" {self.in_channels} channels, but got {batched[1]} channels instead",
                fields=("in_channels",),
                in_channels=self.in_channels,
                channels=batched[1],
            )
        return batched

    def rank_error(self, shape: TensorShape, axes: int) -> str:
        """Torch's message for a tensor of another rank."""
        return (
            f"Expected {axes + 1}D (unbatched) or {axes + 2}D (batched) input to {self.op}{axes}d,"
            f" but got input of size: [{format_torch_sizes(shape, ', ')}]"
        )

    def opposite_fields(self, op: str) -> LayerFields:
        """The same window as another op, from the output channels to the input channels."""
        names = ("kernel_size", "stride", "padding", "dilation", "groups", "bias", "ndim")
        same = {name: getattr(self, name) for name in names}
        same |= {"in_channels": self.out_channels, "out_channels": self.in_channels}
        return {"op": op, **same}

    def cost(self, before: TensorShape, after: TensorShape) -> tuple[int, int]:
        """One multiply-add per tap, pair of channels, and position that the kernel visits."""
        axes = self.axes(before)
        sizes: dict[str, int] = {
            "taps": prod(self.axis_values("kernel_size", axes)),
            "in_channels": self.in_channels,
            "out_channels": self.out_channels,
            "groups": self.groups,
        }
        positions = (before if self.is_transposed else after)[-axes:]
        multiply_adds = before[0] * convolution_multiply_adds(positions=positions, **sizes)
        return convolution_parameters(**sizes, bias=False), multiply_adds

    def thinned(self) -> AuditLayer:
        """The same window with one channel."""
        return replace(self, in_channels=1, out_channels=1, groups=1)

    def tried_values(self, before: TensorShape, counts: Sequence[int]) -> TriedValues:
        """Fewer groups, and other output channels that the groups divide."""
        common = [n for n in range(1, self.groups) if not self.out_channels % n]
        return {
            "groups": [n for n in reversed(common) if not self.in_channels % n],
            "out_channels": [n for n in counts if not n % self.groups],
        }

    def window_values(self, before: TensorShape) -> WindowValues:
        """Values for each field of the window that is a number."""
        values = self.kernels_and_strides(before)
        if not values:
            return values
        largest = max(self.axis_values("kernel_size", self.axes(before)))
        if not isinstance(self.padding, str):
            values["padding"] = range(min(MAX_PADDING, largest + 2) + 1)
        if self.is_transposed:
            values["output_padding"] = range(MAX_STRIDE)
        if largest > 1:
            values["dilation"] = range(1, MAX_DILATION + 1)
        return values

    def axis_values(self, name: str, axes: int) -> tuple[int, ...]:
        """A field's values, one per axis, with padding 0 for ``same`` and ``valid``."""
        named = name == "padding" and isinstance(self.padding, str)
        return (0,) * axes if named else AxisLayer.axis_values(self, name, axes)

    def axis_window(self, axis: int) -> AxisWindow | None:
        """The window, None with padding ``same`` or ``valid``."""
        if isinstance(self.padding, str):
            return None
        kernel, stride, padding = (
            self.axis_values(name, axis + 1)[axis] for name in ("kernel_size", "stride", "padding")
        )
        extra = self.axis_values("output_padding", axis + 1)[axis] if self.is_transposed else 0
        return kernel, stride, padding, extra

    def window_moves(self, axis: int, size: int) -> Sequence[tuple[AxisWindow, int]]:
        """Windows with one or two other fields, and with a kernel as large as a small map."""
        now = self.axis_window(axis)
        dilation = self.axis_values("dilation", axis + 1)[axis]
        return () if now is None else self.near_moves(now, dilation, size)

    @classmethod
    @lru_cache(maxsize=20_000)
    def near_moves(
        cls, now: AxisWindow, dilation: int, size: int
    ) -> tuple[tuple[AxisWindow, int], ...]:
        """Every window that is tried in place of one, with its output size."""
        kernel, stride, padding, _ = now
        kernels = sorted({*range(max(1, kernel - 2), kernel + 5), 2, 3, 4, 5, 6})
        strides, paddings = sorted({1, 2, 3, 4, stride}), sorted({*range(4), padding})
        windows = [now]
        for s, k, p, a in product(strides, kernels, paddings, cls.EXTRAS):
            differing = sum(x != y for x, y in zip((k, s, p, a), now, strict=True))
            if 1 <= differing <= 2 and a < max(s, dilation) and p <= dilation * (k - 1):
                windows.append((k, s, p, a))
        windows += [(k, *now[1:]) for k in cls.spanning_kernels(now, dilation, size)]
        moves = [(window, cls.reached_size(window, dilation, size)) for window in windows]
        return tuple(move for move in moves if move[1] >= 1)

    @classmethod
    def reached_size(cls, window: AxisWindow, dilation: int, size: int) -> int:
        """Size after a window, 0 if it does not fit."""
        raise NotImplementedError

    @classmethod
    def spanning_kernels(cls, window: AxisWindow, dilation: int, size: int) -> Iterable[int]:
        """Kernel sizes that are as large as a small map, or make one of one pixel large."""
        raise NotImplementedError

    def matching_values(self, earlier: Sequence[TensorShape]) -> Iterator[FieldValues]:
        """The channels that come in, with groups that divide them; other groups."""
        got = _channels(earlier[-1])
        if got != self.in_channels:
            if self.groups == self.in_channels == self.out_channels:
                yield dict.fromkeys(("in_channels", "out_channels", "groups"), got)
            yield {"in_channels": got} | ({"groups": 1} if got % self.groups else {})
        elif self.in_channels % self.groups or self.out_channels % self.groups:
            for groups in range(self.groups - 1, 0, -1):
                if self.in_channels % groups == 0 and self.out_channels % groups == 0:
                    yield {"groups": groups}
                    break

    def wanted_count(self, shape: TensorShape) -> int | None:
        """The channels that the layer takes, if others come in."""
        return None if _channels(shape) == self.in_channels else self.in_channels

    def adapters(self, earlier: Sequence[TensorShape]) -> Iterator[LayerFields]:
        """A reshape of a vector, or of a picture without channel axis."""
        shape = earlier[-1]
        channels, axes = self.in_channels, self.axes(shape)
        if len(shape) == axes + 1 and channels == 1:
            yield {"op": "reshape", "shape": (1, *shape[1:])}
        if len(shape) != 2 or shape[1] % channels:
            return
        side = round((shape[1] // channels) ** (1 / axes))
        if channels * side**axes == shape[1]:
            yield {"op": "reshape", "shape": (channels, *(side,) * axes)}

    def copy_with(self, channels: int) -> AuditLayer | None:
        """The same window between other channels, if the groups divide them."""
        if channels % self.groups:
            return None
        return replace(self, in_channels=channels, out_channels=channels)

    def weight_sizes(self, axes: int) -> str:
        """The sizes of the weight in the format of torch's messages."""
        channels = (self.out_channels, self.in_channels)[:: -1 if self.is_transposed else 1]
        kernels = self.axis_values("kernel_size", axes)
        return format_torch_sizes((channels[0], channels[1] // self.groups, *kernels), ", ")

    def trace_step(
        self, shape: TensorShape, sizes: Sequence[int], formulas: Callable[[], Sequence[str]]
    ) -> TraceStep:
        """The step to the output channels and the given sizes."""
        head = shape[:1] if len(shape) == len(sizes) + 2 else ()
        return TraceStep(shape=(*head, self.out_channels, *sizes), formulas=formulas)


def _channels(shape: TensorShape) -> int:
    return shape[1] if len(shape) > 1 else 1
