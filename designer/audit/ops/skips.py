"""Skips: what comes from elsewhere in the network, put beside the map or added to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from designer.audit.ops.layer import Layer
from designer.audit.ops.layer_errors import LayerBreaks, Shape, Step, times


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcatLayer(Layer):
    """Channels of unknown origin put beside the map's own, of its size.

    >>> ConcatLayer(extra_channels=64).step((2, 8, 7, 5), ()).shape
    (2, 72, 7, 5)
    """

    op: ClassVar[str] = "concat"

    extra_channels: int

    def step(self, shape: Shape, earlier: Sequence[Shape]) -> Step:
        """The channels and the extra ones."""
        if len(shape) < 2:
            raise LayerBreaks(
                "the tensor has no channel axis",
                torch_error="Dimension out of range (expected to be in range of [-1, 0], but got"
                " 1)",
            )
        channels = shape[1] + self.extra_channels
        law = f"{shape[1]} + {self.extra_channels} = {channels}"
        return Step(shape=(shape[0], channels, *shape[2:]), law=lambda: [law])


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipLayer(Layer):
    """A skip from an earlier layer, -1 the input.

    ``skip_first``: it is written before the map, ``cat([skip, x], 1)``. The shapes that come out are
    the same; torch's words for those that do not meet are not.
    """

    source: int
    skip_first: bool = False

    def other(self, earlier: Sequence[Shape]) -> Shape:
        """The shape that the skip brings."""
        return earlier[self.source + 1]

    def ordered(self, mine: int, its: int) -> tuple[int, int]:
        """What the map and the skip have, in the order in which they are written."""
        return (its, mine) if self.skip_first else (mine, its)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcatFromLayer(SkipLayer):
    """torch's ``cat([x, skip], 1)``: the channels add up, all else must be equal.

    >>> ConcatFromLayer(source=-1).step((2, 8, 7, 5), [(2, 3, 7, 5)]).shape
    (2, 11, 7, 5)
    """

    op: ClassVar[str] = "concat_from"

    def step(self, shape: Shape, earlier: Sequence[Shape]) -> Step:
        """The sum of the channels."""
        other = self.other(earlier)
        if len(shape) < 2 and len(other) < 2:
            raise LayerBreaks(
                "the tensors have no channel axis",
                torch_error="Dimension out of range (expected to be in range of [-1, 0], but got"
                " 1)",
            )
        if len(shape) != len(other):
            raise LayerBreaks(
                f"the map {times(shape[1:])} and the skip {times(other[1:])} have different axes",
                torch_error="Tensors must have same number of dimensions: got {} and {}".format(
                    *self.ordered(len(shape), len(other))
                ),
                fields=("from",),
                input_shape=list(shape[1:]),
                skip_shape=list(other[1:]),
            )
        for axis, (mine, its) in enumerate(zip(shape, other, strict=True)):
            if axis != 1 and mine != its:
                raise LayerBreaks(
                    f"the map {times(shape[1:])} and the skip {times(other[1:])} from"
                    f" {_origin(self.source)} do not meet: {mine} against {its}",
                    torch_error="Sizes of tensors must match except in dimension 1. Expected size"
                    " {} but got size {} for tensor number 1 in the list.".format(
                        *self.ordered(mine, its)
                    ),
                    fields=("from",),
                    input_shape=list(shape[1:]),
                    skip_shape=list(other[1:]),
                )
        channels = shape[1] + other[1]
        law = f"{shape[1]} + {other[1]} = {channels}"
        return Step(shape=(shape[0], channels, *shape[2:]), law=lambda: [law])


@dataclass(frozen=True, slots=True, kw_only=True)
class AddFromLayer(SkipLayer):
    """torch's ``x + skip``: equal sizes, or 1 against any, from the last axis on.

    >>> AddFromLayer(source=-1).step((2, 8, 7, 5), [(2, 8, 1, 1)]).shape
    (2, 8, 7, 5)
    """

    op: ClassVar[str] = "add_from"

    def step(self, shape: Shape, earlier: Sequence[Shape]) -> Step:
        """The larger of both on every axis."""
        other = self.other(earlier)
        rank = max(len(shape), len(other))
        mine, its = ((1,) * (rank - len(s)) + s for s in (shape, other))
        for axis in reversed(range(rank)):
            if mine[axis] != its[axis] and 1 not in (mine[axis], its[axis]):
                raise LayerBreaks(
                    f"the map {times(shape[1:])} and the skip {times(other[1:])} from"
                    f" {_origin(self.source)} do not meet: {mine[axis]} against {its[axis]}",
                    torch_error="The size of tensor a ({}) must match the size of tensor b ({})"
                    " at non-singleton dimension {}".format(
                        *self.ordered(mine[axis], its[axis]), axis
                    ),
                    fields=("from",),
                    input_shape=list(shape[1:]),
                    skip_shape=list(other[1:]),
                )
        return Step(shape=tuple(max(a, b) for a, b in zip(mine, its, strict=True)))


def _origin(source: int) -> str:
    return "the input" if source == -1 else f"layer {source}"
