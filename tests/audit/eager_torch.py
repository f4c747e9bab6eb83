"""Reference verdict on a layer list: torch modules, built and run one after the other.

It shares only the JSON format with the audit and computes no shape itself.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Torch's result: the shapes without the batch axis, and the message if a layer was refused."""

    shapes: list[list[int]]
    fails_at: int | None = None
    error: str | None = None


def run_layers(
    layers: list[Json], input_shape: list[int], *, batch: int = 2, training: bool = True
) -> Outcome:
    """Build and run the layers in order; an empty map counts as a refusal without message."""
    seen = [torch.zeros(batch, *input_shape)]
    shapes: list[list[int]] = []
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        for index, layer in enumerate(layers):
            try:
                after = apply(layer, seen, training=training)
            except (RuntimeError, ValueError, TypeError, LookupError) as error:
                return Outcome(shapes=shapes, fails_at=index, error=str(error))
            if 0 in after.shape:
                return Outcome(shapes=shapes, fails_at=index)
            seen.append(after)
            shapes.append(list(after.shape[1:]))
    return Outcome(shapes=shapes)


def apply(layer: Json, seen: list[Tensor], *, training: bool) -> Tensor:
    """The output of one layer for the last tensor."""
    tensor, op = seen[-1], layer["op"]
    given = {k: v for k, v in layer.items() if k not in ("op", "norm", "activation", "ndim")}
    given = {k: tuple(v) if isinstance(v, list) else v for k, v in given.items()}
    if op == "adaptive_pool":
        op = {"avg": op, "max": "adaptive_max_pool"}[given.pop("mode", "avg")]
    if op in MODULES:
        return MODULES[op][dimensions(layer, tensor) - 1](**given)(tensor)
    if op == "norm":
        kind = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)
        axes = layer.get("ndim", max(1, min(tensor.ndim - 2, 3)))
        norm = kind[axes - 1](given.get("num_features", tensor.shape[1] if tensor.ndim > 1 else 1))
        return norm.train(training)(tensor)
    if op == "instance_norm":
        axes = layer.get("ndim", max(1, min(tensor.ndim - 2, 3)))
        channels = tensor.shape[max(-axes - 1, -tensor.ndim)]
        return INSTANCE_NORMS[axes - 1](**{"num_features": channels, **given})(tensor)
    return FUNCTIONS[op](tensor, seen, given)


def dimensions(layer: Json, tensor: Tensor) -> int:
    """Number of axes: ``ndim``, the length of a per-axis list, or the axes of the map."""
    if "ndim" in layer:
        return int(layer["ndim"])
    lengths = [len(v) for v in layer.values() if isinstance(v, list)]
    if lengths:
        return lengths[0]
    return min(tensor.ndim - 2, 3) if tensor.ndim > 2 else 2


def reshaped(tensor: Tensor, seen: list[Tensor], given: Json) -> Tensor:
    head = -1 if given.get("fold_batch") else tensor.shape[0]
    return tensor.reshape(head, *given["shape"])


def cropped(tensor: Tensor, seen: list[Tensor], given: Json) -> Tensor:
    slices = [
        slice(before, max(before, size - after))
        for (before, after), size in zip(given["crop"], tensor.shape[2:], strict=False)
    ]
    slices += [slice(None)] * (len(given["crop"]) - len(slices))
    return tensor[(slice(None), slice(None), *slices)]


def pooled(tensor: Tensor, seen: list[Tensor], given: Json) -> Tensor:
    if tensor.ndim < 3:
        raise ValueError("nothing to pool")
    return tensor.mean(dim=tuple(range(2, tensor.ndim)), keepdim=given.get("keepdim", False))


def widened(tensor: Tensor, seen: list[Tensor], given: Json) -> Tensor:
    shape = list(tensor.shape)
    if len(shape) > 1:
        shape[1] = given["extra_channels"]
    return torch.cat([tensor, torch.zeros(shape)], 1)


def joined(tensor: Tensor, seen: list[Tensor], given: Json) -> tuple[Tensor, Tensor]:
    other = seen[given["from"] + 1]
    return (other, tensor) if given.get("skip_first") else (tensor, other)


def sum_of(one: Tensor, other: Tensor) -> Tensor:
    return one + other


MODULES = {
    "conv": (nn.Conv1d, nn.Conv2d, nn.Conv3d),
    "conv_transpose": (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d),
    "max_pool": (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d),
    "avg_pool": (nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d),
    "adaptive_max_pool": (nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d, nn.AdaptiveMaxPool3d),
    "adaptive_pool": (nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d),
}
INSTANCE_NORMS = (nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d)
FUNCTIONS = {
    "group_norm": lambda tensor, seen, given: nn.GroupNorm(**given)(tensor),
    "layer_norm": lambda tensor, seen, given: nn.LayerNorm(**given)(tensor),
    "linear": lambda tensor, seen, given: nn.Linear(**given)(tensor),
    "reshape": reshaped,
    "flatten": lambda tensor, seen, given: nn.Flatten(**given)(tensor),
    "upsample": lambda tensor, seen, given: nn.Upsample(**given)(tensor),
    "pixel_shuffle": lambda tensor, seen, given: nn.PixelShuffle(**given)(tensor),
    "pad": lambda tensor, seen, given: functional.pad(
        tensor, given["pad"], mode=given.get("mode", "constant")
    ),
    "crop": cropped,
    "global_pool": pooled,
    "concat": widened,
    "concat_from": lambda tensor, seen, given: torch.cat(joined(tensor, seen, given), 1),
    "branch_from": lambda tensor, seen, given: seen[given["from"] + 1],
    "add_from": lambda tensor, seen, given: sum_of(*joined(tensor, seen, given)),
}
