"""Skip connections, concatenated with a map or added to it, and paths from an earlier map."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

from designer.audit.ops.field_types import MAX_COUNT, Count, Flag, integer_type
from designer.audit.ops.layer import (
    AuditLayer,
    AxisReach,
    FieldValues,
    LayerFields,
    shift_reach,
)
from designer.audit.ops.layer_errors import LayerError, TensorShape, TraceStep
from designer.audit.ops.padding import crop_or_pad
from designer.reasons import Reason, make_reason
from designer.validation.json_readers import refuse_field


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcatLayer(AuditLayer):
    """Concatenation of channels of unknown origin, of the size of the map.

    >>> ConcatLayer(extra_channels=64).step((2, 8, 7, 5), ()).shape
    (2, 72, 7, 5)
    """

    op: ClassVar[str] = "concat"
    TRIED_COUNTS: ClassVar[tuple[str, ...]] = ("extra_channels",)

    extra_channels: Count

    def step(self, shape: TensorShape, earlier: Sequence[TensorShape]) -> TraceStep:
        """The sum of the map's channels and the extra ones."""
        if len(shape) < 2:
            raise LayerError(
                "no_channel_axis",
                torch_error="Dimension out of range (expected to be in range of [-1, 0], but got"
                " 1)",
            )
        channels = shape[1] + self.extra_channels
        formula = f"{shape[1]} + {self.extra_channels} = {channels}"
        return TraceStep(shape=(shape[0], channels, *shape[2:]), formulas=lambda: [formula])


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierMapLayer(AuditLayer):
    """A layer that reads the map of an earlier layer, or the input if ``from_`` is -1."""

    from_: Annotated[int, integer_type(-1, MAX_COUNT)]

    def refuse_contradictions(self, *, pointer: str, index: int) -> None:
        """Refuse a source that is not an earlier layer."""
        if self.from_ >= index:
            refuse_field(
                f"{pointer}/from",
                "out_of_range",
                sentence="not_an_earlier_layer",
                value=self.from_,
                minimum=-1,
                maximum=index - 1,
            )

    def other_sources(self, index: int) -> Iterable[int]:
        """Every layer before the last one."""
        return (source for source in range(-1, index - 1) if source != self.from_)

    def renumbered(self, places: Mapping[int, int]) -> AuditLayer:
        """The skip from the same layer."""
        return replace(self, from_=places[self.from_])

    def matching_values(self, earlier: Sequence[TensorShape]) -> Iterator[FieldValues]:
        """Other sources."""
        for source in self.other_sources(len(earlier) - 1):
            yield {"from": source}

    @property
    def skip_source(self) -> int:
        """The layer that the skip comes from."""
        return self.from_

    def skip_shape(self, earlier: Sequence[TensorShape]) -> TensorShape:
        """The shape of the skip."""
        return earlier[self.from_ + 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchFromLayer(EarlierMapLayer):
    """Another path from the map of an earlier layer, in place of the last map.

    The path that ends before it is read by the skip that joins both, as in a residual block whose
    shortcut has a convolution. Its norm and activation belong to this path only.

    >>> BranchFromLayer(from_=-1).step((2, 8, 7, 5), [(2, 3, 14, 10), (2, 8, 7, 5)]).shape
    (2, 3, 14, 10)
    """

    op: ClassVar[str] = "branch_from"
    reads_last_map: ClassVar[bool] = False

    def step(self, shape: TensorShape, earlier: Sequence[TensorShape]) -> TraceStep:
        """The shape of the earlier map."""
        return TraceStep(shape=self.skip_shape(earlier))

    def axis_reaches(self, before: TensorShape, after: TensorShape) -> Sequence[AxisReach]:
        """Position k reads k."""
        return [shift_reach(0)] * self.axes(before)


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipLayer(EarlierMapLayer):
    """A skip that joins the last map.

    ``skip_first``: the source code has the skip before the map, as in ``cat([skip, x], 1)``. The
    output shape is the same, but torch's error message differs.
    """

    skip_first: Flag = False

    def adapters(self, earlier: Sequence[TensorShape]) -> Iterator[LayerFields]:
        """A crop or padding to the size of the skip."""
        return crop_or_pad(earlier[-1][2:], self.skip_shape(earlier)[2:])

    @property
    def origin(self) -> Reason:
        """The source of the skip, for messages."""
        return make_reason("the_input" if self.from_ == -1 else "a_layer", index=self.from_)

    def in_source_order(self, map_size: int, skip_size: int) -> tuple[int, int]:
        """The sizes of the map and the skip in the order of the source code."""
        return (skip_size, map_size) if self.skip_first else (map_size, skip_size)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcatFromLayer(SkipLayer):
    """torch's ``cat([x, skip], 1)``: the channels add up, all other axes must be equal.

    >>> ConcatFromLayer(from_=-1).step((2, 8, 7, 5), [(2, 3, 7, 5)]).shape
    (2, 11, 7, 5)
    """

    op: ClassVar[str] = "concat_from"

    def step(self, shape: TensorShape, earlier: Sequence[TensorShape]) -> TraceStep:
        """The sum of the channels."""
        skip_shape = self.skip_shape(earlier)
        ranks = self.in_source_order(len(shape), len(skip_shape))
        first_error = (
            "Dimension out of range (expected to be in range of [-1, 0], but got 1)"
            if ranks[0] < 2
            else f"Tensors must have same number of dimensions: got {ranks[0]} and {ranks[1]}"
        )
        if max(ranks) < 2:
            raise LayerError("no_channel_axes", torch_error=first_error)
        if len(shape) != len(skip_shape):
            raise LayerError(
                "skip_of_other_axes",
                torch_error=first_error,
                fields=("from",),
                input_shape=list(shape[1:]),
                skip_shape=list(skip_shape[1:]),
            )
        for axis, (map_size, skip_size) in enumerate(zip(shape, skip_shape, strict=True)):
            if axis != 1 and map_size != skip_size:
                raise LayerError(
                    "other_skip",
                    {"origin": self.origin, "size": map_size, "skip_size": skip_size},
                    torch_error="Sizes of tensors must match except in dimension 1. Expected size"
                    " {} but got size {} for tensor number 1 in the list.".format(
                        *self.in_source_order(map_size, skip_size)
                    ),
                    fields=("from",),
                    input_shape=list(shape[1:]),
                    skip_shape=list(skip_shape[1:]),
                )
        channels = shape[1] + skip_shape[1]
        formula = f"{shape[1]} + {skip_shape[1]} = {channels}"
        return TraceStep(shape=(shape[0], channels, *shape[2:]), formulas=lambda: [formula])


@dataclass(frozen=True, slots=True, kw_only=True)
class AddFromLayer(SkipLayer):
    """torch's ``x + skip`` with broadcasting: equal sizes or 1, from the last axis on.

    >>> AddFromLayer(from_=-1).step((2, 8, 7, 5), [(2, 8, 1, 1)]).shape
    (2, 8, 7, 5)
    """

    op: ClassVar[str] = "add_from"
    is_sum: ClassVar[bool] = True

    def step(self, shape: TensorShape, earlier: Sequence[TensorShape]) -> TraceStep:
        """The larger size on every axis."""
        skip_shape = self.skip_shape(earlier)
        rank = max(len(shape), len(skip_shape))
        map_sizes, skip_sizes = ((1,) * (rank - len(s)) + s for s in (shape, skip_shape))
        for axis in reversed(range(rank)):
            if map_sizes[axis] != skip_sizes[axis] and 1 not in (map_sizes[axis], skip_sizes[axis]):
                raise LayerError(
                    "other_skip",
                    {
                        "origin": self.origin,
                        "size": map_sizes[axis],
                        "skip_size": skip_sizes[axis],
                    },
                    torch_error="The size of tensor a ({}) must match the size of tensor b ({})"
                    " at non-singleton dimension {}".format(
                        *self.in_source_order(map_sizes[axis], skip_sizes[axis]), axis
                    ),
                    fields=("from",),
                    input_shape=list(shape[1:]),
                    skip_shape=list(skip_shape[1:]),
                )
        return TraceStep(shape=tuple(max(a, b) for a, b in zip(map_sizes, skip_sizes, strict=True)))
