"""A batch norm by itself, in training mode: the only norm that can break."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar

from designer.audit.breaks import LayerBreaks, Shape, Step, times, torch_sizes
from designer.audit.spec import Layer

_RANKS = {1: (2, 3), 2: (4,), 3: (5,)}


@dataclass(frozen=True, slots=True, kw_only=True)
class NormLayer(Layer):
    """torch's BatchNorm1d, BatchNorm2d or BatchNorm3d; without ``num_features`` those it gets.

    >>> NormLayer().step((2, 8, 7, 5), ()).shape
    (2, 8, 7, 5)
    """

    op: ClassVar[str] = "norm"

    num_features: int | None = None
    ndim: int | None = None

    def step(self, shape: Shape, earlier: Sequence[Shape]) -> Step:
        """The same shape."""
        rank = len(shape)
        axes = self.ndim or max(1, min(rank - 2, 3))
        if rank not in _RANKS[axes]:
            kinds = " or ".join(f"{r}D" for r in _RANKS[axes])
            raise LayerBreaks(
                f"a batch norm along {axes} axes does not suit the map {times(shape[1:])}",
                torch_error=f"expected {kinds} input (got {rank}D input)",
                fields=("ndim",),
                axes=axes,
                input_shape=list(shape[1:]),
            )
        if prod(shape) == shape[1]:
            raise LayerBreaks(
                f"the batch holds one value per channel, {times(shape)}: a batch norm in training"
                " mode needs two or more",
                torch_error="Expected more than 1 value per channel when training, got input size"
                f" torch.Size([{torch_sizes(shape, ', ')}])",
                fields=(),
                shape=list(shape),
            )
        if self.num_features not in (None, shape[1]):
            raise LayerBreaks(
                f"the norm is for {self.num_features} channels, the map {times(shape[1:])} has"
                f" {shape[1]}",
                torch_error=f"running_mean should contain {shape[1]} elements not"
                f" {self.num_features}",
                fields=("num_features",),
                num_features=self.num_features,
                channels=shape[1],
            )
        return Step(shape=shape)
