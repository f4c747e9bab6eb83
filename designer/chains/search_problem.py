"""One search: its target, space and widths, and the keys and costs of every step."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from math import prod

from designer.brief.search_space import SearchSpace
from designer.brief.widths import Widths
from designer.chains.backward_steps import BackwardStep, BackwardSteps
from designer.chains.preference_order import MULTIPLY_ADD_UNIT, initial_key
from designer.chains.reference_design import reference_design
from designer.chains.step_limit import StepLimit
from designer.chains.window_catalogue import CandidateLayer, WindowCatalogue
from designer.geometry.cost import Cost
from designer.geometry.layers import Size


class SearchProblem:
    """Data shared by all parts of a search: backward steps, initial maps, keys and costs.

    Chains are compared as transposed convolutions for every ``upsampling``, so all three get the
    same sizes; a budget limits the actual costs of the networks.

    ``kept`` names constraints that a refusal must not advise to relax. ``layers``: the number of
    layers that every chain has, or any if it is None.

    A map's *depth* is the number of layers between it and the picture, which has depth 0.
    """

    def __init__(
        self,
        *,
        target: Size,
        space: SearchSpace,
        widths: Widths,
        step_limit: StepLimit | None = None,
        kept: tuple[str, ...] = (),
    ) -> None:
        self.kept = kept
        self.layers: int | None = None
        self.target = target
        self.space = space
        self.step_limit = step_limit or StepLimit()
        self.reference = reference_design(space, axes=len(target), widths=widths)
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

    def by_levels(self) -> list[SearchProblem]:
        """Problems with the same chains between them, in each of which a layer has one cost at a depth.

        That is this one, unless its costs depend on the number of layers: then one for each number.
        """
        if self.layers is not None or not self.widths.depends_on_levels:
            return [self]
        return [self._with_layers(layers) for layers in range(1, self.space.max_layers + 1)]

    def _with_layers(self, layers: int) -> SearchProblem:
        """The same problem for chains of so many layers."""
        other = self.with_widths(self.widths.with_levels(layers))
        other.layers, other.space = layers, replace(self.space, max_layers=layers)
        return other

    def _set_widths(self, widths: Widths) -> None:
        self.widths = widths
        self.channel_pairs = tuple(map(widths.channel_pairs, range(self.space.max_layers)))
        """By depth of a layer's output: weights per tap, and multiply-adds per tap and position."""
        self.key_scales = tuple(pairs * MULTIPLY_ADD_UNIT for pairs in self.channel_pairs)
        """The same numbers as keys."""

    def starts_at(self, size: Size, depth: int) -> bool:
        """Whether a chain may start from a map of this size, so many layers before the picture."""
        if self.layers not in (None, depth):
            return False
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
        return self.widths.step_cost(
            depth,
            weights=layer.weights,
            strides=step.strides,
            positions=step.positions,
            after=step.after,
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
        axes = len(self.target)
        stem = self.initial_cost(depth + 1, smallest)
        layer = self.widths.step_cost(
            depth,
            weights=one_axis**axes,
            strides=(1,) * axes,
            positions=prod(smallest),
            after=smallest,
        )
        return layer[0] + stem[0], layer[1] + stem[1]
