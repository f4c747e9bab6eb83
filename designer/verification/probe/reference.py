"""Independent reference implementation of a design, layer by layer.

It uses no modules of torch.nn: transposed convolutions are computed as direct ones, norms and
activations by their formulas. Only the ``state_dict`` comes from the source's network.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from math import prod
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional

from designer.validation.json_readers import JsonValue
from designer.verification.probe.layer_laws import CONVOLVE, direct_convolution, largest_difference
from designer.verification.probe.loading import ForwardArguments, forward_arguments, random_input

StateDict = dict[str, torch.Tensor]


class Layer(NamedTuple):
    """A layer's settings and tensors, and whether the network is in training."""

    settings: dict[str, JsonValue]
    state: StateDict
    training: bool


def measure_reference_differences(
    model: nn.Module, network: dict[str, JsonValue]
) -> dict[str, float | None]:
    """Difference of the network from the reference, in training and evaluation, at batch 2."""
    found = {}
    for mode in ("eval", "train"):
        model.train(mode == "train")
        value = random_input(network, "thin", 2, torch.float64)
        state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
        given = forward_arguments(network, value)
        with torch.no_grad():
            expected = _compute(network, state, given, training=mode == "train")
            output = model(*given)
        found[mode] = largest_difference(output, expected.reshape(2, *network["output_shape"]))
    return found


def _compute(
    network: dict[str, JsonValue], state: StateDict, given: ForwardArguments, *, training: bool
) -> torch.Tensor:
    """The reference output for a value and, if the design takes them, labels."""
    rows = {name: (kind, settings) for name, kind, settings in network["layers"]["thin"]}

    def layer(name: str, value: torch.Tensor) -> torch.Tensor:
        kind, settings = rows[name]
        return _apply(kind, value, Layer(settings, _layer_state(state, name), training))

    value = given[0]
    if network["labels"] == "joined":
        vectors = layer("embedding", given[1])
        value = torch.cat([value, vectors.reshape(value.shape)], 1)
    for name in rows:
        if name.startswith("main."):
            value = layer(name, value)
    if network["labels"] != "projected":
        return value
    vectors = layer("embedding", given[1])
    match = layer("pool", torch.einsum("nc,nc...->n...", vectors, value).unsqueeze(1))
    score = layer("head", value) + match
    return layer("sigmoid", score) if "sigmoid" in rows else score


def _layer_state(state: StateDict, name: str) -> StateDict:
    return {
        key.removeprefix(f"{name}."): tensor
        for key, tensor in state.items()
        if key.startswith(f"{name}.")
    }


def _apply(kind: str, value: torch.Tensor, layer: Layer) -> torch.Tensor:
    if "spectral_norm" in layer.settings:
        layer = layer._replace(state=layer.state | {"weight": _spectrally_normalized(layer)})
    return next(c for start, c in _KINDS.items() if kind.startswith(start))(value, layer)


def _spectrally_normalized(layer: Layer) -> torch.Tensor:
    """A weight divided by its estimated largest singular value; in training after one iteration."""
    (step,) = layer.settings["spectral_norm"]
    weight = layer.state["parametrizations.weight.original"]
    rows = weight.reshape(len(weight), -1)
    left, right = (layer.state[f"parametrizations.weight.0._{side}"] for side in "uv")
    if layer.training:
        left = rows @ right
        left = left / max(float(left.norm()), step["eps"])
        right = rows.T @ left
        right = right / max(float(right.norm()), step["eps"])
    return weight / (left @ rows @ right)


def _transpose(value: torch.Tensor, layer: Layer) -> torch.Tensor:
    return direct_convolution(value, layer.state["weight"], layer.state.get("bias"), layer.settings)


def _convolve(value: torch.Tensor, layer: Layer) -> torch.Tensor:
    return CONVOLVE[value.dim() - 2](
        value,
        layer.state["weight"],
        layer.state.get("bias"),
        stride=layer.settings["stride"],
        padding=layer.settings["padding"],
        dilation=layer.settings["dilation"],
        groups=layer.settings["groups"],
    )


def _batch_norm(value: torch.Tensor, layer: Layer) -> torch.Tensor:
    mean, variance = layer.state["running_mean"], layer.state["running_var"]
    if layer.training:
        over = [0, *range(2, value.dim())]
        mean, variance = value.mean(over), value.var(over, unbiased=False)
    column = [1, -1] + [1] * (value.dim() - 2)
    scaled: torch.Tensor = value - mean.view(column)
    scaled = scaled / (variance.view(column) + float(layer.settings["eps"])).sqrt()
    return scaled * layer.state["weight"].view(column) + layer.state["bias"].view(column)


def _group_norm(value: torch.Tensor, layer: Layer) -> torch.Tensor:
    """Normalize each group of each sample; an instance norm has one group per channel."""
    groups = layer.settings.get("num_groups", value.shape[1])
    parts = value.reshape(len(value), groups, -1)
    centred = parts - parts.mean(2, keepdim=True)
    variance = (centred * centred).mean(2, keepdim=True)
    scaled = (centred / (variance + float(layer.settings["eps"])).sqrt()).reshape(value.shape)
    column = [1, -1] + [1] * (value.dim() - 2)
    return scaled * layer.state["weight"].view(column) + layer.state["bias"].view(column)


def _upsample(value: torch.Tensor, layer: Layer) -> torch.Tensor:
    """Pixel x reads ⌊x·i/o⌋; torch multiplies in the value's dtype, then rounds to float32."""
    for axis, (before, after) in enumerate(
        zip(layer.settings["input_size"], layer.settings["output_size"], strict=True), start=2
    ):
        scale = torch.tensor(before, dtype=value.dtype) / after
        source_pixels = (torch.arange(after, dtype=value.dtype) * scale).float().long()
        value = value.index_select(axis, source_pixels.clamp(max=before - 1))
    return value


def _shuffle(value: torch.Tensor, layer: Layer) -> torch.Tensor:
    """Channel c·pixels + k is the k-th pixel of channel c, counted with the last axis fastest."""
    sizes = list(zip(layer.settings["input_size"], layer.settings["output_size"], strict=True))
    factors = [after // before for before, after in sizes]
    pixels = list(product(*(range(factor) for factor in factors)))
    larger = value.new_zeros(len(value), value.shape[1] // len(pixels), *(o for _, o in sizes))
    for place, pixel in enumerate(pixels):
        strided = tuple(slice(k, None, r) for k, r in zip(pixel, factors, strict=True))
        larger[(slice(None), slice(None), *strided)] = value[:, place :: len(pixels)]
    return larger


def _crop(value: torch.Tensor, layer: Layer) -> torch.Tensor:
    cuts = [-cut for cut in layer.settings["padding"]]
    for axis, (first, last) in enumerate(zip(cuts[-2::-2], cuts[::-2], strict=True), start=2):
        value = value.narrow(axis, first, value.shape[axis] - first - last)
    return value


def _look_up(value: torch.Tensor, layer: Layer) -> torch.Tensor:
    chosen = functional.one_hot(value, layer.settings["num_embeddings"]).to(
        layer.state["weight"].dtype
    )
    return chosen @ layer.state["weight"]


def _average(value: torch.Tensor, layer: Layer) -> torch.Tensor:
    """An average pool as a convolution with equal taps."""
    axes = value.dim() - 2
    given = [layer.settings[name] for name in ("kernel_size", "stride", "padding")]
    taps, stride, padding = ([one] * axes if isinstance(one, int) else one for one in given)
    kernel = value.new_full((1, 1, *taps), 1 / prod(taps))
    return CONVOLVE[axes](value, kernel, stride=stride, padding=padding)


_KINDS: dict[str, Callable[[torch.Tensor, Layer], torch.Tensor]] = {
    "ConvTranspose": _transpose,
    "Conv": _convolve,
    "BatchNorm": _batch_norm,
    "InstanceNorm": _group_norm,
    "GroupNorm": _group_norm,
    "Upsample": _upsample,
    "PixelShuffle": _shuffle,
    "model.PixelShuffle": _shuffle,
    "ZeroPad": _crop,
    "Embedding": _look_up,
    "AvgPool": _average,
    "ReLU": lambda value, layer: value * (value > 0),
    "LeakyReLU": lambda value, layer: torch.where(
        value > 0, value, value * layer.settings["negative_slope"]
    ),
    "Tanh": lambda value, layer: 1 - 2 / ((2 * value).exp() + 1),
    "Sigmoid": lambda value, layer: 1 / (1 + (-value).exp()),
    "Identity": lambda value, layer: value,
}
"""The reference of each kind of layer, by the beginning of its class's name."""
