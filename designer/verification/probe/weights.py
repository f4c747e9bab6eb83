"""Weights for which every map lies in the useful range of the activation after it.

With the weights of a first training step, a thin network's outputs saturate or vanish, and a fault
would not show. So each layer's weights are scaled, by its output on a batch or by its fan-in.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import pairwise
from math import prod, sqrt
from typing import NamedTuple

import torch
from torch import nn

from designer.validation.json_readers import JsonValue
from designer.verification.probe.algebra import Layer, LayerFunction, State
from designer.verification.probe.loading import ForwardArguments
from designer.verification.probe.network_parts import parts_of
from designer.verification.probe.reference import (
    LayerRow,
    ReferenceNetwork,
    apply_layer,
    layer_states,
)
from designer.verification.probe.tensor_sample import largest_number

CONDITIONAL_NORM = "model.ConditionalBatchNorm"
"""The class of a norm that reads labels."""

FIXED_KERNEL = "kernel"
"""The name of a buffer that is no statistic: the weights of an interpolation."""

_LARGEST = 3.0
"""Largest output of a scaled layer: tanh has a slope of 0.0099 there, a sigmoid of 0.045."""

_LARGEST_AFTER_SHORTCUTS = 0.3

_LARGEST_AFTER_ATTENTION = 0.1
"""Self-attention adds what is rare once more."""

_PERIOD = 65_521
"""A prime number: no two kernels of a layer have the same numbers in the same places."""

_RECTIFIER_GAIN = 2.0
"""A ReLU halves the second moment of its input."""


def network_state(model: nn.Module) -> State:
    """The parameters and buffers of a network by name; they share its memory."""
    parts = parts_of(model)
    return {name: tensor.detach() for name, tensor in (parts.weights | parts.buffers).items()}


def draw_weights(state: State, rows: list[LayerRow], seed: int) -> None:
    """Draw all tensors of a network, in place: variance of a layer's output near one by its fan-in.

    For a transposed convolution, the fan-in is that of one phase: channels times taps over strides.
    """
    random = torch.Generator().manual_seed(seed)
    states = layer_states(state, [name for name, _, _ in rows])
    tables = label_tables(rows)
    for name, kind, settings in rows:
        tensors = states[name]
        for key, tensor in tensors.items():
            if key == FIXED_KERNEL:
                continue
            if tensor.is_floating_point():
                _draw(tables.get(name, key), tensor, _deviation(kind, settings), random)
            else:
                tensor.fill_(3)
        if "spectral_norm" in settings:
            _iterate_singular_vectors(tensors)


def label_tables(rows: list[LayerRow]) -> dict[str, str]:
    """The tables of conditional norms by their names, each with what it holds: ``gain`` or ``bias``."""
    norms = [name for name, kind, _ in rows if kind == CONDITIONAL_NORM]
    return {f"{name}.{table}": table for name in norms for table in ("gain", "bias")}


def _deviation(kind: str, settings: dict[str, JsonValue]) -> float | None:
    """Of a weight that enters a sum; None for a norm's."""
    if kind == "Embedding":
        return 1 / sqrt(settings["embedding_dim"])
    if kind == "model.Basis":
        return 1.0
    if "in_features" in settings:
        return sqrt(_RECTIFIER_GAIN / settings["in_features"])
    if "in_channels" not in settings:
        return None
    taps = prod(settings["kernel_size"])
    strides = prod(settings["stride"]) if "Transpose" in kind else 1
    fan_in = settings["in_channels"] * taps / strides / settings["groups"]
    return sqrt(_RECTIFIER_GAIN / max(fan_in, 1.0))


def _draw(key: str, tensor: torch.Tensor, deviation: float | None, random: torch.Generator) -> None:
    if key in ("running_var", "gain") or (key == "weight" and deviation is None):
        tensor.uniform_(0.7, 1.3, generator=random)
    elif key.endswith("weight") or key.endswith("original"):
        _draw_normal(tensor, deviation or 1.0, random)
    elif key.rpartition(".")[2] in ("_u", "_v"):
        tensor.normal_(generator=random)
    else:  # biases, running means
        tensor.uniform_(-0.3, 0.3, generator=random)


def _draw_normal(tensor: torch.Tensor, deviation: float, random: torch.Generator) -> None:
    """Fill a tensor with normal numbers; a large one repeats them at a distance that fits no axis."""
    numbers = tensor.view(-1)
    drawn = numbers[:_PERIOD].normal_(0.0, deviation, generator=random)
    for start in range(_PERIOD, len(numbers), _PERIOD):
        rest = numbers[start : start + _PERIOD]
        rest.copy_(drawn[: len(rest)])


def _iterate_singular_vectors(tensors: State) -> None:
    """Two power iterations: close to the largest singular value, and still moved by a third."""
    rows = tensors["parametrizations.weight.original"].flatten(1)
    left, right = (tensors[f"parametrizations.weight.0._{side}"] for side in "uv")
    for _ in range(2):
        left.copy_(nn.functional.normalize(rows @ right, dim=0))
        right.copy_(nn.functional.normalize(rows.T @ left, dim=0))


def fit_weights(
    state: State, reference: ReferenceNetwork, given: ForwardArguments, seed: int
) -> None:
    """Draw all tensors, then fit each layer to its output for ``given``, in place.

    A convolution's output gets deviation one, or less if its largest number would exceed 3; its
    bias centres each channel up to 30 % of that. A batch norm's running statistics become those of
    its input, with a noise of up to 30 %. What self-attention reads is not enlarged: another batch may
    have far more of it.
    """
    draw_weights(state, reference.rows, seed)
    states = layer_states(state, [name for name, _, _ in reference.rows])
    limits = _Limits(_largest_outputs(reference.rows), _reading_layers(reference.rows))
    fit = partial(_fit_layer, states, reference.functions, limits)
    with torch.no_grad():
        reference.run(state, given, training=False, visit=fit, keep_all=False)


class _Limits(NamedTuple):
    """The largest outputs of some layers, and the layers whose weights are not enlarged."""

    most: Mapping[str, float]
    kept: frozenset[str]


def _reading_layers(rows: list[LayerRow]) -> frozenset[str]:
    """The layers of self-attention that read mixed values."""
    return frozenset(f"{name}.o" for name, kind, _ in rows if kind == "model.Attention")


def _largest_outputs(rows: list[LayerRow]) -> dict[str, float]:
    """Largest outputs of the layers before a saturating activation, if they are others than 3.

    Shortcuts carry what is rare in a sample to the last map: other batches exceed the fitted one by far.
    """
    if not any(".body." in name for name, _, _ in rows):
        return {}
    attends = any(kind == "model.Attention" for _, kind, _ in rows)
    largest = _LARGEST_AFTER_ATTENTION if attends else _LARGEST_AFTER_SHORTCUTS
    return {
        before[0]: largest for before, after in pairwise(rows) if after[1] in ("Tanh", "Sigmoid")
    }


def _fit_layer(
    states: dict[str, State],
    functions: Mapping[str, LayerFunction],
    limits: _Limits,
    row: LayerRow,
    value: torch.Tensor,
    output: torch.Tensor,
) -> torch.Tensor:
    """Change the layer's tensors, and return the output that it now has; of a convolution, in place."""
    name, kind, settings = row
    tensors = states[name]
    if "running_var" in tensors:
        over = [0, *range(2, value.dim())]
        deviation = value.std(over, unbiased=False) + 1e-3
        tensors["running_mean"].mul_(deviation).add_(value.mean(over))
        tensors["running_var"].mul_(deviation**2)
        return apply_layer(functions, kind, value, Layer(settings, tensors, False, {}))
    if not has_weights(settings):
        return output
    spectral = "spectral_norm" in settings  # divides by any scale of the weight
    bias = tensors.get("bias")
    column = [1, -1] + [1] * (output.dim() - 2)
    if bias is not None:
        mean = output.mean([0, *range(2, output.dim())])
        output.sub_(mean.view(column))
    spread = _deviation_of(output)
    expected = sqrt(_RECTIFIER_GAIN) * _deviation_of(value)
    largest = largest_number(output) / limits.most.get(name, _LARGEST)
    least = 1.0 if name in limits.kept else 1e-12
    scale = 1.0 if spectral else 1 / max(spread, expected, largest, least)
    if not spectral:
        tensors["weight"].mul_(scale)
    output.mul_(scale)
    if bias is not None:
        offset = bias * (spread * scale if spread else 1.0)
        bias.sub_(mean).mul_(scale).add_(offset)
        output += offset.view(column)
    return output


def has_weights(settings: dict[str, JsonValue]) -> bool:
    """Whether a layer with these settings is a convolution or a linear map."""
    return "in_channels" in settings or "in_features" in settings


def _deviation_of(numbers: torch.Tensor) -> float:
    return float(numbers.std()) if numbers.numel() > 1 else 0.0
