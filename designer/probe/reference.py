"""The design computed by the book, layer by layer, to hold the text's networks against.

Nothing of torch.nn is used: transposed convolutions as direct ones, norms and activations by their
formulas. Only the numbers come from the text's network: its ``state_dict``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from designer.probe.algebra import CONVOLVE, direct_convolution, largest_difference
from designer.probe.loading import random_input

Json = Any
State = dict[str, torch.Tensor]


def differences(made: nn.Module, network: dict[str, Json]) -> dict[str, float | None]:
    """How far the network is from the design, in training and in evaluation, at batch 2."""
    found = {}
    for mode in ("eval", "train"):
        made.train(mode == "train")
        value = random_input(network, "thin", 2, torch.float64)
        state = {name: tensor.clone() for name, tensor in made.state_dict().items()}
        with torch.no_grad():
            expected = value
            for name, kind, settings in network["layers"]["thin"]:
                expected = _apply(kind, settings, _of(state, name), expected, mode == "train")
            output = made(value)
        found[mode] = largest_difference(output, expected.reshape(2, *network["output_shape"]))
    return found


def _of(state: State, name: str) -> State:
    return {
        key.removeprefix(f"{name}."): tensor
        for key, tensor in state.items()
        if key.startswith(f"{name}.")
    }


def _apply(
    kind: str, settings: dict[str, Json], state: State, value: torch.Tensor, training: bool
) -> torch.Tensor:
    if kind.startswith("ConvTranspose"):
        return direct_convolution(value, state["weight"], state.get("bias"), settings)
    if kind.startswith("Conv"):
        return CONVOLVE[value.dim() - 2](
            value,
            state["weight"],
            state.get("bias"),
            stride=settings["stride"],
            padding=settings["padding"],
            dilation=settings["dilation"],
            groups=settings["groups"],
        )
    if kind.startswith("BatchNorm"):
        return _batch_norm(settings, state, value, training)
    return _ACTIVATIONS[kind](value, settings)


def _batch_norm(
    settings: dict[str, Json], state: State, value: torch.Tensor, training: bool
) -> torch.Tensor:
    mean, variance = state["running_mean"], state["running_var"]
    if training:
        over = [0, *range(2, value.dim())]
        mean, variance = value.mean(over), value.var(over, unbiased=False)
    column = [1, -1] + [1] * (value.dim() - 2)
    scaled: torch.Tensor = value - mean.view(column)
    scaled = scaled / (variance.view(column) + float(settings["eps"])).sqrt()
    return scaled * state["weight"].view(column) + state["bias"].view(column)


_ACTIVATIONS: dict[str, Callable[[torch.Tensor, dict[str, Json]], torch.Tensor]] = {
    "ReLU": lambda value, settings: value * (value > 0),
    "LeakyReLU": lambda value, settings: torch.where(
        value > 0, value, value * settings["negative_slope"]
    ),
    "Tanh": lambda value, settings: 1 - 2 / ((2 * value).exp() + 1),
    "Sigmoid": lambda value, settings: 1 / (1 + (-value).exp()),
    "Identity": lambda value, settings: value,
}
