"""Global and adaptive pooling."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from designer.audit.ops.axis_layer import AxisLayer
from designer.audit.ops.field_types import (
    Flag,
    choice_type,
    per_axis_type,
)
from designer.audit.ops.layer import AuditLayer, FieldValues, LayerFields, TriedValues
from designer.audit.ops.layer_errors import (
    LayerError,
    TensorShape,
    TraceStep,
    format_torch_sizes,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GlobalPoolLayer(AuditLayer):
    """One value per channel: the mean over all axes.

    >>> GlobalPoolLayer(keepdim=True).step((2, 8, 7, 6), ()).shape
    (2, 8, 1, 1)
    """

    op: ClassVar[str] = "global_pool"

    keepdim: Flag = False

    def step(self, shape: TensorShape, earlier: Sequence[TensorShape]) -> TraceStep:
        """Size 1 on every axis, or no spatial axes without ``keepdim``."""
        if len(shape) < 3:
            raise LayerError(
                "no_axes_to_pool",
                torch_error=None,
                input_shape=list(shape[1:]),
            )
        ones = (1,) * (len(shape) - 2) if self.keepdim else ()
        return TraceStep(shape=(*shape[:2], *ones))

    def reversed_layers(self, before: TensorShape, after: TensorShape) -> Iterator[LayerFields]:
        """An upsampling, after a reshape if the axes are lost."""
        if not self.keepdim:
            yield {"op": "reshape", "shape": (before[1], *(1,) * (len(before) - 2))}
        yield {"op": "upsample", "size": before[2:]}

    def tried_values(self, before: TensorShape, counts: Sequence[int]) -> TriedValues:
        """The other way to treat the axes."""
        return {"keepdim": [not self.keepdim]}


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptivePoolLayer(AxisLayer):
    """torch's adaptive pooling, ``avg`` or ``max``; None keeps the size of an axis.

    >>> AdaptivePoolLayer(output_size=6).step((2, 8, 13, 7), ()).shape
    (2, 8, 6, 6)
    """

    op: ClassVar[str] = "adaptive_pool"
    TRIED_COUNTS: ClassVar[tuple[str, ...]] = ("output_size",)
    torch_modules: ClassVar[Mapping[str, str]] = {
        "AdaptiveAvgPool{}d": "output_size",
        "AdaptiveMaxPool{}d": "output_size return_indices",
    }
    torch_functions: ClassVar[Mapping[str, str]] = {
        "adaptive_avg_pool{}d": "output_size",
        "adaptive_max_pool{}d": "output_size return_indices",
    }
    implied_fields: ClassVar[Mapping[str, FieldValues]] = {
        "AdaptiveMaxPool{}d": {"mode": "max"},
        "adaptive_max_pool{}d": {"mode": "max"},
    }
    is_resize: ClassVar[bool] = True
    AXIS_FIELDS: ClassVar[tuple[str, ...]] = ("output_size",)

    output_size: Annotated[int | tuple[int | None, ...], per_axis_type(1, or_null=True)]
    mode: Annotated[str, choice_type("avg", "max")] = "avg"

    def step(self, shape: TensorShape, earlier: Sequence[TensorShape]) -> TraceStep:
        """The output size; an average to size 1 along 2 or 3 axes accepts any rank with those.

        If its size is a tuple, it needs one axis more.
        """
        axes = self.axes(shape)
        given = self.axis_values("output_size", axes)
        enough = len(shape) >= axes + isinstance(self.output_size, tuple)
        if not (enough and self.mode == "avg" and axes > 1 and set(given) == {1}):
            self.refuse_rank(shape, axes)
        sizes = [i if o is None else o for o, i in zip(given, shape[-axes:], strict=True)]
        return TraceStep(shape=(*shape[:-axes], *sizes))

    def rank_error(self, shape: TensorShape, axes: int) -> str:
        """Torch's message, which depends on the mode, the number of axes, and sizes in a tuple."""
        rank, name = len(shape), f"adaptive_{self.mode}_pool{axes}d"
        if axes == 1:
            return (
                f"Expected 2 to 3 dimensions, but got {rank}-dimensional tensor for argument #1"
                f" 'self' (while checking arguments for {name})"
            )
        sizes = self.axis_values("output_size", axes)
        if isinstance(self.output_size, tuple) and rank <= axes:
            return f"Input dimension should be at least {axes + 1}"
        if self.mode == "avg" and rank < axes and set(sizes) == {1}:
            return (
                f"Dimension out of range (expected to be in range of [-{rank}, {rank - 1}], but got"
                f" -{rank + 1})"
            )
        colon = ":" if self.mode == "max" else ""
        return (
            f"{name}(): Expected {axes + 1}D or {axes + 2}D tensor, but got{colon}"
            f" [{format_torch_sizes(shape, ', ')}]"
        )
