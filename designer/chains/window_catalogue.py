"""The layers of a search space by their strides and offsets, made of the windows of its axes.

An offset c = o − S·i depends on the stride and the sizes alone, not on the kernel. So the windows
that lead from one size to another depend only on (S, c) per axis, and are computed once.
"""

from __future__ import annotations

from itertools import product
from math import prod
from typing import NamedTuple

from designer.brief.search_space import SearchSpace
from designer.chains.axis_windows import (
    AxisChoice,
    AxisKernels,
    AxisWindows,
    Kernel,
    Paddings,
    all_choices,
    first_choices,
    shared_kernels,
)
from designer.chains.preference_order import (
    MULTIPLY_ADD_UNIT,
    WindowColumns,
    offsets_key,
    windows_key,
)
from designer.chains.reference_design import ReferenceDesign
from designer.chains.step_limit import StepLimit
from designer.geometry.axis import overlaps_evenly
from designer.geometry.layers import Size
from designer.geometry.resampling import Upsampling, weights_per_channel_pair

STEPS_PER_LAYER = 14
"""Search steps charged for listing one layer, for its time and memory."""

STEPS_PER_OFFSETS = 6
"""Search steps charged for the first look at strides and offsets, for its time and memory."""


class CandidateLayer(NamedTuple):
    """One layer's windows and their cost; ``key`` is the layer's key without the multiply-adds.

    ``taps`` counts the windows' taps, which the order compares; ``weights`` counts the weights per
    pair of channels of the layer that the network uses in their place.
    """

    key: int
    taps: int
    weights: int
    columns: WindowColumns

    @property
    def rank(self) -> tuple[int, WindowColumns]:
        """Sort key of layers with the same strides and offsets at the same depth.

        The multiply-adds of such layers are proportional to their taps.
        """
        return (self.key + self.taps * MULTIPLY_ADD_UNIT, self.columns)


class WindowCatalogue:
    """The windows of a search space by stride and offset; ``upsampling`` determines their cost."""

    def __init__(
        self,
        space: SearchSpace,
        reference: ReferenceDesign,
        step_limit: StepLimit,
        upsampling: Upsampling = Upsampling.TRANSPOSED,
    ) -> None:
        self.upsampling = upsampling
        self.axis_windows = AxisWindows(space, step_limit, upsampling)
        self._space = space
        self._reference = reference
        self._step_limit = step_limit
        self._departures: dict[tuple[Size, Size], int | None] = {}
        self._best: dict[tuple[Size, Size], CandidateLayer] = {}
        self._cheapest: dict[tuple[Size, Size], CandidateLayer] = {}
        self._all: dict[tuple[Size, Size], tuple[CandidateLayer, ...]] = {}
        self._pareto: dict[tuple[Size, Size], tuple[CandidateLayer, ...]] = {}
        self._counts: dict[tuple[Size, Size], int] = {}
        self._offsets_keys: dict[tuple[Size, Size], int] = {}

    def departure(self, strides: Size, offsets: Size) -> int | None:
        """The departure of the layers with these strides and offsets, None if there are none.

        Raises:
            SearchTooLarge: if the search exceeds the step limit.
        """
        cache_key = (strides, offsets)
        if cache_key not in self._departures:
            self._step_limit.spend(STEPS_PER_OFFSETS)
            axes = self._candidates(strides, offsets)
            exists = all(axes) if self._space.anisotropic else bool(shared_kernels(axes))
            self._departures[cache_key] = (
                self._reference.layer_departure(strides, offsets) if exists else None
            )
        return self._departures[cache_key]

    def best_layer(self, strides: Size, offsets: Size) -> CandidateLayer:
        """The preferred layer of all with these strides and offsets."""
        cache_key = (strides, offsets)
        if cache_key not in self._best:
            self._best[cache_key] = self._best_of(
                self._candidates(strides, offsets), strides, offsets
            )
        return self._best[cache_key]

    def cheapest_layer(self, strides: Size, offsets: Size) -> CandidateLayer:
        """The layer with the fewest weights for these strides and offsets, preferred at a tie."""
        cache_key = (strides, offsets)
        if cache_key not in self._cheapest:
            axes = self._candidates(strides, offsets)
            if not self._space.anisotropic:
                shared = shared_kernels(axes)
                axes = [{kernel: axis[kernel] for kernel in shared} for axis in axes]
            cheapest = [
                {kernel: axis[kernel] for kernel in self._cheapest_kernels(axis, stride)}
                for axis, stride in zip(axes, strides, strict=True)
            ]
            self._cheapest[cache_key] = self._best_of(cheapest, strides, offsets)
        return self._cheapest[cache_key]

    def _cheapest_kernels(self, axis: dict[Kernel, Paddings], stride: int) -> list[Kernel]:
        weights = [self.axis_windows.weights(kernel[0], stride) for kernel in axis]
        fewest = min(weights, default=0)
        return [kernel for kernel, each in zip(axis, weights, strict=True) if each == fewest]

    def layers(self, strides: Size, offsets: Size) -> tuple[CandidateLayer, ...]:
        """Every layer with these strides and offsets, the best first.

        Raises:
            SearchTooLarge: if there are more than the step limit allows.
        """
        cache_key = (strides, offsets)
        if cache_key not in self._all:
            self._step_limit.spend(STEPS_PER_LAYER * self.count_layers(strides, offsets))
            layers = [
                self._layer(choices, strides, offsets)
                for axes in self._groups(strides, offsets)
                for choices in product(*map(all_choices, axes, strides, offsets))
            ]
            self._all[cache_key] = tuple(sorted(layers, key=lambda layer: layer.rank))
        return self._all[cache_key]

    def pareto_layers(self, strides: Size, offsets: Size) -> tuple[CandidateLayer, ...]:
        """The layers, best first, with fewer weights than all before: candidates for a budget."""
        cache_key = (strides, offsets)
        if cache_key not in self._pareto:
            kept: list[CandidateLayer] = []
            for layer in self.layers(strides, offsets):
                if not kept or layer.weights < kept[-1].weights:
                    kept.append(layer)
            self._pareto[cache_key] = tuple(kept)
        return self._pareto[cache_key]

    def count_layers(self, strides: Size, offsets: Size) -> int:
        """Number of layers with these strides and offsets: a product over the axes per kernel."""
        cache_key = (strides, offsets)
        if cache_key not in self._counts:
            axes = self._candidates(strides, offsets)
            if self._space.anisotropic:
                count = prod(sum(map(len, axis.values())) for axis in axes)
            else:
                count = sum(
                    prod(len(axis[kernel]) for axis in axes) for kernel in shared_kernels(axes)
                )
            self._counts[cache_key] = count
        return self._counts[cache_key]

    def _candidates(self, strides: Size, offsets: Size) -> AxisKernels:
        return [
            self.axis_windows.paddings_by_kernel(stride, offset)
            for stride, offset in zip(strides, offsets, strict=True)
        ]

    def _groups(self, strides: Size, offsets: Size) -> list[AxisKernels]:
        """Groups of axes with independent choices: one group per kernel if the axes share it."""
        axes = self._candidates(strides, offsets)
        if self._space.anisotropic:
            return [axes]
        return [[{kernel: axis[kernel]} for axis in axes] for kernel in shared_kernels(axes)]

    def _best_of(self, axes: AxisKernels, strides: Size, offsets: Size) -> CandidateLayer:
        best = (
            self._best_with_own_kernels
            if self._space.anisotropic
            else self._best_with_shared_kernel
        )
        return best(axes, strides, offsets)

    def _best_with_shared_kernel(
        self, axes: AxisKernels, strides: Size, offsets: Size
    ) -> CandidateLayer:
        """One kernel for all axes; per axis the smallest output padding is always preferred."""
        first = [first_choices(*each) for each in zip(axes, strides, offsets, strict=True)]
        layers = [
            self._layer(tuple(axis[kernel] for axis in first), strides, offsets)
            for kernel in shared_kernels(axes)
        ]
        return min(layers, key=lambda layer: layer.rank)

    def _best_with_own_kernels(
        self, axes: AxisKernels, strides: Size, offsets: Size
    ) -> CandidateLayer:
        """A kernel for each axis; what one axis cannot fulfil is not required of the others."""
        choices = [
            list(first_choices(*each).values()) for each in zip(axes, strides, offsets, strict=True)
        ]
        if self._reference.weighs_overlap:
            even = [
                [choice for choice in axis if _has_even_overlap(choice[0], stride)]
                for axis, stride in zip(choices, strides, strict=True)
            ]
            choices = even if all(even) else choices
        fully_read = [[choice for choice in axis if choice[2] <= choice[1]] for axis in choices]
        choices = fully_read if all(fully_read) else choices
        chosen = tuple(
            min((self._axis_rank(choice, stride), choice) for choice in axis)[1]
            for axis, stride in zip(choices, strides, strict=True)
        )
        return self._layer(chosen, strides, offsets)

    def _axis_rank(self, choice: AxisChoice, stride: int) -> tuple[int, ...]:
        (kernel, dilation), padding, output_padding = choice
        distance = abs(kernel - self._reference.usual_kernel(stride))
        return (distance, kernel, output_padding, padding, dilation)

    def _layer(
        self, choices: tuple[AxisChoice, ...], strides: Size, offsets: Size
    ) -> CandidateLayer:
        kernel_sizes = tuple(choice[0][0] for choice in choices)
        columns = (
            kernel_sizes,
            strides,
            tuple(choice[0][1] for choice in choices),
            tuple(choice[1] for choice in choices),
            tuple(choice[2] for choice in choices),
        )
        weights = weights_per_channel_pair(self.upsampling, kernel_sizes, strides)
        key = self._offsets_key(strides, offsets) + windows_key(columns, self._reference)
        return CandidateLayer(key, prod(kernel_sizes), weights, columns)

    def _offsets_key(self, strides: Size, offsets: Size) -> int:
        """The part of a layer's key that all layers with these strides and offsets share."""
        cache_key = (strides, offsets)
        if cache_key not in self._offsets_keys:
            self._offsets_keys[cache_key] = offsets_key(strides, offsets, self._reference)
        return self._offsets_keys[cache_key]


def _has_even_overlap(kernel: Kernel, stride: int) -> bool:
    return overlaps_evenly(kernel_size=kernel[0], stride=stride, dilation=kernel[1])
