"""The network of a design, computed layer by layer from the layers' settings.

It uses no module of torch.nn and nothing of the source but its tensors. Each layer is a formula
(``algebra.FORMULAS``) or a call of torch's functional interface (``torch_calls.CALLS``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import Any, NamedTuple, Protocol

import torch

from designer.validation.json_readers import JsonValue
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


SCORED = ("projected", "matched")
"""Where the labels enter after ``main``."""


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
    """A design's network. ``labels``: how labels enter, or None.

    ``joined`` with the input, in ``conditional`` norms, ``projected`` beside the head's score, or
    ``matched`` with the head's numbers.

    ``output_shape`` is the shape of one sample's output. ``skips``: how an encoder–decoder joins its
    arms; None for a network whose layers are in ``main``.
    """

    rows: list[LayerRow]
    labels: str | None
    output_shape: list[int]
    functions: Mapping[str, LayerFunction]
    skips: Mapping[str, JsonValue] | None = None

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
        value, apply.labels = given[0], given[-1]
        if self.labels == "joined":
            value = torch.cat([value, apply("embedding", given[1]).reshape(value.shape)], 1)
        names = [name for name, _, _ in self.rows]
        if self.skips is not None:
            value = run_encoder_decoder(apply, names, value, self.skips)
        else:
            value = run_sequence(apply, "main", names, value)
        if self.labels in SCORED:
            value = _score(apply, value, given[1])
        return ReferenceOutputs(value.reshape(len(value), *self.output_shape), outputs, updated)

    def normalize(
        self, state: State, name: str, value: torch.Tensor, labels: torch.Tensor
    ) -> torch.Tensor:
        """The output of a conditional norm in evaluation."""
        apply = _Applied(self, state, False, visit_nothing, None, {})
        apply.labels = labels
        return _run_norm(apply, name, value)

    def score(self, state: State, features: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """The output for the output of ``main`` and labels, of a network with a projection."""
        apply = _Applied(self, state, False, visit_nothing, None, {})
        return _score(apply, features, labels).reshape(len(features), *self.output_shape)


class Apply(Protocol):
    """Computes a layer by its name, and keeps outputs by name."""

    functions: Mapping[str, LayerFunction]
    training: bool
    labels: torch.Tensor

    def __call__(self, name: str, value: torch.Tensor, more: State | None = None) -> torch.Tensor:
        """The output of a layer."""

    def keep(self, name: str, output: torch.Tensor) -> None:
        """Keep the output of a module."""


def run_sequence(
    apply: Apply, container: str, names: Sequence[str], value: torch.Tensor
) -> torch.Tensor:
    """The output of a container, whose entries are layers, or blocks with a body and a shortcut."""
    start = f"{container}."
    inside = [name.removeprefix(start).split(".") for name in names if name.startswith(start)]
    for entry, group in groupby(inside, key=lambda path: path[0]):
        paths = [*group]
        if len(paths[-1]) == 1:
            value = _run_layer(apply, start + entry, value, parts=len(paths) > 1)
            continue
        results = []
        for branch, layers in groupby(paths, key=lambda path: path[1]):
            result = value
            rows = [*layers]
            for place, parts in groupby(rows, key=lambda path: path[:3]):
                name = start + ".".join(place)
                normed = len([*parts]) > 1
                result = _run_norm(apply, name, result) if normed else apply(name, result)
            if len(rows[0]) > 2:
                apply.keep(f"{start}{entry}.{branch}", result)
            results.append(result)
        value = results[0] + results[1]
        apply.keep(start + entry, value)
    apply.keep(container, value)
    return value


def run_encoder_decoder(
    apply: Apply, names: Sequence[str], value: torch.Tensor, skips: Mapping[str, JsonValue]
) -> torch.Tensor:
    """The output of two arms that are joined at equal depth, by the names of their layers."""
    sizes = value.shape[2:]
    if skips["factors"] is not None:
        value = _padded(value, skips["factors"])
    kept = []
    for stage in dict.fromkeys(name.split(".")[1] for name in names if name.startswith("down.")):
        value = run_sequence(apply, f"down.{stage}", names, value)
        kept.append(value)
    value = run_sequence(apply, "middle", names, kept.pop())
    for step in dict.fromkeys(name.split(".")[1] for name in names if name.startswith("up.")):
        skip, name = kept.pop(), f"up.{step}.enlarge"
        if skips["resizes"]:
            value = _resized(apply, value, list(skip.shape[2:]))
        value = apply(name, value) if name in names else run_sequence(apply, name, names, value)
        value = skip + value if skips["join"] == "add" else torch.cat([skip, value], 1)
        value = run_sequence(apply, f"up.{step}.body", names, value)
        apply.keep(f"up.{step}", value)
    value = run_sequence(apply, "head", names, value)
    for axis, side in enumerate(sizes if skips["factors"] else (), start=2):
        value = value.narrow(axis, 0, side)
    return value


def _padded(value: torch.Tensor, factors: Sequence[int]) -> torch.Tensor:
    """Zeros at the far end of each axis, up to a multiple."""
    for axis, factor in enumerate(factors, start=2):
        missing = -value.shape[axis] % factor
        shape = [*value.shape[:axis], missing, *value.shape[axis + 1 :]]
        value = torch.cat([value, value.new_zeros(shape)], axis) if missing else value
    return value


def _resized(apply: Apply, value: torch.Tensor, size: list[int]) -> torch.Tensor:
    settings = {
        "input_size": list(value.shape[2:]),
        "output_size": size,
        "size": size,
        "scale_factor": None,
    }
    layer = Layer(settings, {}, apply.training, {})
    return apply_layer(apply.functions, "Upsample", value, layer)


def _run_layer(apply: Apply, name: str, value: torch.Tensor, *, parts: bool) -> torch.Tensor:
    """The output of an entry that is no block; with ``parts``, of a self-attention."""
    if not parts:
        return apply(name, value)
    given = {key: apply(f"{name}.{key}", value) for key in ("theta", "phi", "g")}
    mixed = apply.functions["Attend"](value, Layer({}, given, apply.training, {}))
    read = apply(f"{name}.o", mixed)
    return apply(name, read, {"input": value})


def _run_norm(apply: Apply, name: str, value: torch.Tensor) -> torch.Tensor:
    """The output of a conditional norm: what its parts make of the map and of the labels."""
    gains, biases = (apply(f"{name}.{table}", apply.labels) for table in ("gain", "bias"))
    normalized = apply(f"{name}.norm", value)
    return apply(name, normalized, {"gains": gains, "biases": biases})


class _Applied:
    """Computes layers by name and keeps their outputs in ``outputs``, if that is a dictionary."""

    labels: torch.Tensor

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
        self.matches = reference.labels == "matched"
        self.functions = reference.functions
        self.states = layer_states(state, self.rows)
        self.training, self.visit = training, visit
        self.outputs, self.updated = outputs, updated

    def __call__(self, name: str, value: torch.Tensor, more: State | None = None) -> torch.Tensor:
        row = self.rows[name]
        updated: State = {}
        layer = Layer(row[2], self.states[name] | (more or {}), self.training, updated)
        output = self.visit(row, value, apply_layer(self.functions, row[1], value, layer))
        self.keep(name, output)
        self.updated.update({f"{name}.{key}": new for key, new in updated.items()})
        return output

    def keep(self, name: str, output: torch.Tensor) -> None:
        """Keep the output of a module, if outputs are kept."""
        if self.outputs is not None:
            self.outputs[name] = keep_map(output)


def layer_states(state: State, names: Collection[str]) -> dict[str, State]:
    """The tensors of each layer of these names, by their names within it.

    Those of a layer inside another one are the inner one's.
    """
    found: dict[str, State] = {name: {} for name in names}
    for path, tensor in state.items():
        outer = accumulate(path.split("."), "{}.{}".format)
        name = max((each for each in outer if each in found), key=len, default=None)
        if name is not None:
            found[name][path.removeprefix(f"{name}.")] = tensor
    return found


def _score(apply: _Applied, features: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """The head's score plus the averaged inner product with the label's vector.

    Where labels are matched, the inner product of the head's numbers with that vector.
    """
    real = apply("head", features)
    vectors = apply("embedding", labels)
    if apply.matches:
        return torch.einsum("nc,nc->n", vectors, real)
    match = torch.einsum("nc,nc...->n...", vectors, features).unsqueeze(1)
    total = real + (apply("pool", match) if "pool" in apply.rows else match)
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
