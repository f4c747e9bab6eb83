"""The tensors that a network is given, and shapes that are proposed where none are sent."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from math import prod
from typing import Any

import torch
from torch import Tensor, nn

from designer.verification.tracer.documents import Document

_SIDES = (64, 32, 28, 128, 256, 224, 96)
"""Sizes of pictures that are tried, the most common first."""

_LENGTHS = (1024, 8192, 16384, 512)
_LABEL_NAMES = frozenset(
    [
        "label",
        "labels",
        "y",
        "c",
        "cls",
        "class_label",
        "class_labels",
        "class_id",
        "target",
        "targets",
    ]
)
_STEP_NAMES = frozenset(["t", "time", "timestep", "timesteps", "step", "steps", "noise_level"])
_DEFAULT_LABELS = 10
_DTYPES = {
    "float32": torch.float32,
    "float64": torch.float64,
    "int64": torch.int64,
    "bool": torch.bool,
}
MAX_TRIED_SHAPES = 8
"""Maximum number of shapes that are proposed and tried."""


def make_tensors(inputs: list[Document], batch: int) -> list[Tensor]:
    """One tensor per input, with the batch axis first; whole numbers are below ``high``."""
    torch.manual_seed(0)
    return [_make_tensor(each, batch) for each in inputs]


def _make_tensor(given: Document, batch: int) -> Tensor:
    shape, kind = [batch, *given["shape"]], _DTYPES[given["dtype"]]
    if kind is torch.bool:
        return torch.rand(shape) < 0.5
    if kind is torch.int64:
        return torch.randint(0, max(1, given.get("high") or _DEFAULT_LABELS), shape)
    return torch.randn(shape, dtype=kind)


def make_arguments(
    network: nn.Module, inputs: list[Document], tensors: list[Tensor]
) -> tuple[list[Tensor], dict[str, Tensor]]:
    """The tensors by position; those whose name is a later parameter of ``forward`` by name."""
    parameters = _forward_parameters(network)
    names = [*parameters]
    by_name = [name for name, each in parameters.items() if each.kind is each.KEYWORD_ONLY]
    positional = len(names) - len(by_name) if by_name else len(tensors)
    args: list[Tensor] = []
    kwargs: dict[str, Tensor] = {}
    for given, tensor in zip(inputs, tensors, strict=True):
        name = given.get("name")
        if name not in names and len(args) >= positional:
            name = next((each for each in by_name if each not in kwargs), name)
        if name in by_name or (name in names and names.index(name) != len(args)):
            kwargs[name] = tensor
        else:
            args.append(tensor)
    return args, kwargs


def _forward_parameters(network: nn.Module) -> dict[str, inspect.Parameter]:
    try:
        found = dict(inspect.signature(network.forward).parameters)
    except (TypeError, ValueError):
        return {}
    return {
        name: each
        for name, each in found.items()
        if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
    }


def propose_inputs(network: nn.Module) -> Iterator[list[Document]]:
    """Inputs by the network's first layer and the names of its parameters, likely ones first."""
    needed = [
        name for name, each in _forward_parameters(network).items() if each.default is each.empty
    ] or ["x"]
    for shape, high in _first_shapes(network):
        kind = {"dtype": "float32"} if high is None else {"dtype": "int64", "high": high}
        first: Document = {"shape": shape, **kind}
        yield [first, *(_further_input(network, name, first) for name in needed[1:])]


def _further_input(network: nn.Module, name: str, first: Document) -> Document:
    labels = [each.num_embeddings for each in network.modules() if isinstance(each, nn.Embedding)]
    if name.lower() in _LABEL_NAMES:
        return {"shape": [], "dtype": "int64", "high": labels[0] if labels else _DEFAULT_LABELS}
    if name.lower() in _STEP_NAMES:
        return {"shape": [], "dtype": "int64", "high": labels[0] if labels else 1000}
    return dict(first)


def _first_shapes(network: nn.Module) -> Iterator[tuple[list[int], int | None]]:
    """Shapes for the first layer with weights; a number for whole numbers below it."""
    for module in network.modules():
        if isinstance(module, nn.Embedding):
            yield [16], module.num_embeddings
            yield [], module.num_embeddings
        elif isinstance(module, nn.Linear):
            yield [module.in_features], None
            yield from ((shape, None) for shape in _flattened_shapes(module.in_features))
            yield [16, module.in_features], None
        elif isinstance(module, nn.modules.conv._ConvTransposeNd):
            axes = len(module.kernel_size)
            yield [module.in_channels, *[1] * axes], None
            yield [module.in_channels], None
            yield [module.in_channels, *[4] * axes], None
        elif isinstance(module, nn.modules.conv._ConvNd):
            axes = len(module.kernel_size)
            for side in _LENGTHS if axes == 1 else _SIDES if axes == 2 else (32, 16, 64):
                yield [module.in_channels, *[side] * axes], None
        elif isinstance(module, nn.RNNBase):
            yield [16, module.input_size], None
        else:
            continue
        return
    yield [3, 64, 64], None


def _flattened_shapes(features: int) -> Iterator[list[int]]:
    """Square pictures of 1 or 3 channels with so many numbers."""
    for channels in (1, 3):
        side = round((features / channels) ** 0.5)
        if side > 1 and channels * side * side == features:
            yield [channels, side, side]


def adjusted_inputs(inputs: list[Document], message: str) -> list[Document] | None:
    """Inputs of another size by torch's message about a linear layer; None if it is about another.

    >>> adjusted_inputs([{"shape": [1, 64, 64], "dtype": "float32"}],
    ...                 "mat1 and mat2 shapes cannot be multiplied (2x4096 and 1024x10)")
    [{'shape': [1, 32, 32], 'dtype': 'float32'}]
    """
    found = re.search(r"\(\d+x(\d+) and (\d+)x\d+\)", message)
    shape = inputs[0]["shape"]
    if found is None or len(shape) < 2:
        return None
    axes = len(shape) - 1
    ratio = int(found[2]) / max(1, int(found[1]))
    sides = [max(1, round(size * ratio ** (1 / axes))) for size in shape[1:]]
    if sides == shape[1:] or prod(sides) > 2**22:
        return None
    return [
        {**each, "shape": [each["shape"][0], *sides]} if each["shape"] == shape else each
        for each in inputs
    ]


def observed_inputs(values: tuple[Any, ...]) -> list[Document] | None:
    """The inputs of a call that the text itself makes, without the batch; None if it has others."""
    found: list[Document] = []
    for value in values:
        if not isinstance(value, Tensor) or value.dim() < 1:
            return None
        whole = not value.dtype.is_floating_point
        kind = {"dtype": "int64", "high": int(value.max()) + 1} if whole else {"dtype": "float32"}
        found.append({"shape": list(value.shape[1:]), **kind})
    return found or None
