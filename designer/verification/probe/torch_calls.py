"""Each kind of layer as a call of torch's functional interface, for runs at any width.

Where torch has no function of its own (a pixel shuffle on other than two axes), the formula of
``algebra`` is used. Otherwise every number is rounded as the modules round it: in float32, one rounding
moves an input across the kink of a rectifier, and a gradient changes by far more than roundings.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch.nn import functional

from designer.verification.probe.algebra import (
    SINGULAR_VECTORS,
    Layer,
    LayerFunction,
    add_gained,
    convolve,
    interpolate_down,
    scale_basis,
    shuffle,
    sum_positions,
    unflatten,
)

_TRANSPOSE: dict[int, Callable[..., torch.Tensor]] = {
    1: functional.conv_transpose1d,
    2: functional.conv_transpose2d,
    3: functional.conv_transpose3d,
}
_AVERAGE: dict[int, Callable[..., torch.Tensor]] = {
    1: functional.avg_pool1d,
    2: functional.avg_pool2d,
    3: functional.avg_pool3d,
}


def _transpose(value: torch.Tensor, layer: Layer) -> torch.Tensor:
    names = ("stride", "padding", "output_padding", "groups", "dilation")
    settings = {name: layer.settings[name] for name in names}
    weight, bias = layer.state["weight"], layer.state.get("bias")
    return _TRANSPOSE[value.dim() - 2](value, weight, bias, **settings)


def _interpolate_up(value: torch.Tensor, layer: Layer) -> torch.Tensor:
    kernel, channels = layer.state["kernel"], value.shape[1]
    kernels = kernel.expand(channels, 1, *kernel.shape)
    given = {name: layer.settings[name] for name in ("stride", "padding", "output_padding")}
    return _TRANSPOSE[value.dim() - 2](value, kernels, groups=channels, **given)


def _batch_norm(value: torch.Tensor, layer: Layer) -> torch.Tensor:
    mean, variance = layer.state["running_mean"], layer.state["running_var"]
    if layer.training:
        mean, variance = mean.clone(), variance.clone()
        tracked = layer.state["num_batches_tracked"] + 1
        layer.updated.update(running_mean=mean, running_var=variance, num_batches_tracked=tracked)
    return functional.batch_norm(
        value,
        mean,
        variance,
        layer.state.get("weight"),
        layer.state.get("bias"),
        training=layer.training,
        momentum=layer.settings["momentum"],
        eps=layer.settings["eps"],
    )


def _instance_norm(value: torch.Tensor, layer: Layer) -> torch.Tensor:
    weight, bias = layer.state["weight"], layer.state["bias"]
    return functional.instance_norm(value, weight=weight, bias=bias, eps=layer.settings["eps"])


def _group_norm(value: torch.Tensor, layer: Layer) -> torch.Tensor:
    weight, bias = layer.state["weight"], layer.state["bias"]
    groups, eps = layer.settings["num_groups"], layer.settings["eps"]
    return functional.group_norm(value, groups, weight, bias, eps)


def _upsample(value: torch.Tensor, layer: Layer) -> torch.Tensor:
    factor = layer.settings["scale_factor"]
    size = None if factor is not None else tuple(layer.settings["size"])
    scale = tuple(factor) if isinstance(factor, list) else factor
    return functional.interpolate(value, size=size, scale_factor=scale, mode="nearest")


def _average(value: torch.Tensor, layer: Layer) -> torch.Tensor:
    names = ("kernel_size", "stride", "padding")
    return _AVERAGE[value.dim() - 2](value, *(layer.settings[name] for name in names))


def _spectrally_normalized(weight: torch.Tensor, layer: Layer) -> torch.Tensor:
    (step,) = layer.settings["spectral_norm"]
    rows = weight.flatten(1)
    left, right = (layer.state[name] for name in SINGULAR_VECTORS)
    if layer.training:
        with torch.no_grad():
            left = functional.normalize(torch.mv(rows, right), dim=0, eps=step["eps"])
            right = functional.normalize(torch.mv(rows.H, left), dim=0, eps=step["eps"])
        layer.updated.update(zip(SINGULAR_VECTORS, (left, right), strict=True))
    return weight / torch.vdot(left, torch.mv(rows, right))


_LARGEST: dict[int, Callable[..., torch.Tensor]] = {
    1: functional.max_pool1d,
    2: functional.max_pool2d,
    3: functional.max_pool3d,
}


def _attend(value: torch.Tensor, layer: Layer) -> torch.Tensor:
    sides = value.shape[2:]
    window = [min(2, side) for side in sides]
    keys, values = (_LARGEST[len(sides)](layer.state[name], window) for name in ("phi", "g"))
    queries = layer.state["theta"].flatten(2).transpose(1, 2)
    shares = (queries @ keys.flatten(2)).softmax(2)
    mixed = values.flatten(2) @ shares.transpose(1, 2)
    return mixed.reshape(*mixed.shape[:2], *sides)


def _by_label(value: torch.Tensor, layer: Layer) -> torch.Tensor:
    shape = [*value.shape[:2], *[1] * (value.dim() - 2)]
    gains, biases = (layer.state[name].view(shape) for name in ("gains", "biases"))
    return gains * value + biases


CALLS: dict[str, LayerFunction] = {
    "ConvTranspose": _transpose,
    "Conv": convolve,
    "BatchNorm": _batch_norm,
    "InstanceNorm": _instance_norm,
    "GroupNorm": _group_norm,
    "Upsample": _upsample,
    "PixelShuffle": shuffle,
    "model.PixelShuffle": shuffle,
    "ZeroPad": lambda value, layer: functional.pad(value, layer.settings["padding"]),
    "Embedding": lambda labels, layer: functional.embedding(labels, layer.state["weight"]),
    "AvgPool": _average,
    "ReLU": lambda value, layer: functional.relu(value),
    "LeakyReLU": lambda value, layer: functional.leaky_relu(
        value, layer.settings["negative_slope"]
    ),
    "Tanh": lambda value, layer: value.tanh(),
    "Sigmoid": lambda value, layer: value.sigmoid(),
    "Identity": lambda value, layer: value,
    "Linear": lambda value, layer: functional.linear(
        value, layer.state["weight"], layer.state.get("bias")
    ),
    "Flatten": lambda value, layer: value.flatten(1),
    "Unflatten": unflatten,
    "model.SumPool": sum_positions,
    "model.Basis": scale_basis,
    "model.InterpolatingUpsample": _interpolate_up,
    "model.InterpolatingDownsample": interpolate_down,
    "SpectralNorm": _spectrally_normalized,
    "Attend": _attend,
    "model.Attention": add_gained,
    "model.ConditionalBatchNorm": _by_label,
}
"""Torch's function for each kind of layer, by the beginning of its class's name."""
