"""One search: the target, the space and the widths, and what they say about every step."""

from __future__ import annotations

from math import prod

from designer.brief.search_space import SearchSpace
from designer.brief.widths import Widths
from designer.chains.backward_steps import BackwardStep, BackwardSteps
from designer.chains.preference_order import MULTIPLY_ADD_UNIT, initial_key
from designer.chains.reference_design import reference_design
from designer.chains.step_limit import StepLimit
from designer.chains.window_catalogue import CandidateLayer, WindowCatalogue
from designer.geometry.layers import Size
from designer.geometry.resampling import weights_per_channel_pair

Cost = tuple[int, int]
"""(parameters, multiply_adds)."""


class SearchProblem:
    """What every part of a search asks: steps back, where a chain may start, what things weigh.

    Chains are compared as transposed convolutions, whatever enlarges the maps, so that the sizes are
    the same in all three ways; a budget is held against what the networks cost.

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
        self.widths = widths
        self.step_limit = step_limit or StepLimit()
        self.reference = reference_design(space, axes=len(target))
        self.catalogue = WindowCatalogue(space, self.reference, self.step_limit, widths.upsampling)
        self.backward_steps = BackwardSteps(space, self.catalogue, self.step_limit)
        self.channel_pairs = tuple(map(widths.channel_pairs, range(space.max_layers)))
        """Per depth of a layer's output: the multiply-adds of one tap at one place, and its weights."""
        self.key_scales = tuple(pairs * MULTIPLY_ADD_UNIT for pairs in self.channel_pairs)
        """The same as a key."""

    def starts_at(self, size: Size) -> bool:
        """Whether a chain may start from a map of this size."""
        return self.reference.allows_initial_size(size, self.space.initial_size)

    def initial_key(self, depth: int, size: Size) -> int:
        """The key of starting from this map, ``depth`` layers before the picture."""
        stem = self.widths.stem_multiply_adds(depth, size)
        return initial_key(size, stem, self.reference)

    def best_layer(self, step: BackwardStep) -> CandidateLayer:
        """The layer that the order prefers for a step."""
        return self.catalogue.best_layer(step.strides, step.offsets)

    def step_key(self, depth: int, step: BackwardStep, layer: CandidateLayer) -> int:
        """The key of a layer in its place: its output lies ``depth`` layers before the picture."""
        return layer.key + layer.taps * self.key_scales[depth] * step.input_positions

    def step_cost(self, depth: int, step: BackwardStep, layer: CandidateLayer) -> Cost:
        """Parameters and multiply-adds of a layer in its place."""
        return (
            self.channel_pairs[depth] * layer.weights
            + self.widths.shift_parameters(depth, step.strides),
            self.channel_pairs[depth] * layer.weights * step.positions,
        )

    def initial_cost(self, depth: int, size: Size) -> Cost:
        """Parameters and multiply-adds of the stem that makes this initial map."""
        return (
            self.widths.stem_parameters(depth, size),
            self.widths.stem_multiply_adds(depth, size),
        )

    def least_cost(self, depth: int) -> Cost:
        """What a layer whose output lies at this depth, and a stem before it, cost at the least."""
        smallest = self.space.initial_size or (self.reference.allowed_sides[0],) * len(self.target)
        one_axis = min(
            weights_per_channel_pair(self.widths.upsampling, (kernel_size,), (stride,))
            for kernel_size in self.space.kernel_sizes
            for stride in self.space.strides
        )
        weights = self.channel_pairs[depth] * one_axis ** len(self.target)
        stem = self.initial_cost(depth + 1, smallest)
        shift = self.widths.shift_parameters(depth, (1,) * len(self.target))
        return weights + shift + stem[0], weights * prod(smallest) + stem[1]
