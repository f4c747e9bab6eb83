"""Base classes of audited layers.

Each op is a class with its shape rule and its legality rule side by side in ``step``. Shapes
include the batch axis, which comes first: torch runs some layers on tensors that lack an axis by
treating the batch as channels, and the trace does the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, ClassVar, get_args, get_type_hints

from designer.audit.ops.field_readers import AxisCount, FieldReader, FreeText
from designer.audit.ops.layer_errors import LayerError, TensorShape, TraceStep
from designer.geometry.axis import unread_positions
from designer.geometry.layers import Window
from designer.reasons import Reason, make_reason
from designer.validation.json_readers import refuse_field

LayerFields = Mapping[str, Any]
"""A layer of another op, which the registry builds: ``op``, and values by attribute."""

FieldValues = Mapping[str, object]
"""New values of one layer's fields, by JSON name."""

TriedValues = Mapping[str, Iterable[object]]
"""Candidate values by JSON name of the field."""

WindowValues = Mapping[str, Sequence[int]]
"""Candidate values of the fields of a window, by name."""

AxisWindow = tuple[int, int, int, int]
"""Kernel size, stride, padding and output padding along one axis."""

MAX_TRIED_KERNEL = 64
MAX_STRIDE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLayer:
    """One layer. ``norm`` and ``activation`` are free text and never change a shape."""

    op: ClassVar[str]
    torch_class: ClassVar[str | None] = None
    """The torch module that the layer stands for, with {} for the number of axes."""
    torch_names: ClassVar[Mapping[str, str]] = {}
    """Torch's names of arguments that it names otherwise."""
    norm_kind: ClassVar[str | None] = None
    """The norm that the layer is; it keeps the shape and belongs to the map before it."""
    is_resize: ClassVar[bool] = False
    """Whether the layer gives each channel another size, and does nothing else."""
    keeps_channels: ClassVar[bool] = False
    input_field: ClassVar[str | None] = None
    """The field that declares the channels or features of the input."""
    output_field: ClassVar[str | None] = None
    """The field that sets the channels or features of the output."""
    TRIED_COUNTS: ClassVar[tuple[str, ...]] = ()
    """Fields for which a repair tries the counts that occur in the network."""
    AXIS_FIELDS: ClassVar[tuple[str, ...]] = ()
    """Fields that have one value per axis."""

    norm: FreeText = None
    activation: FreeText = None

    @classmethod
    @cache
    def field_readers(cls) -> Mapping[str, FieldReader]:
        """The reader of each field that a request can set, by JSON name.

        A field's type names its reader; an attribute ends in ``_`` if its JSON name is a keyword.
        """
        found: dict[str, FieldReader] = {}
        for name, hint in get_type_hints(cls, include_extras=True).items():
            for part in (hint, *get_args(hint)):
                found |= {name.rstrip("_"): each for each in getattr(part, "__metadata__", ())}
        return found

    def refuse_contradictions(self, *, pointer: str, index: int) -> None:
        """Refuse fields that contradict each other or the place of the layer in the request.

        Raises:
            InvalidRequest: at the pointer of one field.
        """

    def step(self, shape: TensorShape, earlier: Sequence[TensorShape]) -> TraceStep:
        """The output shape of the layer for an input shape.

        ``earlier`` has the shapes of the network's input and of all outputs so far, in order.

        Raises:
            LayerError: if eager torch refuses the input.
        """
        raise NotImplementedError

    def reversed_layers(self, before: TensorShape, after: TensorShape) -> Iterator[LayerFields]:
        """The layers that turn ``after`` back into ``before``; none if the op has no opposite."""
        if self.is_resize and before[2:] != after[2:]:
            shrinks = any(was > now for was, now in zip(before[2:], after[2:], strict=True))
            op, name = ("upsample", "size") if shrinks else ("adaptive_pool", "output_size")
            yield {"op": op, name: before[2:]}

    def window_warnings(self, before: TensorShape, after: TensorShape) -> Iterator[Reason]:
        """Warnings about the windows of a layer that runs."""
        return iter(())

    def cost(self, before: TensorShape, after: TensorShape) -> tuple[int, int]:
        """Number of weights, and of multiply-adds for the whole batch."""
        return 0, 0

    def thinned(self) -> AuditLayer | None:
        """The layer for maps of one channel, None if torch need not run it to confirm its sizes."""
        return None

    def as_module(self) -> AuditLayer:
        """The layer as an op that has a torch module, if there is one."""
        return self

    def axes(self, shape: TensorShape) -> int:
        """Number of axes that the layer works along, by default those of the map."""
        return len(shape) - 2

    def axis_values(self, name: str, axes: int) -> tuple[int, ...]:
        """A field's values, one per axis."""
        value = getattr(self, name)
        return value if isinstance(value, tuple) else (value,) * axes

    def other_ranks(self) -> Sequence[int]:
        """Candidate values of ``ndim``, none if it is not set or there are per-axis lists."""
        listed = any(isinstance(getattr(self, name), tuple) for name in self.AXIS_FIELDS)
        return () if listed or getattr(self, "ndim", None) is None else range(1, 4)

    def tried_values(self, before: TensorShape, counts: Sequence[int]) -> TriedValues:
        """Candidate values of fields outside windows, each tried alone; ``counts`` for counts."""
        return dict.fromkeys(self.TRIED_COUNTS, counts)

    def window_values(self, before: TensorShape) -> WindowValues:
        """Candidate values of the fields of a window."""
        return {}

    def axis_window(self, axis: int) -> AxisWindow | None:
        """The window along an axis, None if a repair cannot choose another one for it."""
        return None

    def window_moves(self, axis: int, size: int) -> Sequence[tuple[AxisWindow, int]]:
        """Every window near the layer's with its output size, the window itself first."""
        return ()

    def stride_remainders(self, before: TensorShape) -> int:
        """Number of axes with positions left over after the last window."""
        return 0

    def matching_values(self, earlier: Sequence[TensorShape]) -> Iterator[FieldValues]:
        """Values with which a layer that fails may match its input, the last of ``earlier``."""
        return iter(())

    def wanted_count(self, shape: TensorShape) -> int | None:
        """The channels or features that an earlier layer would have to produce for this one."""
        return None

    def adapters(self, earlier: Sequence[TensorShape]) -> Iterator[LayerFields]:
        """Layers one of which, put before a layer that fails, may make its input match."""
        return iter(())

    def copy_with(self, channels: int) -> AuditLayer | None:
        """A copy that takes and gives ``channels``, None if there is none."""
        return self if self.is_resize else None

    def values_for_size(self, sizes: TensorShape) -> FieldValues:
        """Values with which the output has the sizes, none if no field sets them."""
        return {}

    def other_sources(self, index: int) -> Iterable[int]:
        """Other layers that a skip at ``index`` can come from."""
        return ()

    def renumbered(self, places: Mapping[int, int]) -> AuditLayer:
        """The layer after others have moved; ``places`` are their new indices."""
        return self


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
