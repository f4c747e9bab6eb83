"""Base classes of audited layers.

Each op is a class with its shape rule and its legality rule side by side in ``step``. Shapes
include the batch axis, which comes first: torch runs some layers on tensors that lack an axis by
treating the batch as channels, and the trace does the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, get_args, get_type_hints

from designer.audit.ops.field_readers import AxisCount, FieldReader, FreeText
from designer.audit.ops.layer_errors import TensorShape, TraceStep
from designer.validation.json_readers import refuse_field

SPATIAL_AXIS_NAMES = ("depth", "height", "width")

LayerFields = Mapping[str, Any]
"""A layer of another op, which the registry builds: ``op``, and values by attribute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLayer:
    """One layer. ``norm`` and ``activation`` are free text and never change a shape."""

    op: ClassVar[str]
    norm_kind: ClassVar[str | None] = None
    """The norm that the layer is; it keeps the shape and belongs to the map before it."""

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
        return iter(())


@dataclass(frozen=True, slots=True, kw_only=True)
class AxisLayer(AuditLayer):
    """A layer that works along 1 to 3 axes: ``ndim``, or as many as its lists or the map have."""

    AXIS_FIELDS: ClassVar[tuple[str, ...]] = ()

    ndim: AxisCount = None

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
                    f"{name} has {len(value)} entries, {axes_source} implies {axes} axes",
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

    def axis_values(self, name: str, axes: int) -> tuple[int, ...]:
        """A field's values, one per axis."""
        value = getattr(self, name)
        return value if isinstance(value, tuple) else (value,) * axes


def resize_back(before: TensorShape, after: TensorShape) -> Iterator[LayerFields]:
    """An upsampling to ``before`` if any axis was larger there, else an adaptive pooling."""
    if any(was > now for was, now in zip(before[2:], after[2:], strict=True)):
        yield {"op": "upsample", "size": before[2:]}
    elif before[2:] != after[2:]:
        yield {"op": "adaptive_pool", "output_size": before[2:]}
