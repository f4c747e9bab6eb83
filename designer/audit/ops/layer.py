"""Base classes of audited layers.

Each op is a class with its shape rule and its legality rule side by side in ``step``. Shapes
include the batch axis, which comes first: torch runs some layers on tensors that lack an axis by
treating the batch as channels, and the trace does the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from designer.audit.ops.layer_errors import TensorShape, TraceStep

PerAxis = int | tuple[int, ...]
"""One value per axis, or one for all axes, as in the request."""

SPATIAL_AXIS_NAMES = ("depth", "height", "width")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLayer:
    """One layer. ``norm`` and ``activation`` are free text and never change a shape."""

    op: ClassVar[str]

    norm: str | None = None
    activation: str | None = None

    def step(self, shape: TensorShape, earlier: Sequence[TensorShape]) -> TraceStep:
        """The output shape of the layer for an input shape.

        ``earlier`` has the shapes of the network's input and of all outputs so far, in order.

        Raises:
            LayerError: if eager torch refuses the input.
        """
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class AxisLayer(AuditLayer):
    """A layer that works along 1 to 3 axes: ``ndim``, or as many as its lists or the map have."""

    AXIS_FIELDS: ClassVar[tuple[str, ...]] = ()

    ndim: int | None = None

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
