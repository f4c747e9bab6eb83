"""Backward steps: for a map size, the possible sizes of the map one layer before."""

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
    """One layer backwards: the size before it, and the figures that all layers of this step share.

    ``input_positions`` counts the kernel positions of a transposed convolution, ``positions`` those
    of the layer that the network uses in its place.
    """

    before: Size
    input_positions: int
    positions: int
    strides: Size
    offsets: Size
    departure: int
    exact: bool

    @property
    def after(self) -> Size:
        """The size after it."""
        axes = zip(self.strides, self.before, self.offsets, strict=True)
        return tuple(stride * side + offset for stride, side, offset in axes)


class BackwardSteps:
    """The backward steps from every size, computed once per size.

    With |c| < S an axis has at most two sizes before it for each stride: o/S if S divides o,
    otherwise ⌊o/S⌋ and ⌈o/S⌉.
    """

    def __init__(
        self, space: SearchSpace, catalogue: WindowCatalogue, step_limit: StepLimit
    ) -> None:
        self._space = space
        self._catalogue = catalogue
        self._step_limit = step_limit
        self._steps: dict[Size, tuple[BackwardStep, ...]] = {}
        self._sizes: dict[Size, Size] = {}

    def from_size(self, size: Size) -> tuple[BackwardStep, ...]:
        """All backward steps from a size.

        Raises:
            SearchTooLarge: if the search exceeds the step limit.
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
            strides, offsets, before = map(self._share, zip(*axes, strict=True))
            departure = self._catalogue.departure(strides, offsets)
            if departure is not None and before != size:
                exact = not any(offsets)
                input_positions = prod(before)
                positions = prod(kernel_positions(upsampling, before, strides, offsets))
                if positions == input_positions:
                    positions = input_positions  # one number in memory
                steps.append(
                    BackwardStep(
                        before, input_positions, positions, strides, offsets, departure, exact
                    )
                )
        return steps

    def _share(self, size: Size) -> Size:
        """The first tuple that equals this one: a large search has many equal ones."""
        return self._sizes.setdefault(size, size)

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
        """All backward steps from a side of one axis to sides of at least ``low``."""
        return [
            (stride, offset, before)
            for stride in strides
            for offset in self._catalogue.axis_windows.offsets(stride, side % stride)
            if low <= (before := (side - offset) // stride) < side
            or (stride == 1 and offset == 0 and self._space.anisotropic)
        ]
