"""Each kind of layer by its formula, without torch.nn and without torch's norms and activations.

A layer is a function of its input and of a ``Layer``: its settings under torch's names, its tensors,
its mode.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import NamedTuple

import torch

from designer.validation.json_readers import JsonValue
from designer.verification.probe.activations import leaky_relu, sigmoid, tanh
from designer.verification.probe.transposed_convolution import (
    CONVOLVE,
    interleave,
    transposed_convolution,
)

State = dict[str, torch.Tensor]
"""Tensors by name: parameters and buffers."""


class Layer(NamedTuple):
    """A layer's settings and tensors, and whether the network is in training.

    A layer in training writes the buffers that it changes into ``updated``.
    """

    settings: dict[str, JsonValue]
    state: State
    training: bool
    updated: State


LayerFunction = Callable[[torch.Tensor, Layer], torch.Tensor]


def _transpose(value: torch.Tensor, layer: Layer) -> torch.Tensor:
    state = layer.state
    return transposed_convolution(value, state["weight"], state.get("bias"), layer.settings)


def convolve(value: torch.Tensor, layer: Layer) -> torch.Tensor:
    """A convolution, the one operation that the formulas take from torch."""
    return CONVOLVE[value.dim() - 2](
        value,
        layer.state["weight"],
        layer.state.get("bias"),
        stride=layer.settings["stride"],
        padding=layer.settings["padding"],
        dilation=layer.settings["dilation"],
        groups=layer.settings["groups"],
    )


def interpolate_up(value: torch.Tensor, layer: Layer) -> torch.Tensor:
    """A transposed convolution of each channel by itself, with the kernel of the layer."""
    kernel, axes = layer.state["kernel"], value.dim() - 2
    settings = {**layer.settings, "groups": value.shape[1], "dilation": [1] * axes}
    kernels = kernel.expand(value.shape[1], 1, *kernel.shape)
    return transposed_convolution(value, kernels, None, settings)


def interpolate_down(value: torch.Tensor, layer: Layer) -> torch.Tensor:
    """A convolution of each channel by itself, with the kernel of the layer."""
    kernel = layer.state["kernel"]
    kernels = kernel.expand(value.shape[1], 1, *kernel.shape)
    names = ("stride", "padding")
    given = {name: layer.settings[name] for name in names}
    return CONVOLVE[value.dim() - 2](value, kernels, groups=value.shape[1], **given)


def scale_basis(value: torch.Tensor, layer: Layer) -> torch.Tensor:
    """Each position of the learned map times the number of its channel."""
    return value * layer.state["weight"]


SINGULAR_VECTORS = tuple(f"parametrizations.weight.0._{side}" for side in "uv")
"""Names of the buffers of a spectral norm: the left and the right vector."""


def _spectrally_normalized(weight: torch.Tensor, layer: Layer) -> torch.Tensor:
    """A weight divided by its estimated largest singular value; in training after one iteration."""
    (step,) = layer.settings["spectral_norm"]
    rows = weight.reshape(len(weight), -1)
    left, right = (layer.state[name] for name in SINGULAR_VECTORS)
    if layer.training:
        with torch.no_grad():
            left = rows @ right
            left = left / left.norm().clamp(min=step["eps"])
            right = rows.T @ left
            right = right / right.norm().clamp(min=step["eps"])
        layer.updated.update(zip(SINGULAR_VECTORS, (left, right), strict=True))
    return weight / (left @ rows @ right)


def _batch_norm(value: torch.Tensor, layer: Layer) -> torch.Tensor:
    mean, variance = layer.state["running_mean"], layer.state["running_var"]
    if layer.training:
        over = [0, *range(2, value.dim())]
        momentum, batch = layer.settings["momentum"], value.detach()
        for name, old, new in (
            ("running_mean", mean, batch.mean(over)),
            ("running_var", variance, batch.var(over, unbiased=True)),
        ):
            layer.updated[name] = (1 - momentum) * old + momentum * new
        layer.updated["num_batches_tracked"] = layer.state["num_batches_tracked"] + 1
        mean = value.mean(over)
    centred = value - _column(mean, value)
    if layer.training:
        variance = centred.var(over, unbiased=False)
    scale = 1 / (variance + float(layer.settings["eps"])).sqrt()
    if not layer.settings["affine"]:
        return centred * _column(scale, value)
    scale = scale * layer.state["weight"]
    return centred * _column(scale, value) + _column(layer.state["bias"], value)


def _group_norm(value: torch.Tensor, layer: Layer) -> torch.Tensor:
    """Normalize each group of each sample; an instance norm has one group per channel."""
    groups = layer.settings.get("num_groups", value.shape[1])
    parts = value.reshape(len(value), groups, -1)
    centred = parts - parts.mean(2, keepdim=True)
    variance = (centred * centred).mean(2, keepdim=True)
    scaled = (centred / (variance + float(layer.settings["eps"])).sqrt()).reshape(value.shape)
    return _scale_and_shift(scaled, layer)


def _scale_and_shift(value: torch.Tensor, layer: Layer) -> torch.Tensor:
    return value * _column(layer.state["weight"], value) + _column(layer.state["bias"], value)


def _column(channels: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
    """One number per channel, to be combined with a map."""
    return channels.view([1, -1] + [1] * (value.dim() - 2))


def _upsample(value: torch.Tensor, layer: Layer) -> torch.Tensor:
    """Pixel x reads ⌊x·i/o⌋, as torch computes it."""
    for axis, (before, after) in enumerate(
        zip(layer.settings["input_size"], layer.settings["output_size"], strict=True), start=2
    ):
        read = _source_pixels(before, after, value.dtype)
        derived = _source_pixels(before, after, torch.float32)
        repeated = value.index_select(axis, read)
        if not torch.equal(read, derived):
            with_gradient = value.index_select(axis, derived)
            repeated = repeated.detach() + with_gradient - with_gradient.detach()
        value = repeated
    return value


def _source_pixels(before: int, after: int, dtype: torch.dtype) -> torch.Tensor:
    """Torch multiplies in the map's dtype, then rounds to float32; its derivative uses float32.

    So where x·i/o is an integer, an output in float64 and its derivative may be of two pixels: with
    factors 41, 47, 55 and others of torch 2.13.
    """
    scale = torch.tensor(before, dtype=dtype) / after
    return (torch.arange(after, dtype=dtype) * scale).float().long().clamp(max=before - 1)


def shuffle(value: torch.Tensor, layer: Layer) -> torch.Tensor:
    """Channel c·pixels + k is the k-th pixel of channel c, counted with the last axis fastest."""
    sizes = list(zip(layer.settings["input_size"], layer.settings["output_size"], strict=True))
    factors = [after // before for before, after in sizes]
    channels = value.reshape(len(value), -1, prod(factors), *value.shape[2:])
    pieces = list(channels.unbind(2))  # differentiated as one map
    return interleave(pieces, factors, [i for i, _ in sizes], [o for _, o in sizes])


def crop(value: torch.Tensor, layer: Layer) -> torch.Tensor:
    """Negative padding: positions cut at both ends of each axis."""
    cuts = [-cut for cut in layer.settings["padding"]]
    for axis, (first, last) in enumerate(zip(cuts[-2::-2], cuts[::-2], strict=True), start=2):
        value = value.narrow(axis, first, value.shape[axis] - first - last)
    return value


def _look_up(labels: torch.Tensor, layer: Layer) -> torch.Tensor:
    return layer.state["weight"][labels]


def _average(value: torch.Tensor, layer: Layer) -> torch.Tensor:
    """An average pool as a convolution of each channel with equal taps."""
    axes, channels = value.dim() - 2, value.shape[1]
    given = [layer.settings[name] for name in ("kernel_size", "stride", "padding")]
    taps, stride, padding = ([one] * axes if isinstance(one, int) else one for one in given)
    kernel = value.new_full((channels, 1, *taps), 1 / prod(taps))
    return CONVOLVE[axes](value, kernel, stride=stride, padding=padding, groups=channels)


def _multiply(value: torch.Tensor, layer: Layer) -> torch.Tensor:
    """A linear map as one sum of products for each output."""
    products = torch.einsum("ni,oi->no", value, layer.state["weight"])
    return products if "bias" not in layer.state else products + layer.state["bias"]


def unflatten(value: torch.Tensor, layer: Layer) -> torch.Tensor:
    """A vector as a map, the last axis fastest."""
    return value.reshape(len(value), *layer.settings["unflattened_size"])


def sum_positions(value: torch.Tensor, layer: Layer) -> torch.Tensor:
    """One number for each channel."""
    return value.reshape(*value.shape[:2], -1).sum(2)


def _attend(value: torch.Tensor, layer: Layer) -> torch.Tensor:
    """For each position, the mean of pooled values by the shares e^(θ·φ) of pooled keys in their sum."""
    queries = layer.state["theta"].reshape(len(value), -1, prod(value.shape[2:]))
    keys, values = (_largest_of_pairs(layer.state[name]) for name in ("phi", "g"))
    scores = torch.einsum("ncq,nck->nqk", queries, keys)
    powers = (scores - scores.detach().amax(2, keepdim=True)).exp()
    sums = powers.sum(2)
    mixed = torch.einsum("nck,nqk->ncq", values, powers) / sums[:, None]
    return mixed.reshape(len(value), -1, *value.shape[2:])


def _largest_of_pairs(value: torch.Tensor) -> torch.Tensor:
    """The larger of two neighbors along each axis of at least two positions, in one row."""
    for axis in range(2, value.dim()):
        pairs = value.shape[axis] // 2
        if pairs:
            first, second = (value.narrow(axis, start, 2 * pairs - 1) for start in (0, 1))
            places = torch.arange(0, 2 * pairs, 2)
            first, second = (each.index_select(axis, places) for each in (first, second))
            value = torch.where(second > first, second, first)
    return value.reshape(*value.shape[:2], -1)


def add_gained(value: torch.Tensor, layer: Layer) -> torch.Tensor:
    """The input of a self-attention, plus its gain times what was read."""
    return layer.state["input"] + layer.state["gain"] * value


def _by_label(value: torch.Tensor, layer: Layer) -> torch.Tensor:
    """Each channel of each sample times its gain, plus its bias, as one product of a matrix for each sample."""
    gains, biases = (layer.state[name] for name in ("gains", "biases"))
    rows = value.reshape(*value.shape[:2], -1)
    mixed = torch.einsum("nc,ncp->ncp", gains, rows) + biases.unsqueeze(2)
    return mixed.reshape(value.shape)


FORMULAS: dict[str, LayerFunction] = {
    "ConvTranspose": _transpose,
    "Conv": convolve,
    "BatchNorm": _batch_norm,
    "InstanceNorm": _group_norm,
    "GroupNorm": _group_norm,
    "Upsample": _upsample,
    "PixelShuffle": shuffle,
    "model.PixelShuffle": shuffle,
    "ZeroPad": crop,
    "Embedding": _look_up,
    "AvgPool": _average,
    "ReLU": lambda value, layer: leaky_relu(value, 0.0),
    "LeakyReLU": lambda value, layer: leaky_relu(value, layer.settings["negative_slope"]),
    "Tanh": lambda value, layer: tanh(value),
    "Sigmoid": lambda value, layer: sigmoid(value),
    "Identity": lambda value, layer: value,
    "Linear": _multiply,
    "Flatten": lambda value, layer: value.reshape(len(value), -1),
    "Unflatten": unflatten,
    "model.SumPool": sum_positions,
    "model.Basis": scale_basis,
    "model.InterpolatingUpsample": interpolate_up,
    "model.InterpolatingDownsample": interpolate_down,
    "SpectralNorm": _spectrally_normalized,
    "Attend": _attend,
    "model.Attention": add_gained,
    "model.ConditionalBatchNorm": _by_label,
}
"""The formula of each kind of layer, by the beginning of its class's name.

Of a spectral norm, of a weight; of what self-attention and conditional norms read, of the outputs of their parts.
"""
