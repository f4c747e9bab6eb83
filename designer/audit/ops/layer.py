"""What every layer of an audit is: an op, its own fields, and the law that it obeys.

Each op is a class with its shape rule and its legality rule side by side, in ``step``. A tensor is
its whole shape, batch axis first: torch reads the sizes of a tensor that lacks an axis in its own
way, and a layer that runs by that accident must be traced as torch runs it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from designer.audit.ops.layer_errors import TensorShape, TraceStep

PerAxis = int | tuple[int, ...]
"""One value per axis, or one that means the same on all, as the caller wrote it."""

SPATIAL_AXIS_NAMES = ("depth", "height", "width")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLayer:
    """One layer. ``norm`` and ``activation`` are free text and never change a shape."""

    op: ClassVar[str]

    norm: str | None = None
    activation: str | None = None

    def step(self, shape: TensorShape, earlier: Sequence[TensorShape]) -> TraceStep:
        """What the layer makes of a tensor.

        ``earlier`` are the shapes before: of the input, then of every layer's output so far.

        Raises:
            LayerBreaks: where eager torch refuses it.
        """
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class AxisLayer(AuditLayer):
    """A layer that works along 1 to 3 axes; ``ndim`` says how many, where the map does not."""

    AXIS_FIELDS: ClassVar[tuple[str, ...]] = ()

    ndim: int | None = None

    def axes(self, shape: TensorShape) -> int:
        """Axes the layer works along: as declared, as its lists say, or those of the map.

        A map without axes, a vector, gets what most people mean: 2.
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
        """The field that says how many axes there are: a list, unless ``ndim`` is given."""
        if self.ndim is None:
            for name in self.AXIS_FIELDS:
                if isinstance(getattr(self, name), tuple):
                    return name
        return "ndim"

    def axis_values(self, name: str, axes: int) -> tuple[int, ...]:
        """A field's values, one per axis."""
        value = getattr(self, name)
        return value if isinstance(value, tuple) else (value,) * axes
