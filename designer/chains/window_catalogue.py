"""Which layers there are: for given strides and offsets, the windows that have them.

An offset c = o − S·i depends on the stride and the sizes alone, not on the kernel. So the windows
that lead from one size to another depend on (S, c) per axis only, and are found once.
"""

from __future__ import annotations

from itertools import product
from math import prod
from typing import NamedTuple

from designer.brief.search_space import Exact, SearchSpace
from designer.chains.preference_order import MULTIPLY_ADDS, Columns, layer_key
from designer.chains.step_limit import Effort
from designer.chains.textbook import Measure
from designer.geometry.axis import kernel_span, overlaps_evenly, padding_solutions
from designer.geometry.layers import Size
from designer.geometry.resampling import Upsampling, weight_taps

Kernel = tuple[int, int]
"""(kernel_size, dilation)."""

Paddings = tuple[tuple[int, int], ...]
"""(padding, output_padding) pairs, the smallest output_padding first."""


class Layer(NamedTuple):
    """One layer's windows and their weight; ``key`` holds all of it but the multiply-adds.

    ``taps`` are the windows' own, by which the order compares; ``weights`` are what the layer that
    the network has in their place weighs per pair of channels.
    """

    key: int
    taps: int
    weights: int
    columns: Columns

    @property
    def rank(self) -> tuple[int, Columns]:
        """What decides between layers with the same strides and offsets at the same place.

        There the multiply-adds are in proportion to the taps.
        """
        return (self.key + self.taps * MULTIPLY_ADDS, self.columns)


class Catalogue:
    """The windows of a search space, by stride and offset; ``upsampling`` says what they cost."""

    def __init__(
        self,
        space: SearchSpace,
        measure: Measure,
        effort: Effort,
        upsampling: Upsampling = Upsampling.TRANSPOSED,
    ) -> None:
        self.upsampling = upsampling
        self._space = space
        self._measure = measure
        self._effort = effort
        self._kernels: dict[int, tuple[Kernel, ...]] = {}
        self._residues: dict[int, dict[int, tuple[int, ...]]] = {}
        self._choices: dict[tuple[int, int], dict[Kernel, Paddings]] = {}
        self._departures: dict[tuple[Size, Size], int | None] = {}
        self._best: dict[tuple[Size, Size], Layer] = {}
        self._leanest: dict[tuple[Size, Size], Layer] = {}
        self._all: dict[tuple[Size, Size], tuple[Layer, ...]] = {}
        self._leaner: dict[tuple[Size, Size], tuple[Layer, ...]] = {}
        self._counts: dict[tuple[Size, Size], int] = {}

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
            self._effort.spend(10 * len(self.kernels(stride)))
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

    def departure(self, strides: Size, offsets: Size) -> int | None:
        """The departure of every layer with these strides and offsets, None where there is none."""
        place = (strides, offsets)
        if place not in self._departures:
            axes = self._candidates(strides, offsets)
            if not self._space.anisotropic:
                axes = _share(axes)
            there = all(axes)
            self._departures[place] = (
                self._measure.layer_departure(strides, offsets) if there else None
            )
        return self._departures[place]

    def best_layer(self, strides: Size, offsets: Size) -> Layer:
        """The layer that the order prefers among all with these strides and offsets."""
        place = (strides, offsets)
        if place not in self._best:
            self._best[place] = self._best_of(self._candidates(strides, offsets), strides, offsets)
        return self._best[place]

    def leanest_layer(self, strides: Size, offsets: Size) -> Layer:
        """The layer of the fewest weights with these strides and offsets; among those the best."""
        place = (strides, offsets)
        if place not in self._leanest:
            axes = self._candidates(strides, offsets)
            if not self._space.anisotropic:
                axes = _share(axes)
            lean = [
                {kernel: axis[kernel] for kernel in self._leanest_kernels(axis, stride)}
                for axis, stride in zip(axes, strides, strict=True)
            ]
            self._leanest[place] = self._best_of(lean, strides, offsets)
        return self._leanest[place]

    def _leanest_kernels(self, axis: dict[Kernel, Paddings], stride: int) -> list[Kernel]:
        weights = {kernel: weight_taps(self.upsampling, (kernel[0],), (stride,)) for kernel in axis}
        return [kernel for kernel in axis if weights[kernel] == min(weights.values())]

    def layers(self, strides: Size, offsets: Size) -> tuple[Layer, ...]:
        """Every layer with these strides and offsets, the best first.

        Raises:
            SearchTooLarge: where there are more than the bound on steps allows.
        """
        place = (strides, offsets)
        if place not in self._all:
            self._effort.spend(self.count_layers(strides, offsets))
            layers = [
                self._layer(choices, strides, offsets)
                for axes in self._groups(strides, offsets)
                for choices in product(
                    *([(k, *pads) for k, found in axis.items() for pads in found] for axis in axes)
                )
            ]
            self._all[place] = tuple(sorted(layers, key=lambda layer: layer.rank))
        return self._all[place]

    def ever_leaner_layers(self, strides: Size, offsets: Size) -> tuple[Layer, ...]:
        """The layers that no better one matches in weights: what a budget may fall back on."""
        place = (strides, offsets)
        if place not in self._leaner:
            kept: list[Layer] = []
            for layer in self.layers(strides, offsets):
                if not kept or layer.weights < kept[-1].weights:
                    kept.append(layer)
            self._leaner[place] = tuple(kept)
        return self._leaner[place]

    def count_layers(self, strides: Size, offsets: Size) -> int:
        """How many layers have these strides and offsets: a product over the axes per kernel."""
        place = (strides, offsets)
        if place not in self._counts:
            self._counts[place] = sum(
                prod(sum(len(paddings) for paddings in axis.values()) for axis in axes)
                for axes in self._groups(strides, offsets)
            )
        return self._counts[place]

    def _candidates(self, strides: Size, offsets: Size) -> Axes:
        return [
            self.choices(stride, offset) for stride, offset in zip(strides, offsets, strict=True)
        ]

    def _groups(self, strides: Size, offsets: Size) -> list[Axes]:
        """Axes whose choices are free of each other: one group per kernel where it is shared."""
        axes = self._candidates(strides, offsets)
        if self._space.anisotropic:
            return [axes]
        return [[{kernel: axis[kernel]} for axis in axes] for kernel in _share(axes)[0]]

    def _best_of(self, axes: Axes, strides: Size, offsets: Size) -> Layer:
        best = self._best_free if self._space.anisotropic else self._best_shared
        return best(axes, strides, offsets)

    def _best_shared(self, axes: Axes, strides: Size, offsets: Size) -> Layer:
        """One kernel for all axes; per axis the smallest output padding is best in every way."""
        layers = [
            self._layer(tuple((kernel, *axis[kernel][0]) for axis in axes), strides, offsets)
            for kernel in _share(axes)[0]
        ]
        return min(layers, key=lambda layer: layer.rank)

    def _best_free(self, axes: Axes, strides: Size, offsets: Size) -> Layer:
        """A kernel for each axis: what one axis spoils for the layer, the others need not keep."""
        choices = [[(kernel, *found[0]) for kernel, found in axis.items()] for axis in axes]
        if self._measure.weighs_overlap:
            even = [
                [choice for choice in axis if _is_even(choice[0], stride)]
                for axis, stride in zip(choices, strides, strict=True)
            ]
            choices = even if all(even) else choices
        read = [[choice for choice in axis if choice[2] <= choice[1]] for axis in choices]
        choices = read if all(read) else choices
        chosen = tuple(
            min((self._axis_rank(choice, stride), choice) for choice in axis)[1]
            for axis, stride in zip(choices, strides, strict=True)
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
        weights = weight_taps(self.upsampling, kernel_sizes, strides)
        key = layer_key(columns, offsets, self._measure)
        return Layer(key, prod(kernel_sizes), weights, columns)


Choice = tuple[Kernel, int, int]
"""(kernel, padding, output_padding) on one axis."""


Axes = list[dict[Kernel, Paddings]]
"""Per axis, the kernels and their paddings."""


def _share(axes: Axes) -> Axes:
    """Of each axis, the kernels that all axes have."""
    return [
        {kernel: paddings for kernel, paddings in axis.items() if all(kernel in a for a in axes)}
        for axis in axes
    ]


def _is_even(kernel: Kernel, stride: int) -> bool:
    return overlaps_evenly(kernel_size=kernel[0], stride=stride, dilation=kernel[1])
