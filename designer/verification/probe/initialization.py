"""What ``weights_init`` draws, and whether the same seed gives the same numbers again."""

from __future__ import annotations

from collections import Counter
from types import ModuleType
from typing import Any

import torch
from torch import nn
from torch.nn.utils.parametrize import type_before_parametrizations

from designer.verification.probe.loading import build, inputs, leaves, own_weights, random_input

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


def describe_initialisation(
    module: ModuleType, described: dict[str, Json], network: nn.Module
) -> dict[str, Json]:
    """Of each kind of weight in an initialised network: count, mean, deviation, share near it.

    Where there are too few numbers to tell, ``weights_init`` is called again for their layers.
    """
    drawn: dict[str, list[torch.Tensor]] = {}
    counts = Counter[str]()
    copies = {network.get_submodule(name): n for name, n in described["copies"].items()}
    short = list(leaves(network).values())
    for _ in range(_MOST_ROUNDS):
        for layer in short:
            for name, weight in own_weights(layer).items():
                role = _role(layer, name)
                drawn.setdefault(role, []).append(_some(weight[:: copies.get(layer, 1)]))
                counts[role] += len(drawn[role][-1])
        enough = {role for role, count in counts.items() if _is_enough(role, count)}
        short = [layer for layer in short if not _roles(layer) <= enough]
        if not short:
            break
        for layer in short:
            for part in layer.modules():
                module.weights_init(part)
        if any(isinstance(layer, nn.Embedding) for layer in short):
            module.weights_init(network)
    return {role: _describe(torch.cat(pieces).double()) for role, pieces in drawn.items()}


def pixels_apart(described: dict[str, Json], network: nn.Module) -> dict[str, float]:
    """For each layer before a shuffle, how far apart its kernels for the pixels of one are."""
    found = {}
    for name, copies in described["copies"].items():
        weight = own_weights(network.get_submodule(name))["weight"].detach()
        alike = weight[::copies].repeat_interleave(copies, dim=0)
        found[name] = float((weight - alike).abs().max())
    return found


def _is_enough(role: str, count: int) -> bool:
    """A bias is zero or it is not: once is enough."""
    return count >= _ENOUGH or role.endswith(" bias")


def _roles(layer: nn.Module) -> set[str]:
    return {_role(layer, name) for name in own_weights(layer)}


def _some(weight: torch.Tensor) -> torch.Tensor:
    return weight.detach().flatten()[:_ENOUGH].clone()


def _role(layer: nn.Module, name: str) -> str:
    if hasattr(layer, "in_channels"):
        return f"convolution {name}"
    kind = type_before_parametrizations(layer).__name__
    return f"norm {name}" if "Norm" in kind else f"{kind} {name}"


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
            outputs.append(made(*inputs(network, random_input(network, "thin", 2))))
    return bool(torch.equal(*outputs))
