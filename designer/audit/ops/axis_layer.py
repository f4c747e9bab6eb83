"""Base class of audited layers that work along axes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

from designer.audit.ops.field_types import AxisCount
from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.layer_errors import LayerError, TensorShape
from designer.geometry.axis import unread_positions
from designer.geometry.layers import Window
from designer.reasons import Reason, make_reason
from designer.validation.json_readers import refuse_field

MAX_TRIED_KERNEL = 64
MAX_STRIDE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class AxisLayer(AuditLayer):
    """A layer that works along 1 to 3 axes: ``ndim``, or as many as its lists or the map have."""

    WORKS: ClassVar[str] = "pools"
    """What the layer does along its axes, in the code of a sentence."""

    ndim: AxisCount = None

    def refuse_rank(self, shape: TensorShape, axes: int) -> None:
        """Refuse a tensor that has not these axes beside channels, or batch and channels.

        Raises:
            LayerError: if torch refuses the rank.
        """
        if len(shape) not in (axes + 1, axes + 2):
            raise LayerError(
                f"{self.WORKS}_along_axes",
                {"map_axes": max(len(shape) - 2, 0)},
                torch_error=self.rank_error(shape, axes),
                fields=(self.axes_field,),
                axes=axes,
                input_shape=list(shape[1:]),
            )

    def rank_error(self, shape: TensorShape, axes: int) -> str:
        """Torch's message for a tensor of another rank."""
        raise NotImplementedError

    def refuse_contradictions(self, *, pointer: str, index: int) -> None:
        """Refuse per-axis lists that disagree with each other or with ``ndim``."""
        axes, axes_source = self.ndim, "ndim"
        for name in self.AXIS_FIELDS:
            value = getattr(self, name)
            if not isinstance(value, tuple):
                continue
            if axes is not None and len(value) != axes:
                refuse_field(
                    f"{pointer}/{name}",
                    "wrong_length",
                    {"source": axes_source},
                    sentence="other_axis_count",
                    length=len(value),
                    axes=axes,
                )
            axes, axes_source = len(value), name

    def axes(self, shape: TensorShape) -> int:
        """Number of axes: ``ndim``, else the length of a per-axis list, else the axes of the map.

        The default for a vector, which has no axes, is 2.
        """
        if self.ndim is not None:
            return self.ndim
        value = getattr(self, self.axes_field)
        if isinstance(value, tuple):
            return len(value)
        mapped = len(shape) - 2
        return min(mapped, 3) if mapped >= 1 else 2

    @property
    def axes_field(self) -> str:
        """The field that sets the number of axes: ``ndim`` if given, else a per-axis list."""
        if self.ndim is None:
            for name in self.AXIS_FIELDS:
                if isinstance(getattr(self, name), tuple):
                    return name
        return "ndim"

    def windows(self, axes: int) -> tuple[Window, ...]:
        """The windows, one per axis; only for layers that have a kernel."""
        values = zip(*(self.axis_values(name, axes) for name in self.AXIS_FIELDS), strict=True)
        return tuple(_window(self.AXIS_FIELDS, axis) for axis in values)

    def kernels_and_strides(self, before: TensorShape) -> dict[str, Sequence[int]]:
        """Candidate kernel sizes and strides, none for a map of too few axes."""
        axes = self.axes(before)
        if len(before) <= axes:
            return {}
        largest = max(*before[-axes:], *(k - 4 for k in self.axis_values("kernel_size", axes)))
        return {
            "kernel_size": range(1, min(MAX_TRIED_KERNEL, largest + 5) + 1),
            "stride": range(1, MAX_STRIDE + 1),
        }

    def window_warnings(self, before: TensorShape, after: TensorShape) -> Iterator[Reason]:
        """Warnings about windows that read more than the map, or not all of it."""
        if "kernel_size" not in self.AXIS_FIELDS:
            return
        axes = self.axes(before)
        sizes, windows = before[-axes:], self.windows(axes)
        spans = [window.span for window in windows]
        if any(span > size for span, size in zip(spans, sizes, strict=True)):
            yield make_reason("kernel_over_padding", spans=spans, sizes=sizes)
        for axis, window in enumerate(windows):
            unread = unread_positions(
                sizes[axis],
                positions=after[axis - axes],
                kernel_size=window.kernel_size,
                stride=window.stride,
                padding=window.padding,
                dilation=window.dilation,
            )
            if unread:
                code = "unread_position" if unread == 1 else "unread_positions"
                yield make_reason(code, unread=unread, size=sizes[axis], axis=axis)


@lru_cache(maxsize=4096)
def _window(names: tuple[str, ...], values: tuple[int, ...]) -> Window:
    """A window; cached, since a search meets the same ones often."""
    return Window(**dict(zip(names, values, strict=True)))
