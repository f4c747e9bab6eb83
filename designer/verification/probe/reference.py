"""The network of a design, computed layer by layer from the layers' settings.

It uses no module of torch.nn and nothing of the source but its tensors. Each layer is a formula
(``algebra.FORMULAS``) or a call of torch's functional interface (``torch_calls.CALLS``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, NamedTuple

import torch

from designer.verification.probe.algebra import (
    Layer,
    LayerFunction,
    State,
)
from designer.verification.probe.loading import ForwardArguments
from designer.verification.probe.tensor_sample import KeptMap, keep_map

LayerRow = tuple[str, str, dict[str, Any]]
"""Name, class and settings of a layer; the settings include its input and output size."""

Visit = Callable[[LayerRow, torch.Tensor, torch.Tensor], torch.Tensor]
"""Called once a layer is computed, with its input and output; returns the output to go on with."""


def visit_nothing(row: LayerRow, value: torch.Tensor, output: torch.Tensor) -> torch.Tensor:
    """The output as it is."""
    return output


class ReferenceOutputs(NamedTuple):
    """Outputs by name of the module, in order, and the buffers that training has changed.

    ``final`` is the network's output, with its graph. The others have none; those of the container
    ``main`` are included, and of large maps samples are kept.
    """

    final: torch.Tensor
    outputs: dict[str, KeptMap]
    updated: State


@dataclass(frozen=True, kw_only=True)
class ReferenceNetwork:
    """A design's network. ``labels``: how labels enter, ``joined``, ``projected`` or None.

    ``output_shape`` is the shape of one sample's output.
    """

    rows: list[LayerRow]
    labels: str | None
    output_shape: list[int]
    functions: Mapping[str, LayerFunction]

    def run(
        self,
        state: State,
        given: ForwardArguments,
        *,
        training: bool,
        visit: Visit = visit_nothing,
        keep_all: bool = True,
    ) -> ReferenceOutputs:
        """The outputs of all modules for an input and, if the design takes them, labels.

        Without ``keep_all``, the network's output alone is kept.
        """
        outputs: dict[str, KeptMap] = {}
        updated: State = {}
        apply = _Applied(self, state, training, visit, outputs if keep_all else None, updated)
        value = given[0]
        if self.labels == "joined":
            value = torch.cat([value, apply("embedding", given[1]).reshape(value.shape)], 1)
        for name, _, _ in self.rows:
            if name.startswith("main."):
                value = apply(name, value)
        if keep_all:
            outputs["main"] = keep_map(value)
        if self.labels == "projected":
            value = _score(apply, value, given[1])
        return ReferenceOutputs(value.reshape(len(value), *self.output_shape), outputs, updated)

    def score(self, state: State, features: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """The output for the output of ``main`` and labels, of a network with a projection."""
        apply = _Applied(self, state, False, visit_nothing, None, {})
        return _score(apply, features, labels).reshape(len(features), *self.output_shape)


class _Applied:
    """Computes layers by name and keeps their outputs in ``outputs``, if that is a dictionary."""

    def __init__(
        self,
        reference: ReferenceNetwork,
        state: State,
        training: bool,
        visit: Visit,
        outputs: dict[str, KeptMap] | None,
        updated: State,
    ) -> None:
        self.rows = {row[0]: row for row in reference.rows}
        self.functions = reference.functions
        self.states = _by_layer(state, self.rows)
        self.training, self.visit = training, visit
        self.outputs, self.updated = outputs, updated

    def __call__(self, name: str, value: torch.Tensor) -> torch.Tensor:
        row = self.rows[name]
        updated: State = {}
        layer = Layer(row[2], self.states[name], self.training, updated)
        output = self.visit(row, value, apply_layer(self.functions, row[1], value, layer))
        if self.outputs is not None:
            self.outputs[name] = keep_map(output)
        self.updated.update({f"{name}.{key}": new for key, new in updated.items()})
        return output


def _by_layer(state: State, names: Collection[str]) -> dict[str, State]:
    """The tensors of each layer of these names, by their names within it."""
    found: dict[str, State] = {name: {} for name in names}
    for path, tensor in state.items():
        name = next((n for n in accumulate(path.split("."), "{}.{}".format) if n in found), None)
        if name is not None:
            found[name][path.removeprefix(f"{name}.")] = tensor
    return found


def _score(apply: _Applied, features: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """The head's score plus the averaged inner product with the label's vector."""
    real = apply("head", features)
    vectors = apply("embedding", labels)
    match = torch.einsum("nc,nc...->n...", vectors, features).unsqueeze(1)
    total = real + apply("pool", match)
    return apply("sigmoid", total) if "sigmoid" in apply.rows else total


def apply_layer(
    functions: Mapping[str, LayerFunction], kind: str, value: torch.Tensor, layer: Layer
) -> torch.Tensor:
    """The output of one layer; ``kind`` is the name of its class."""
    if "spectral_norm" in layer.settings:
        original = layer.state["parametrizations.weight.original"]
        weight = functions["SpectralNorm"](original, layer)
        layer = layer._replace(state=layer.state | {"weight": weight})
    return next(f for start, f in functions.items() if kind.startswith(start))(value, layer)


def layer_state(state: State, name: str) -> State:
    """The tensors of a layer, by their names within it."""
    start = f"{name}."
    return {
        key.removeprefix(start): tensor for key, tensor in state.items() if key.startswith(start)
    }
