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
from designer.verification.probe.weights import FIXED_KERNEL

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
            if buffer.is_floating_point() and not name.endswith(FIXED_KERNEL):
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
                sized = {"output_size": settings["output_size"]} if "given_size" in settings else {}
                contributions = layer(value, **sized)[0, 0] * settings["groups"] / value.shape[1]
            region = contributions[tuple(slice(*bounds) for bounds in settings["inner"])]
            inner = [int(region.min()), int(region.max())] if region.numel() else None
            found[name] = {"total": int(contributions.sum()), "inner": inner}
    return found


def measure_gradient_overlap(model: nn.Module, network: dict[str, JsonValue]) -> list[list[float]]:
    """For each axis, the least and the largest gradient of a middle pixel, relative to their mean.

    The weights of a kernel are equal, and norms bypassed; all numbers are positive, so LeakyReLU changes none.
    """
    model.eval()
    with torch.no_grad():
        for name, tensor in [*model.named_parameters(), *model.named_buffers()]:
            if tensor.is_floating_point() and not name.endswith(FIXED_KERNEL):
                tensor.fill_(0.0 if name.endswith("bias") else 1 / max(1, tensor[:1].numel()))
    value = torch.ones(1, *network["input_shape"]["thin"]).double().requires_grad_()
    whole = _gradient_before_last(model, network, value)[0, 0]
    gradient = whole[tuple(slice(*ends) for ends in network["middle"])]
    found = []
    for axis, length in enumerate(gradient.shape):
        line = gradient.movedim(axis, 0).reshape(length, -1).sum(1)
        mean = float(line.mean()) or 1.0
        found.append([float(line.min()) / mean, float(line.max()) / mean])
    return found


def _gradient_before_last(
    model: nn.Module, network: dict[str, JsonValue], value: torch.Tensor
) -> torch.Tensor:
    """Gradient of the sum of the last convolution's output, with norms and self-attention bypassed."""
    before_last = []
    last = [layer for layer in leaf_modules(model).values() if _has_weights(layer)][-1]
    handles = [last.register_forward_hook(lambda _, given, output: before_last.append(output))]
    for layer in leaf_modules(model).values():
        if any(kind in type(layer).__name__ for kind in _MIXING):
            handles.append(layer.register_forward_hook(lambda _, given, output: given[0]))
    model(*forward_arguments(network, value))
    for handle in handles:
        handle.remove()
    (gradient,) = torch.autograd.grad(before_last[0].sum(), value)
    return gradient


_MIXING = ("Norm", "Attention")
"""Layers that mix all positions, by their classes."""


def _has_weights(layer: nn.Module) -> bool:
    return hasattr(layer, "in_channels") or hasattr(layer, "in_features")


def count_unread_pixels(model: nn.Module, network: dict[str, JsonValue]) -> int:
    """Number of pixels on which the gradient of the discriminator's output is zero.

    All numbers are positive, so that no ReLU stops a gradient and no two cancel.
    """
    model.eval()
    with torch.no_grad():
        for tensor in (*model.parameters(), *model.buffers()):
            tensor.abs_()
    value = random_input(network, "thin", 1, torch.float64).abs_().requires_grad_()
    gradient = _gradient_before_last(model, network, value)
    return int((gradient == 0).all(dim=1).sum())
