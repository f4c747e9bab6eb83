"""Which layers there are: for given strides and offsets, the windows that have them.

An offset c = o − S·i depends on the stride and the sizes alone, not on the kernel. So the windows
that lead from one size to another depend on (S, c) per axis only, and are found once.
"""

from __future__ import annotations

from math import prod
from typing import NamedTuple

from designer.arithmetic import kernel_span, overlaps_evenly, padding_solutions
from designer.layers import Size
from designer.solver.effort import Effort
from designer.solver.measure import Measure
from designer.solver.order import DEPARTURE_SHIFT, MULTIPLY_ADDS, Columns, layer_key
from designer.space import Exact, SearchSpace

Kernel = tuple[int, int]
"""(kernel_size, dilation)."""

Paddings = tuple[tuple[int, int], ...]
"""(padding, output_padding) pairs, the smallest output_padding first."""


class Layer(NamedTuple):
    """One layer's windows and their weight; ``key`` holds all of it but the multiply-adds."""

    key: int
    taps: int
    columns: Columns

    @property
    def departure(self) -> int:
        """This layer's share of the chain's departure."""
        return self.key >> DEPARTURE_SHIFT

    @property
    def rank(self) -> tuple[int, Columns]:
        """What decides between layers with the same strides and offsets at the same place.

        There the multiply-adds are in proportion to the taps.
        """
        return (self.key + self.taps * MULTIPLY_ADDS, self.columns)


class Catalogue:
    """The windows of a search space, by stride and offset."""

    def __init__(self, space: SearchSpace, measure: Measure, effort: Effort) -> None:
        self._space = space
        self._measure = measure
        self._effort = effort
        self._kernels: dict[int, tuple[Kernel, ...]] = {}
        self._residues: dict[int, dict[int, tuple[int, ...]]] = {}
        self._choices: dict[tuple[int, int], dict[Kernel, Paddings]] = {}
        self._best: dict[tuple[Size, Size], Layer | None] = {}

    def kernels(self, stride: int) -> tuple[Kernel, ...]:
        """The kernels that may go with a stride: F ≥ S, gcd(S, D) = 1, and S | F where asked."""
        if stride not in self._kernels:
            self._kernels[stride] = tuple(
                (kernel, dilation)
                for kernel in self._space.kernel_sizes
                for dilation in self._space.dilations
                if self._space.allows(kernel_size=kernel, stride=stride, dilation=dilation)
            )
        return self._kernels[stride]

    def offsets(self, stride: int, residue: int) -> tuple[int, ...]:
        """The offsets that some window of this stride has, of those with c ≡ residue (mod S)."""
        if stride not in self._residues:
            by_residue: dict[int, list[int]] = {}
            for offset in sorted(self._offset_range(stride)):
                if self.choices(stride, offset):
                    by_residue.setdefault(offset % stride, []).append(offset)
            self._residues[stride] = {key: tuple(found) for key, found in by_residue.items()}
        return self._residues[stride].get(residue, ())

    def _offset_range(self, stride: int) -> range:
        if self._space.exact is Exact.REQUIRE:
            return range(1)
        if self._space.exact is Exact.PREFER:
            return range(1 - stride, stride)
        spans = [kernel_span(kernel, dilation) for kernel, dilation in self.kernels(stride)]
        farthest = max(spans, default=0)
        found = range(2 - stride - farthest, farthest)
        self._effort.spend(len(found) * len(spans))
        return found

    def choices(self, stride: int, offset: int) -> dict[Kernel, Paddings]:
        """For each kernel that can have this offset on one axis, the paddings that give it."""
        found = self._choices.get((stride, offset))
        if found is None:
            found = {}
            for kernel in self.kernels(stride):
                paddings = padding_solutions(
                    offset,
                    kernel_size=kernel[0],
                    stride=stride,
                    dilation=kernel[1],
                    output_padding=self._space.output_padding,
                )
                if paddings:
                    found[kernel] = paddings
            self._choices[stride, offset] = found
        return found

    def best_layer(self, strides: Size, offsets: Size) -> Layer | None:
        """The layer that the order prefers among all with these strides and offsets, if any."""
        place = (strides, offsets)
        if place not in self._best:
            candidates = [
                self.choices(stride, offset)
                for stride, offset in zip(strides, offsets, strict=True)
            ]
            best = self._best_free if self._space.anisotropic else self._best_shared
            self._best[place] = best(candidates, strides, offsets)
        return self._best[place]

    def _best_shared(
        self, candidates: list[dict[Kernel, Paddings]], strides: Size, offsets: Size
    ) -> Layer | None:
        """One kernel for all axes; per axis the smallest output padding is best in every way."""
        layers = [
            self._layer(tuple((kernel, *axis[kernel][0]) for axis in candidates), strides, offsets)
            for kernel in candidates[0]
            if all(kernel in axis for axis in candidates)
        ]
        return min(layers, key=lambda layer: layer.rank, default=None)

    def _best_free(
        self, candidates: list[dict[Kernel, Paddings]], strides: Size, offsets: Size
    ) -> Layer | None:
        """A kernel for each axis: what one axis spoils for the layer, the others need not keep."""
        axes = [
            [(kernel, *paddings[0]) for kernel, paddings in axis.items()] for axis in candidates
        ]
        if self._measure.weighs_overlap:
            axes = _keep_where_all_can(
                [
                    [
                        choice
                        for choice in axis
                        if overlaps_evenly(
                            kernel_size=choice[0][0], stride=stride, dilation=choice[0][1]
                        )
                    ]
                    for axis, stride in zip(axes, strides, strict=True)
                ],
                axes,
            )
        axes = _keep_where_all_can(
            [[choice for choice in axis if choice[2] <= choice[1]] for axis in axes], axes
        )
        if not all(axes):
            return None
        chosen = tuple(
            min(axis, key=lambda choice, stride=stride: self._axis_rank(choice, stride))  # type: ignore[misc]
            for axis, stride in zip(axes, strides, strict=True)
        )
        return self._layer(chosen, strides, offsets)

    def _axis_rank(self, choice: Choice, stride: int) -> tuple[int, ...]:
        (kernel, dilation), padding, extra = choice
        distance = abs(kernel - self._measure.kernel_factor * stride)
        return (distance, kernel, extra, padding, dilation)

    def _layer(self, choices: tuple[Choice, ...], strides: Size, offsets: Size) -> Layer:
        kernel_sizes = tuple(choice[0][0] for choice in choices)
        columns = (
            kernel_sizes,
            strides,
            tuple(choice[0][1] for choice in choices),
            tuple(choice[1] for choice in choices),
            tuple(choice[2] for choice in choices),
        )
        return Layer(layer_key(columns, offsets, self._measure), prod(kernel_sizes), columns)


Choice = tuple[Kernel, int, int]
"""(kernel, padding, output_padding) on one axis."""


def _keep_where_all_can(
    wanted: list[list[Choice]], otherwise: list[list[Choice]]
) -> list[list[Choice]]:
    return wanted if all(wanted) else otherwise
