"""The modules, parameters and buffers of a network, by name."""

from __future__ import annotations

from typing import NamedTuple

from torch import nn

from designer.verification.probe.algebra import State


class NetworkParts(NamedTuple):
    """Modules, parameters and buffers in the order and under the names of torch, each once."""

    modules: dict[str, nn.Module]
    weights: State
    buffers: State


def parts_of(model: nn.Module) -> NetworkParts:
    """The parts of a network, from one walk that calls no method of its classes.

    >>> parts = parts_of(nn.Sequential(nn.Conv1d(2, 3, 4), nn.BatchNorm1d(3)))
    >>> [*parts.modules], [*parts.weights]
    (['', '0', '1'], ['0.weight', '0.bias', '1.weight', '1.bias'])
    >>> [*parts.buffers]
    ['1.running_mean', '1.running_var', '1.num_batches_tracked']
    """
    parts = NetworkParts({}, {}, {})
    _add_module(parts, "", model, set())
    return parts


def _add_module(parts: NetworkParts, name: str, module: nn.Module, seen: set[int]) -> None:
    if id(module) in seen:
        return
    seen.add(id(module))
    parts.modules[name] = module
    start = f"{name}." if name else ""
    for found, own in ((parts.weights, module._parameters), (parts.buffers, module._buffers)):
        for key, tensor in own.items():
            if tensor is not None and id(tensor) not in seen:
                seen.add(id(tensor))
                found[start + key] = tensor
    for key, child in module._modules.items():
        if child is not None:
            _add_module(parts, start + key, child, seen)
