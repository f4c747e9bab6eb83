"""Laws that a layer obeys for any weights: adjointness, overlap, reach.

Measured in float64 on thin networks with random weights.
"""

from __future__ import annotations

from types import ModuleType

import torch
from torch import nn

from designer.validation.json_readers import JsonValue
from designer.verification.probe.loading import (
    TextFailed,
    build_network,
    forward_arguments,
    leaf_modules,
    random_input,
)

TorchConvolution = (
    nn.Conv1d | nn.Conv2d | nn.Conv3d | nn.ConvTranspose1d | nn.ConvTranspose2d | nn.ConvTranspose3d
)


def thin_network(module: ModuleType, network: dict[str, JsonValue], seed: int) -> nn.Module:
    """The thin network in float64, with random parameters and running statistics."""
    torch.default_generator.manual_seed(seed)
    model = build_network(module, network, "thin").double()
    with torch.no_grad():
        for weight in model.parameters():
            weight.copy_(torch.randn_like(weight) * 0.5 + 0.25)
        for name, buffer in model.named_buffers():
            if buffer.is_floating_point():
                noise = torch.rand_like(buffer)
                buffer.copy_(noise + 0.5 if name.endswith("var") else noise - 0.5)
    return model


def largest_difference(one: torch.Tensor, other: torch.Tensor) -> float | None:
    """Largest difference relative to the largest number of ``other``; None if the shapes differ."""
    if one.shape != other.shape:
        return None
    scale = max(float(other.abs().max()), 1e-300)
    return float((one - other).abs().max()) / scale


def convolution(network: nn.Module, name: str) -> TorchConvolution:
    """The convolution of that name, transposed or not.

    Raises:
        TextFailed: if the module of that name is not a convolution.
    """
    layer = network.get_submodule(name)
    if not isinstance(layer, TorchConvolution):
        raise TextFailed(f"{name} is a {type(layer).__name__}, not a convolution")
    return layer


def measure_adjoint_pairs(
    generator: nn.Module, discriminator: nn.Module, pairs: list[list[JsonValue]]
) -> dict[str, float | None]:
    """For each mirrored pair, |⟨Cx, y⟩ − ⟨x, Cᵀy⟩| / (‖Cx‖·‖y‖) with one weight for both."""
    found: dict[str, float | None] = {}
    for transposed_name, direct_name, small, large in pairs:
        transposed = convolution(generator, transposed_name)
        direct = convolution(discriminator, direct_name)
        with torch.no_grad():
            weight = torch.randn_like(transposed.weight)
            if direct.weight.shape != weight.shape:
                found[transposed_name] = None
                continue
            transposed.weight.copy_(weight)
            direct.weight.copy_(weight)
            x = torch.randn(1, transposed.out_channels, *large).double()
            y = torch.randn(1, transposed.in_channels, *small).double()
            found[transposed_name] = _adjoint_gap(_linear(direct, x), y, x, _linear(transposed, y))
    return found


def _linear(layer: TorchConvolution, value: torch.Tensor) -> torch.Tensor:
    """The output of a layer without its bias, which becomes zero."""
    if layer.bias is not None:
        layer.bias.zero_()
    output: torch.Tensor = layer(value)
    return output


def _adjoint_gap(
    cx: torch.Tensor, y: torch.Tensor, x: torch.Tensor, ct_y: torch.Tensor
) -> float | None:
    if cx.shape != y.shape or ct_y.shape != x.shape:
        return None
    left, right = (float(torch.vdot(a.flatten(), b.flatten())) for a, b in ((cx, y), (x, ct_y)))
    return abs(left - right) / max(float(cx.norm() * y.norm()), 1e-300)


def measure_overlap(model: nn.Module, network: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """For each transposed layer, its contributions: in total, and least and most per inner pixel.

    Measured by running the layer with weights and inputs of one.
    """
    found = {}
    for name, kind, settings in network["layers"]["thin"]:
        if kind.startswith("ConvTranspose"):
            layer = convolution(model, name)
            value = torch.ones(1, settings["in_channels"], *settings["input_size"]).double()
            with torch.no_grad():
                layer.weight.fill_(1.0)
                if layer.bias is not None:
                    layer.bias.zero_()
                contributions = layer(value)[0, 0] * settings["groups"] / value.shape[1]
            region = contributions[tuple(slice(*bounds) for bounds in settings["inner"])]
            inner = [int(region.min()), int(region.max())] if region.numel() else None
            found[name] = {"total": int(contributions.sum()), "inner": inner}
    return found


def count_unread_pixels(model: nn.Module, network: dict[str, JsonValue]) -> int:
    """Number of pixels on which the gradient of the discriminator's output is zero."""
    model.eval()
    value = random_input(network, "thin", 1, torch.float64).requires_grad_()
    before_last = []
    last = [layer for layer in leaf_modules(model).values() if hasattr(layer, "in_channels")][-1]
    handles = [last.register_forward_hook(lambda _, given, output: before_last.append(output))]
    for layer in leaf_modules(model).values():
        if "Norm" in type(layer).__name__:  # bypassed: it mixes all positions
            handles.append(layer.register_forward_hook(lambda _, given, output: given[0]))
    model(*forward_arguments(network, value))
    for handle in handles:
        handle.remove()
    (gradient,) = torch.autograd.grad(before_last[0].sum(), value)
    return int((gradient == 0).all(dim=1).sum())
