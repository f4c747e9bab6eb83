"""What ``weights_init`` draws, and whether the same seed gives the same numbers again."""

from __future__ import annotations

from collections import Counter
from types import ModuleType
from typing import Any

import torch
from torch import nn

from designer.probe.loading import build, leaves, random_input

Json = Any
_ENOUGH = 20_000
_MOST_ROUNDS = 4_000
_NOBODY_DRAWS = 7.0


def initialise(module: ModuleType, network: nn.Module) -> None:
    """Apply the text's ``weights_init`` to a network in which every weight was set to 7 before."""
    with torch.no_grad():
        for weight in network.parameters():
            weight.fill_(_NOBODY_DRAWS)
    network.apply(module.weights_init)


def describe_initialisation(module: ModuleType, network: nn.Module) -> dict[str, Json]:
    """Of each kind of weight in an initialised network: count, mean, deviation, share near it.

    Where there are too few numbers to tell, ``weights_init`` is called again for their layers.
    """
    drawn: dict[str, list[torch.Tensor]] = {}
    counts = Counter[str]()
    short = list(leaves(network).values())
    for _ in range(_MOST_ROUNDS):
        for layer in short:
            for name, weight in layer.named_parameters(recurse=False):
                role = _role(layer, name)
                drawn.setdefault(role, []).append(_some(weight))
                counts[role] += len(drawn[role][-1])
        enough = {role for role, count in counts.items() if count >= _ENOUGH}
        short = [layer for layer in short if not _roles(layer) <= enough]
        if not short:
            break
        for layer in short:
            module.weights_init(layer)
    return {role: _describe(torch.cat(pieces).double()) for role, pieces in drawn.items()}


def _roles(layer: nn.Module) -> set[str]:
    return {_role(layer, name) for name, _ in layer.named_parameters(recurse=False)}


def _some(weight: torch.Tensor) -> torch.Tensor:
    return weight.detach().flatten()[:_ENOUGH].clone()


def _role(layer: nn.Module, name: str) -> str:
    if hasattr(layer, "in_channels"):
        return f"convolution {name}"
    return f"norm {name}" if "Norm" in type(layer).__name__ else f"{type(layer).__name__} {name}"


def _describe(numbers: torch.Tensor) -> dict[str, Json]:
    mean, deviation = float(numbers.mean()), float(numbers.std(unbiased=False))
    near = float(((numbers - mean).abs() <= deviation).double().mean())
    return {"count": numbers.numel(), "mean": mean, "deviation": deviation, "near": near}


def repeats(module: ModuleType, network: dict[str, Json], seed: int) -> bool:
    """Whether building, initialising and running twice from one seed gives equal bits."""
    outputs = []
    for _ in range(2):
        torch.manual_seed(seed)
        made = build(module, network, "thin")
        made.apply(module.weights_init)
        with torch.no_grad():
            outputs.append(made(random_input(network, "thin", 2)))
    return bool(torch.equal(*outputs))
