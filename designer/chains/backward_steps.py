"""Steps back: from a map's size to the sizes that one layer before it can have."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import NamedTuple

from designer.brief.search_space import SearchSpace
from designer.chains.step_limit import StepLimit
from designer.chains.window_catalogue import WindowCatalogue
from designer.geometry.layers import Size
from designer.geometry.resampling import kernel_positions

AxisStep = tuple[int, int, int]
"""(stride, offset, size before) on one axis."""


class BackwardStep(NamedTuple):
    """One layer back from a size: the size before it, and what is the same for all its layers.

    ``input_positions`` are the positions before it, at which a transposed convolution sets its kernel down;
    ``positions`` those at which the layer that the network has in its place does.
    """

    before: Size
    input_positions: int
    positions: int
    strides: Size
    offsets: Size
    departure: int
    exact: bool


class BackwardSteps:
    """The steps back from every size, each size looked at once.

    With |c| < S an axis has at most two sizes before it for each stride: o/S where S divides o,
    and the two neighbours of o/S elsewhere.
    """

    def __init__(
        self, space: SearchSpace, catalogue: WindowCatalogue, step_limit: StepLimit
    ) -> None:
        self._space = space
        self._catalogue = catalogue
        self._step_limit = step_limit
        self._steps: dict[Size, tuple[BackwardStep, ...]] = {}

    def from_size(self, size: Size) -> tuple[BackwardStep, ...]:
        """Every step back from a size.

        Raises:
            SearchTooLarge: past the bound on steps.
        """
        steps = self._steps.get(size)
        if steps is None:
            steps = tuple(self._find_steps(size))
            self._steps[size] = steps
        return steps

    def _find_steps(self, size: Size) -> list[BackwardStep]:
        steps = []
        upsampling = self._catalogue.upsampling
        for axes in self._combinations(size):
            strides, offsets, before = zip(*axes, strict=True)
            departure = self._catalogue.departure(strides, offsets)
            if departure is not None and before != size:
                exact = not any(offsets)
                positions = prod(kernel_positions(upsampling, before, strides, offsets))
                steps.append(
                    BackwardStep(
                        before, prod(before), positions, strides, offsets, departure, exact
                    )
                )
        return steps

    def _combinations(self, size: Size) -> list[tuple[AxisStep, ...]]:
        lows = self._space.initial_size or (2,) * len(size)
        strides = self._space.strides
        groups = [strides] if self._space.anisotropic else [(stride,) for stride in strides]
        found: list[tuple[AxisStep, ...]] = []
        for group in groups:
            axes = [self.axis_steps(side, low, group) for side, low in zip(size, lows, strict=True)]
            self._step_limit.spend(2 * prod(len(steps) for steps in axes) + 1)
            found.extend(product(*axes))
        return found

    def axis_steps(self, side: int, low: int, strides: tuple[int, ...]) -> list[AxisStep]:
        """Every step back from a side on one axis, to sides of at least ``low``."""
        return [
            (stride, offset, before)
            for stride in strides
            for offset in self._catalogue.offsets(stride, side % stride)
            if low <= (before := (side - offset) // stride) < side
            or (stride == 1 and offset == 0 and self._space.anisotropic)
        ]
