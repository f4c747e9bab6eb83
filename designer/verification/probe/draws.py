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
from designer.verification.probe.loading import own_weights

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


class _Drawing:
    """Draws a layer again; the layer keeps the weights that it has.

    Every call of ``weights_init`` finds every number at 7.
    """

    def __init__(self, module: ModuleType, network: nn.Module, layer: nn.Module) -> None:
        self._initialise = module.weights_init
        self._parts = [*layer.modules(), *([network] if isinstance(layer, nn.Embedding) else [])]
        places = [path.rpartition(".") for path, _ in layer.named_parameters()]
        self._owners = {
            name: (layer.get_submodule(owner).__dict__["_parameters"], key)
            for name, (owner, _, key) in zip(own_weights(layer), places, strict=True)
        }
        self.present: Weights = {
            name: parameters[key] for name, (parameters, key) in self._owners.items()
        }

    def draw_one_by_one(self, draws: int) -> Weights:
        """Draws by one call each."""
        stacks = self._undrawn(draws)
        for draw in range(draws):
            given: Weights = {name: nn.Parameter(stack[draw]) for name, stack in stacks.items()}
            for name, drawn in self._draw_once(given).items():
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
                stacks: Weights = vectorized(self._undrawn(draws))
        except Exception:  # what the source raises itself, it raises again without ``torch.vmap``
            return self.draw_one_by_one(draws)
        return stacks

    def draw_more(self, name: str, step: int, draws: int) -> torch.Tensor:
        """Further draws of one tensor, of every ``step``-th index of its first axis."""
        return self.draw_at_once(draws)[name][:, ::step].float()

    def _draw_once(self, undrawn: Weights) -> Weights:
        for name, (parameters, key) in self._owners.items():
            parameters[key] = undrawn[name]
        try:
            for part in self._parts:
                self._initialise(part)
            return {
                name: parameters[key].detach() for name, (parameters, key) in self._owners.items()
            }
        finally:
            for name, (parameters, key) in self._owners.items():
                parameters[key] = self.present[name]

    def _undrawn(self, draws: int) -> Weights:
        return {
            name: weight.detach().new_full((draws, *weight.shape), UNDRAWN_VALUE)
            for name, weight in self.present.items()
        }
