"""Distributions that ``weights_init`` draws, and whether a seed gives the same outputs again."""

from __future__ import annotations

from collections import Counter
from types import ModuleType

import torch
from torch import nn
from torch.nn.utils.parametrize import type_before_parametrizations

from designer.validation.json_readers import JsonValue
from designer.verification.probe.loading import (
    build_network,
    forward_arguments,
    leaf_modules,
    own_weights,
    random_input,
)

_ENOUGH_VALUES = 20_000
_MAX_ROUNDS = 4_000
_UNDRAWN_VALUE = 7.0


def initialise(module: ModuleType, network: nn.Module) -> None:
    """Set every weight to 7, so that undrawn ones show, and apply the source's ``weights_init``."""
    with torch.no_grad():
        for weight in network.parameters():
            weight.fill_(_UNDRAWN_VALUE)
    network.apply(module.weights_init)


def describe_initialisation(
    module: ModuleType, described: dict[str, JsonValue], network: nn.Module
) -> dict[str, JsonValue]:
    """Count, mean, deviation and share within one deviation, for each kind of weight.

    Layers with too few numbers for a comparison are initialized again until there are enough.
    """
    drawn: dict[str, list[torch.Tensor]] = {}
    counts = Counter[str]()
    copies = {network.get_submodule(name): n for name, n in described["copies"].items()}
    undersampled = list(leaf_modules(network).values())
    for _ in range(_MAX_ROUNDS):
        for layer in undersampled:
            for name, weight in own_weights(layer).items():
                role = _weight_role(layer, name)
                drawn.setdefault(role, []).append(_first_values(weight[:: copies.get(layer, 1)]))
                counts[role] += len(drawn[role][-1])
        enough = {role for role, count in counts.items() if _is_enough(role, count)}
        undersampled = [layer for layer in undersampled if not _weight_roles(layer) <= enough]
        if not undersampled:
            break
        for layer in undersampled:
            for part in layer.modules():
                module.weights_init(part)
        if any(isinstance(layer, nn.Embedding) for layer in undersampled):
            module.weights_init(network)
    return {
        role: _describe_distribution(torch.cat(pieces).double()) for role, pieces in drawn.items()
    }


def measure_icnr_copies(described: dict[str, JsonValue], network: nn.Module) -> dict[str, float]:
    """For each layer before a pixel shuffle, the largest difference of kernels drawn as copies."""
    found = {}
    for name, copies in described["copies"].items():
        weight = own_weights(network.get_submodule(name))["weight"].detach()
        alike = weight[::copies].repeat_interleave(copies, dim=0)
        found[name] = float((weight - alike).abs().max())
    return found


def _is_enough(role: str, count: int) -> bool:
    """Whether no further draw is needed; a bias is constant, so one draw suffices."""
    return count >= _ENOUGH_VALUES or role.endswith(" bias")


def _weight_roles(layer: nn.Module) -> set[str]:
    return {_weight_role(layer, name) for name in own_weights(layer)}


def _first_values(weight: torch.Tensor) -> torch.Tensor:
    return weight.detach().flatten()[:_ENOUGH_VALUES].clone()


def _weight_role(layer: nn.Module, name: str) -> str:
    if hasattr(layer, "in_channels"):
        return f"convolution {name}"
    kind = type_before_parametrizations(layer).__name__
    return f"norm {name}" if "Norm" in kind else f"{kind} {name}"


def _describe_distribution(numbers: torch.Tensor) -> dict[str, JsonValue]:
    mean, deviation = float(numbers.mean()), float(numbers.std(unbiased=False))
    near = float(((numbers - mean).abs() <= deviation).double().mean())
    return {"count": numbers.numel(), "mean": mean, "deviation": deviation, "near": near}


def is_repeatable(module: ModuleType, network: dict[str, JsonValue], seed: int) -> bool:
    """Whether building, initializing and running twice from one seed gives equal bits."""
    outputs = []
    for _ in range(2):
        torch.manual_seed(seed)
        model = build_network(module, network, "thin")
        model.apply(module.weights_init)
        with torch.no_grad():
            outputs.append(model(*forward_arguments(network, random_input(network, "thin", 1))))
    return bool(torch.equal(*outputs))
