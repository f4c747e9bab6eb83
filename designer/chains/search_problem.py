"""One search: its target, space and widths, and the keys and costs of every step."""

from __future__ import annotations

from copy import copy
from math import prod

from designer.brief.search_space import SearchSpace
from designer.brief.widths import Widths
from designer.chains.backward_steps import BackwardStep, BackwardSteps
from designer.chains.preference_order import MULTIPLY_ADD_UNIT, initial_key
from designer.chains.reference_design import reference_design
from designer.chains.step_limit import StepLimit
from designer.chains.window_catalogue import CandidateLayer, WindowCatalogue
from designer.geometry.layers import Size

Cost = tuple[int, int]
"""(parameters, multiply_adds)."""


class SearchProblem:
    """Data shared by all parts of a search: backward steps, initial maps, keys and costs.

    Chains are compared as transposed convolutions for every ``upsampling``, so all three get the
    same sizes; a budget limits the actual costs of the networks.

    A map's *depth* is the number of layers between it and the picture, which has depth 0.
    """

    def __init__(
        self,
        *,
        target: Size,
        space: SearchSpace,
        widths: Widths,
        step_limit: StepLimit | None = None,
    ) -> None:
        self.target = target
        self.space = space
        self.step_limit = step_limit or StepLimit()
        self.reference = reference_design(space, axes=len(target))
        self.catalogue = WindowCatalogue(space, self.reference, self.step_limit, widths.upsampling)
        self.backward_steps = BackwardSteps(space, self.catalogue, self.step_limit)
        self._set_widths(widths)

    def with_widths(self, widths: Widths) -> SearchProblem:
        """The same problem with other channels; it shares the step limit and what is computed.

        Windows and backward steps depend on the upsampling of the widths alone, which stays.
        """
        assert widths.upsampling is self.catalogue.upsampling
        other = copy(self)
        other._set_widths(widths)
        return other

    def _set_widths(self, widths: Widths) -> None:
        self.widths = widths
        self.channel_pairs = tuple(map(widths.channel_pairs, range(self.space.max_layers)))
        """By depth of a layer's output: weights per tap, and multiply-adds per tap and position."""
        self.key_scales = tuple(pairs * MULTIPLY_ADD_UNIT for pairs in self.channel_pairs)
        """The same numbers as keys."""

    def starts_at(self, size: Size) -> bool:
        """Whether a chain may start from a map of this size."""
        return self.reference.allows_initial_size(size, self.space.initial_size)

    def initial_key(self, depth: int, size: Size) -> int:
        """The key of an initial map ``depth`` layers before the picture."""
        stem = self.widths.stem_multiply_adds(depth, size)
        return initial_key(size, stem, self.reference)

    def best_layer(self, step: BackwardStep) -> CandidateLayer:
        """The preferred layer of a step."""
        return self.catalogue.best_layer(step.strides, step.offsets)

    def step_key(self, depth: int, step: BackwardStep, layer: CandidateLayer) -> int:
        """The key of a layer whose output is ``depth`` layers before the picture."""
        return layer.key + layer.taps * self.key_scales[depth] * step.input_positions

    def step_cost(self, depth: int, step: BackwardStep, layer: CandidateLayer) -> Cost:
        """Parameters and multiply-adds of a layer whose output has this depth."""
        return (
            self.channel_pairs[depth] * layer.weights
            + self.widths.shift_parameters(depth, step.strides),
            self.channel_pairs[depth] * layer.weights * step.positions,
        )

    def initial_cost(self, depth: int, size: Size) -> Cost:
        """Parameters and multiply-adds of the stem of this initial map."""
        return (
            self.widths.stem_parameters(depth, size),
            self.widths.stem_multiply_adds(depth, size),
        )

    def least_cost(self, depth: int) -> Cost:
        """Least cost of a layer whose output has this depth, together with a stem before it."""
        smallest = self.space.initial_size or (self.reference.allowed_sides[0],) * len(self.target)
        one_axis = min(
            self.catalogue.axis_windows.weights(kernel_size, stride)
            for kernel_size in self.space.kernel_sizes
            for stride in self.space.strides
        )
        weights = self.channel_pairs[depth] * one_axis ** len(self.target)
        stem = self.initial_cost(depth + 1, smallest)
        shift = self.widths.shift_parameters(depth, (1,) * len(self.target))
        return weights + shift + stem[0], weights * prod(smallest) + stem[1]
