"""Runs layer lists in torch and records the output shapes."""

from __future__ import annotations

import operator
import warnings
from collections.abc import Callable, Mapping

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from designer.validation.json_readers import JsonValue


def run_layer_list(network: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Torch's results for one network: ``shapes`` after each layer, with the batch axis first.

    If torch refuses a layer, ``fails_at`` is its index, ``error`` is torch's message and ``shapes``
    end before it. Layers have the form of an audit's request.
    """
    outputs = [torch.zeros(network["batch"], *network["input_shape"])]
    shapes: list[list[int]] = []
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # only shapes are measured
        for index, layer in enumerate(network["layers"]):
            try:
                outputs.append(_run(layer, outputs))
            except (RuntimeError, ValueError, TypeError, IndexError) as error:
                return {"shapes": shapes, "fails_at": index, "error": str(error)}
            shapes.append(list(outputs[-1].shape))
            _free_unread(outputs, network["layers"], index)
    return {"shapes": shapes, "fails_at": None, "error": None}


def _run(layer: dict[str, JsonValue], outputs: list[Tensor]) -> Tensor:
    tensor, op = outputs[-1], layer["op"]
    if op in _FUNCTIONS:
        return _FUNCTIONS[op](tensor, layer, outputs)
    given = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in layer.items()
        if name not in ("op", "norm", "activation", "ndim")
    }
    axes = layer.get("ndim") or _axes(given, tensor)
    if op in ("norm", "instance_norm"):
        axes = layer.get("ndim") or max(1, min(tensor.ndim - 2, 3))
        given.setdefault(
            "num_features", tensor.shape[1 if op == "norm" else max(-axes - 1, -tensor.ndim)]
        )
    kind = "adaptive_max_pool" if given.pop("mode", None) == "max" else op
    module = _MODULES[kind][axes - 1]
    output: Tensor = module(**given)(tensor)
    return output


def _axes(given: Mapping[str, JsonValue], tensor: Tensor) -> int:
    lists = [len(value) for value in given.values() if isinstance(value, tuple)]
    if lists:
        return lists[0]
    return min(tensor.ndim - 2, 3) if tensor.ndim > 2 else 2


def _free_unread(outputs: list[Tensor], layers: list[dict[str, JsonValue]], index: int) -> None:
    """Free a tensor that no later skip reads, to limit the memory of wide networks."""
    wanted = {layer["from"] + 1 for layer in layers[index + 1 :] if "from" in layer}
    if index not in wanted:
        outputs[index] = torch.empty(0)


def _crop(tensor: Tensor, layer: dict[str, JsonValue], outputs: list[Tensor]) -> Tensor:
    sizes = [*tensor.shape[2:], *[0] * len(layer["crop"])]  # indexing raises if axes are missing
    cuts = [
        slice(before, max(before, size - after))
        for (before, after), size in zip(layer["crop"], sizes, strict=False)
    ]
    return tensor[(slice(None), slice(None), *cuts)]


def _concat_zeros(tensor: Tensor, layer: dict[str, JsonValue], outputs: list[Tensor]) -> Tensor:
    extra = torch.zeros(tensor.shape[0], layer["extra_channels"], *tensor.shape[2:])
    return torch.cat([tensor, extra], 1)


def _reshape(tensor: Tensor, layer: dict[str, JsonValue], outputs: list[Tensor]) -> Tensor:
    head = -1 if layer.get("fold_batch") else tensor.shape[0]
    return tensor.reshape(head, *layer["shape"])


def _upsample(tensor: Tensor, layer: dict[str, JsonValue], outputs: list[Tensor]) -> Tensor:
    size, factor = (
        tuple(value) if isinstance(value, list) else value
        for value in (layer.get("size"), layer.get("scale_factor"))
    )
    output: Tensor = nn.Upsample(size, factor, layer.get("mode", "nearest"))(tensor)
    return output


def _global_pool(tensor: Tensor, layer: dict[str, JsonValue], outputs: list[Tensor]) -> Tensor:
    return tensor.mean(dim=tuple(range(2, tensor.ndim)), keepdim=layer.get("keepdim", False))


def _skip_pair(tensor: Tensor, layer: dict[str, JsonValue], outputs: list[Tensor]) -> list[Tensor]:
    """The map and its skip connection, in the order of the request."""
    pair = [tensor, outputs[layer["from"] + 1]]
    return pair[::-1] if layer.get("skip_first") else pair


_MODULES: Mapping[str, tuple[type[nn.Module], ...]] = {
    "conv": (nn.Conv1d, nn.Conv2d, nn.Conv3d),
    "conv_transpose": (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d),
    "max_pool": (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d),
    "avg_pool": (nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d),
    "adaptive_pool": (nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d),
    "adaptive_max_pool": (nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d, nn.AdaptiveMaxPool3d),
    "norm": (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d),
    "instance_norm": (nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d),
    "group_norm": (nn.GroupNorm,) * 3,
    "linear": (nn.Linear,) * 3,
    "pixel_shuffle": (nn.PixelShuffle,) * 3,
    "flatten": (nn.Flatten,) * 3,
}
_FUNCTIONS: Mapping[str, Callable[[Tensor, dict[str, JsonValue], list[Tensor]], Tensor]] = {
    "crop": _crop,
    "concat": _concat_zeros,
    "reshape": _reshape,
    "upsample": _upsample,
    "layer_norm": lambda tensor, layer, outputs: nn.LayerNorm(layer["normalized_shape"])(tensor),
    "global_pool": _global_pool,
    "pad": lambda tensor, layer, outputs: functional.pad(
        tensor, layer["pad"], layer.get("mode", "constant")
    ),
    "concat_from": lambda tensor, layer, outputs: torch.cat(_skip_pair(tensor, layer, outputs), 1),
    "branch_from": lambda tensor, layer, outputs: outputs[layer["from"] + 1],
    "add_from": lambda tensor, layer, outputs: operator.add(*_skip_pair(tensor, layer, outputs)),
}
