"""Linear layers, and layers that only rearrange a map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isqrt, prod
from typing import Annotated, ClassVar

from designer.audit.ops.field_types import (
    MAX_COUNT,
    Count,
    Flag,
    integer_type,
    list_type,
)
from designer.audit.ops.layer import AuditLayer, FieldValues, LayerFields, TriedValues
from designer.audit.ops.layer_errors import LayerError, TensorShape, TraceStep

_Dimension = Annotated[int, integer_type(-5, 4)]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearLayer(AuditLayer):
    """torch's Linear, which works on the last axis.

    >>> LinearLayer(in_features=100, out_features=64).step((2, 100), ()).shape
    (2, 64)
    """

    op: ClassVar[str] = "linear"
    TRIED_COUNTS: ClassVar[tuple[str, ...]] = ("out_features",)
    torch_modules: ClassVar[Mapping[str, str]] = {"Linear": "in_features out_features bias"}
    works_on_maps: ClassVar[bool] = False
    declaring_fields: ClassVar[tuple[str, ...]] = ("in_features",)
    output_field: ClassVar[str | None] = "out_features"

    in_features: Count
    out_features: Count
    bias: Flag = True

    def step(self, shape: TensorShape, earlier: Sequence[TensorShape]) -> TraceStep:
        """The last axis becomes ``out_features``."""
        last = shape[-1]
        if last != self.in_features:
            raise LayerError(
                "other_features",
                {"shape": shape[1:]},
                torch_error="mat1 and mat2 shapes cannot be multiplied"
                f" ({prod(shape[:-1])}x{last} and {self.in_features}x{self.out_features})",
                fields=("in_features",),
                in_features=self.in_features,
                features=last,
            )
        return TraceStep(
            shape=(*shape[:-1], self.out_features),
            formulas=lambda: [f"{self.in_features} → {self.out_features}"],
        )

    def reversed_layers(self, before: TensorShape, after: TensorShape) -> Iterator[LayerFields]:
        """The linear layer with the features swapped."""
        yield {
            "op": "linear",
            "in_features": after[-1],
            "out_features": before[-1],
            "bias": self.bias,
        }

    def cost(self, before: TensorShape, after: TensorShape) -> tuple[int, int]:
        """One multiply-add per weight and vector."""
        weights = self.in_features * self.out_features
        return weights, prod(before[:-1]) * weights

    def matching_values(self, earlier: Sequence[TensorShape]) -> Iterator[FieldValues]:
        """The features that come in."""
        yield {"in_features": earlier[-1][-1]}

    def wanted_count(self, shape: TensorShape) -> int | None:
        """The features that the layer takes."""
        return self.in_features

    def adapters(self, earlier: Sequence[TensorShape]) -> Iterator[LayerFields]:
        """A flatten or a global pooling of a map."""
        if len(earlier[-1]) > 2:
            yield from ({"op": "flatten"}, {"op": "global_pool"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReshapeLayer(AuditLayer):
    """A view with the given shape, in which one size may be -1 (inferred).

    With ``fold_batch`` the batch axis is inferred, as in ``x.view(-1, …)``: if the sizes do not
    match, the rest of the map moves into the batch and torch raises no error.

    >>> ReshapeLayer(shape=(512, 4, 4)).step((2, 8192), ()).shape
    (2, 512, 4, 4)
    """

    op: ClassVar[str] = "reshape"
    works_on_maps: ClassVar[bool] = False
    declaring_fields: ClassVar[tuple[str, ...]] = ("shape",)

    shape: Annotated[tuple[int, ...], list_type(integer_type(-1, MAX_COUNT), most=4, least=0)]
    fold_batch: Flag = False

    def step(self, shape: TensorShape, earlier: Sequence[TensorShape]) -> TraceStep:
        """The shape, if it has as many elements as the map."""
        head = -1 if self.fold_batch else shape[0]
        target_shape = (head, *self.shape)
        if target_shape.count(-1) > 1:
            raise LayerError(
                "several_inferred_sizes",
                {"target": target_shape},
                torch_error="only one dimension can be inferred",
                fields=("shape",),
                self_contradictory=True,
                shape=list(self.shape),
            )
        numbers = prod(shape)
        known = prod(size for size in target_shape if size != -1)
        if known == 0 or numbers % known or (-1 not in target_shape and numbers != known):
            raise LayerError(
                "other_numbers" if -1 not in target_shape else "no_layout",
                {
                    "input_shape": shape[1:],
                    "holds": prod(self.shape),
                    "batch_numbers": numbers,
                    "target": target_shape,
                },
                torch_error=f"shape '{list(target_shape)}' is invalid for input of size {numbers}",
                fields=("shape",),
                numbers=prod(shape[1:]),
                shape=list(self.shape),
            )
        after = tuple(numbers // known if size == -1 else size for size in target_shape)
        sides = (shape, after) if after[0] != shape[0] else (shape[1:], after[1:])
        return TraceStep(shape=after, formulas=lambda: [" = ".join(map(_product, sides))])

    def reversed_layers(self, before: TensorShape, after: TensorShape) -> Iterator[LayerFields]:
        """The layer that gives the map its axes back."""
        return _restored_axes(before, after)

    def tried_values(self, before: TensorShape, counts: Sequence[int]) -> TriedValues:
        """Shapes with one other size, and without folding the batch."""
        shapes = (
            (*self.shape[:place], count, *self.shape[place + 1 :])
            for place in range(len(self.shape))
            for count in (*counts, -1)
        )
        return {"shape": shapes, "fold_batch": [False]}

    def matching_values(self, earlier: Sequence[TensorShape]) -> Iterator[FieldValues]:
        """Other channels with the same sizes, and other sizes with the same channels."""
        if not self.shape:
            return
        numbers, (channels, *sizes) = prod(earlier[-1][1:]), self.shape
        if min(sizes, default=1) > 0 and numbers % prod(sizes) == 0:
            yield {"shape": (numbers // prod(sizes), *sizes)}
        if channels > 0 and numbers % channels == 0:
            each = numbers // channels
            if len(sizes) == 1:
                yield {"shape": (channels, each)}
            elif len(sizes) == 2 and isqrt(each) ** 2 == each:
                yield {"shape": (channels, isqrt(each), isqrt(each))}

    def wanted_count(self, shape: TensorShape) -> int | None:
        """The numbers that the shape holds."""
        return prod(self.shape) if min(self.shape, default=0) > 0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlattenLayer(AuditLayer):
    """torch's Flatten: the axes from ``start_dim`` to ``end_dim`` become one.

    >>> FlattenLayer().step((2, 8, 7, 5), ()).shape
    (2, 280)
    """

    op: ClassVar[str] = "flatten"
    torch_modules: ClassVar[Mapping[str, str]] = {"Flatten": "start_dim end_dim"}
    torch_functions: ClassVar[Mapping[str, str]] = {"flatten": "start_dim end_dim"}
    implied_fields: ClassVar[Mapping[str, FieldValues]] = {"flatten": {"start_dim": 0}}
    works_on_maps: ClassVar[bool] = False

    start_dim: _Dimension = 1
    end_dim: _Dimension = -1

    def step(self, shape: TensorShape, earlier: Sequence[TensorShape]) -> TraceStep:
        """The product of the axes."""
        rank = len(shape)
        for name in ("start_dim", "end_dim"):
            if not -rank <= getattr(self, name) < rank:
                raise LayerError(
                    "not_an_axis",
                    {"field": name, "value": getattr(self, name)},
                    torch_error=f"Dimension out of range (expected to be in range of [-{rank},"
                    f" {rank - 1}], but got {getattr(self, name)})",
                    fields=(name,),
                    axes=rank,
                    **{name: getattr(self, name)},
                )
        start, end = self.start_dim % rank, self.end_dim % rank
        if start > end:
            raise LayerError(
                "start_after_end",
                torch_error="flatten() has invalid args: start_dim cannot come after end_dim",
                fields=("start_dim", "end_dim"),
                start_dim=start,
                end_dim=end,
            )
        whole = prod(shape[start : end + 1])
        formulas = () if start == end else (f"{_product(shape[start : end + 1])} = {whole}",)
        return TraceStep(
            shape=(*shape[:start], whole, *shape[end + 1 :]), formulas=lambda: formulas
        )

    def reversed_layers(self, before: TensorShape, after: TensorShape) -> Iterator[LayerFields]:
        """The layer that gives the map its axes back."""
        return _restored_axes(before, after)

    def tried_values(self, before: TensorShape, counts: Sequence[int]) -> TriedValues:
        """Other axes."""
        return {"start_dim": range(1, len(before)), "end_dim": (-1, *range(1, len(before)))}


def _restored_axes(before: TensorShape, after: TensorShape) -> Iterator[LayerFields]:
    if before[0] == after[0]:
        vector = len(before) == 2 < len(after)
        yield {"op": "flatten"} if vector else {"op": "reshape", "shape": before[1:]}


def _product(sizes: Sequence[int]) -> str:
    return "·".join(map(str, sizes)) or "1"
