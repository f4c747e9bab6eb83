"""Repeated draws of one layer by ``weights_init``."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import ModuleType

import torch
from torch import nn

from designer.validation.json_readers import JsonValue
from designer.verification.probe.loading import leaf_modules, own_parts, own_weights

UNDRAWN_VALUE = 7.0

Weights = dict[str, torch.Tensor]
"""The tensors of a layer, or draws of each of them along a new first axis."""


@dataclass(frozen=True, kw_only=True)
class Draws:
    """Draws of one tensor, in blocks with the draws along their first axis.

    The first block is the one draw that the layer has, the second has draws by one call each, the
    third has draws by one vectorized call. ``draw_more`` makes a further block of any size.
    """

    blocks: list[torch.Tensor]
    draw_more: Callable[[int], torch.Tensor]

    def first(self, draws: int) -> torch.Tensor:
        """The first draws, stacked."""
        return self.blocks[0] if draws == 1 else torch.cat(self.blocks)[:draws]


def draw_as_planned(
    module: ModuleType, network: nn.Module, layer: nn.Module, plan: dict[str, JsonValue]
) -> dict[str, Draws]:
    """The planned draws of each tensor of a layer, which keeps the weights that it has.

    Of copied kernels only the first ones are kept.
    """
    drawing = _Drawing(module, network, layer)
    draws = max((planned["draws"] for planned in plan.values()), default=1)
    single = min(draws, max((planned["single_draws"] for planned in plan.values()), default=1))
    blocks = [drawing.draw_one_by_one(single - 1), drawing.draw_at_once(draws - single)]
    found = {}
    for name, weight in drawing.present.items():
        step = plan.get(name, {}).get("copies", 1)
        found[name] = Draws(
            blocks=[
                block[:, ::step].float()
                for block in (weight.detach()[None], *(stacks[name] for stacks in blocks))
            ],
            draw_more=partial(drawing.draw_more, name, step),
        )
    return found


def layer_draws(
    module: ModuleType, network: nn.Module, layer: nn.Module
) -> Callable[[int], torch.Tensor]:
    """A function that draws the weight of a layer as often as requested; the layer keeps its own."""
    return partial(_Drawing(module, network, layer).draw_more, "weight", 1)


class _Drawing:
    """Draws a layer again; the layer keeps the weights that it has.

    As ``apply`` does, it calls ``weights_init`` for the layer, then for the layer that it is inside, if
    any, and for the network. Every call
    finds every number of the layer at 7, and no numbers in the network's other weights, which so take
    no time.
    """

    def __init__(self, module: ModuleType, network: nn.Module, layer: nn.Module) -> None:
        self._initialise = module.weights_init
        own = set(own_parts(layer).values())
        around = [each for each in leaf_modules(network).values() if layer in [*each.children()]]
        self._parts = [*own_parts(layer).values(), *around, network]
        self._others = [
            (part.__dict__["_parameters"], key, weight)
            for part in network.modules()
            if part not in own
            for key, weight in part.__dict__["_parameters"].items()
            if weight is not None
        ]
        paths = {id(weight): path for path, weight in layer.named_parameters()}
        places = {
            name: paths[id(each)].rpartition(".") for name, each in own_weights(layer).items()
        }
        self._owners = {
            name: (layer.get_submodule(owner).__dict__["_parameters"], key)
            for name, (owner, _, key) in places.items()
        }
        self.present: Weights = {
            name: parameters[key] for name, (parameters, key) in self._owners.items()
        }

    def draw_one_by_one(self, draws: int) -> Weights:
        """Draws by one call each."""
        stacks = self._undrawn(draws)
        for draw in range(draws):
            given: Weights = {name: nn.Parameter(stack[draw]) for name, stack in stacks.items()}
            for name, drawn in self._draw_once(given, self._stand_ins()).items():
                if drawn.data_ptr() != given[name].data_ptr():  # the source replaced the parameter
                    stacks[name][draw] = drawn
        return stacks

    def draw_at_once(self, draws: int) -> Weights:
        """Draws by one call, in which ``torch.vmap`` shows tensors of the usual shapes.

        A source that cannot be vectorized draws by one call each.
        """
        if not draws:
            return self._undrawn(0)
        vectorized = torch.vmap(self._draw_once, randomness="different")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about speed
                stacks: Weights = vectorized(self._undrawn(draws), self._stand_ins(draws))
        except Exception:  # what the source raises itself, it raises again without ``torch.vmap``
            return self.draw_one_by_one(draws)
        return stacks

    def draw_more(self, name: str, step: int, draws: int) -> torch.Tensor:
        """Further draws of one tensor, of every ``step``-th index of its first axis."""
        return self.draw_at_once(draws)[name][:, ::step]

    def _draw_once(self, undrawn: Weights, stand_ins: list[torch.Tensor]) -> Weights:
        for name, (parameters, key) in self._owners.items():
            parameters[key] = undrawn[name]
        for (parameters, key, _), stand_in in zip(self._others, stand_ins, strict=True):
            parameters[key] = stand_in
        try:
            for part in self._parts:
                self._initialise(part)
            return {
                name: parameters[key].detach() for name, (parameters, key) in self._owners.items()
            }
        finally:
            for name, (parameters, key) in self._owners.items():
                parameters[key] = self.present[name]
            for parameters, key, weight in self._others:
                parameters[key] = weight

    def _stand_ins(self, *draws: int) -> list[torch.Tensor]:
        return [weight.new_empty((*draws, 0, *weight.shape[1:])) for _, _, weight in self._others]

    def _undrawn(self, draws: int) -> Weights:
        return {
            name: weight.detach().new_full((draws, *weight.shape), UNDRAWN_VALUE)
            for name, weight in self.present.items()
        }
