"""Extents of gradients and their values, as torch computes them in networks without norms and activations."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from designer.networks import Gan, Network, PlacedPaths, receptive_fields
from tests.networks.network_factory import module_of


def linear_network(gan: Gan, network: Network) -> nn.Module:
    """The built network in double precision, its norms, activations and attention left out."""
    module = module_of(gan)
    module.spectral_norm = lambda layer: layer  # type: ignore[attr-defined]
    built: nn.Module = getattr(module, network.class_name)().double()
    for name, layer in [*built.named_modules()]:
        kind = type(layer).__name__
        if "Norm" in kind or kind in ("ReLU", "LeakyReLU", "Tanh", "Sigmoid", "Attention"):
            place, _, child = name.rpartition(".")
            setattr(built.get_submodule(place), child, nn.Identity())
    for tensor in built.parameters():
        nn.init.uniform_(tensor, 0.5, 1.5)
    return built


def map_outputs(
    built: nn.Module, network: Network, start: str
) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """A map in place of a module's output, or of the network's input, and the maps after it by name."""
    found: dict[str, torch.Tensor] = {}
    given: list[torch.Tensor] = []

    def note(name: str, output: torch.Tensor) -> torch.Tensor | None:
        if name == start:
            given.append(torch.zeros_like(output, requires_grad=True))
            return given[0]
        if given and output.dim() > 2:
            found[name] = output
        return None

    for name, module in built.named_modules():
        module.register_forward_hook(lambda _, __, output, name=name: note(name, output))
    value = torch.zeros(1, *network.input_map.shape, dtype=torch.float64, requires_grad=True)
    if not start:
        given.append(value)
    built(value)
    return given[0], found


def inner_extent(output: torch.Tensor, value: torch.Tensor, axis: int) -> int:
    """The widest extent of a gradient along an axis that reaches neither border."""
    total = output[0].sum(0)
    middle, side = [length // 2 for length in total.shape], total.shape[axis]
    few = len(middle) == 3  # the chain of three axes is even: a few positions show all phases
    widest = 0
    for position in range(side // 2 - 2, side // 2 + 3) if few else range(side):
        index = tuple(position if a == axis else at for a, at in enumerate(middle))
        (gradient,) = torch.autograd.grad(total[index], value, retain_graph=True)
        seen = gradient[0].abs().sum(0).nonzero()[:, axis]
        if len(seen) and seen.min() > 0 and seen.max() < value.shape[axis + 2] - 1:
            widest = max(widest, int(seen.max() - seen.min()) + 1)
    return widest


def assert_network_fields(gan: Gan, network: Network, start: str) -> int:
    """Predicted and measured fields agree for every map, on every axis; the number of comparisons."""
    names = [placed.name for placed in network.placed_modules]
    fields = dict(zip(names, receptive_fields(network), strict=True))
    for entry in network.main:
        if isinstance(entry, PlacedPaths):
            fields[entry.name] = fields[entry.body[-1].name]
    value, outputs = map_outputs(linear_network(gan, network), network, start)
    compared, extents = 0, {}
    for name, output in outputs.items():
        field = fields.get(name)
        for axis, side in enumerate(value.shape[2:]):
            if field is not None and field[axis] <= side // 2:
                place = (output.data_ptr(), axis)  # what is left out gives the map before it
                if place not in extents:
                    extents[place] = inner_extent(output, value, axis)
                assert extents[place] == field[axis], (name, axis)
                compared += 1
    return compared


def torch_pixel_gradients(gan: Gan, network: Network, divided: bool) -> np.ndarray:
    """The gradient of each pixel from a sum over the map before the head, one channel of it."""
    built = linear_network(gan, network)
    for layer in built.modules():
        weight = getattr(layer, "weight", None)
        if isinstance(weight, nn.Parameter) and weight.dim() > 2:
            kernels = len(weight) if divided else 1
            nn.init.constant_(weight, 1 / (weight[0].numel() * kernels))
    value = torch.ones(1, *network.input_map.shape, dtype=torch.float64, requires_grad=True)
    last: list[torch.Tensor] = []
    head = next(m for m in built.modules() if type(m).__name__ in ("SumPool", "Flatten"))
    head.register_forward_hook(lambda _, given, __: last.append(given[0]))
    built(value, *[torch.zeros(1, dtype=torch.int64)] * network.takes_labels)
    (gradient,) = torch.autograd.grad(last[0].sum(), value)
    found: np.ndarray = gradient[0, 0].numpy()
    return found
