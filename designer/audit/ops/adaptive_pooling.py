"""Global and adaptive pooling."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from designer.audit.ops.field_readers import (
    Flag,
    choice_reader,
    integer_reader,
    one_or_list_reader,
)
from designer.audit.ops.layer import AuditLayer, AxisLayer, LayerFields, TriedValues
from designer.audit.ops.layer_errors import (
    LayerError,
    TensorShape,
    TraceStep,
    format_sizes,
    format_torch_sizes,
)
from designer.limits import MAX_SIGNAL_LENGTH

_read_size = integer_reader(1, MAX_SIGNAL_LENGTH)


def _read_kept_size(value: object, pointer: str) -> int | None:
    """A size; null keeps the size of the axis."""
    return None if value is None else _read_size(value, pointer)


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
                f"{format_sizes(shape[1:])} has no axes to pool",
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
    torch_class: ClassVar[str | None] = "AdaptiveAvgPool{}d"
    is_resize: ClassVar[bool] = True
    AXIS_FIELDS: ClassVar[tuple[str, ...]] = ("output_size",)

    output_size: Annotated[
        int | tuple[int | None, ...], one_or_list_reader(_read_size, each=_read_kept_size)
    ]
    mode: Annotated[str, choice_reader("avg", "max")] = "avg"

    def step(self, shape: TensorShape, earlier: Sequence[TensorShape]) -> TraceStep:
        """The output size; an average to size 1 along 2 or 3 axes accepts any rank with those."""
        axes = self.axes(shape)
        given = (
            self.output_size if isinstance(self.output_size, tuple) else (self.output_size,) * axes
        )
        mean = self.mode == "avg" and axes > 1 and set(given) == {1} and len(shape) >= axes
        if not mean and len(shape) not in (axes + 1, axes + 2):
            raise LayerError(
                f"the layer pools along {axes} axes, the map {format_sizes(shape[1:])} has"
                f" {max(len(shape) - 2, 0)}",
                torch_error=self._rank_error(shape, axes),
                fields=(self.axes_field,),
                axes=axes,
                input_shape=list(shape[1:]),
            )
        sizes = [i if o is None else o for o, i in zip(given, shape[-axes:], strict=True)]
        return TraceStep(shape=(*shape[:-axes], *sizes))

    def tried_values(self, before: TensorShape, counts: Sequence[int]) -> TriedValues:
        """Other sizes."""
        return {"output_size": counts}

    def _rank_error(self, shape: TensorShape, axes: int) -> str:
        """Torch's message, which depends on the mode, the number of axes, and kept sizes."""
        rank, name = len(shape), f"adaptive_{self.mode}_pool{axes}d"
        if axes == 1:
            return (
                f"Expected 2 to 3 dimensions, but got {rank}-dimensional tensor for argument #1"
                f" 'self' (while checking arguments for {name})"
            )
        sizes = self.output_size if isinstance(self.output_size, tuple) else (self.output_size,)
        if None in sizes and rank <= axes:
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
