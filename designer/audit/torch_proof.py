"""Runs repairs in torch: the whole network if that is cheap, else thin layers one by one."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from math import prod

from designer.audit.layers_json import audit_layer_document
from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.trace import AuditNetwork, Trace
from designer.validation.json_readers import JsonObject
from designer.verification import ProbeRunner

MAX_RUN_MULTIPLY_ADDS = 2 * 10**9
"""Maximum multiply-adds, for the whole batch, of a network that is run whole."""

MAX_RUN_ELEMENTS = 2**25
"""Maximum elements of one map, or of all weights, in a run."""

AUDIT_SEED = 0


class Proof(StrEnum):
    """Extent to which torch has run a repaired network."""

    WHOLE = "whole"
    """All layers, at full width, with the batch."""
    LAYERS = "layer_by_layer"
    """Every convolution, pooling and upsampling by itself, with one channel, at its input size."""
    LAWS = "laws_only"
    """Not run: too large, or no verifying process was available."""


def prove_networks(
    networks: Sequence[tuple[AuditNetwork, Trace]], runner: ProbeRunner
) -> list[Proof | None]:
    """The extent to which torch ran each network, None if torch and the trace disagree.

    Raises:
        Accident: if the verifying process crashes or times out, or none is available.
    """
    plans = [_plan(network, trace) for network, trace in networks]
    lists = [part for _, parts in plans for part, _ in parts]
    if not lists:
        return [kind for kind, _ in plans]
    answers = iter(runner({"layer_lists": lists, "seed": AUDIT_SEED})["traces"])
    found: list[Proof | None] = []
    for kind, parts in plans:
        agreed = [
            answer["fails_at"] is None and answer["shapes"] == shapes
            for (_, shapes), answer in zip(parts, answers, strict=False)
        ]
        found.append(kind if all(agreed) else None)
    return found


Part = tuple[JsonObject, list[list[int]]]
"""A network for the probe, and the expected shapes with the batch axis."""


def _plan(network: AuditNetwork, trace: Trace) -> tuple[Proof, list[Part]]:
    weights, multiply_adds = _costs(network, trace)
    elements = max(map(prod, trace.shapes))
    if max(weights, elements) <= MAX_RUN_ELEMENTS and multiply_adds <= MAX_RUN_MULTIPLY_ADDS:
        return Proof.WHOLE, [_part(network.layers, trace.shapes)]
    parts = []
    for layer, before, after in zip(network.layers, trace.shapes, trace.shapes[1:], strict=False):
        thin = _thin_layer(layer, before, after)
        if thin is None:
            return Proof.LAWS, []
        parts += thin
    return Proof.LAYERS, parts


def _costs(network: AuditNetwork, trace: Trace) -> tuple[int, int]:
    """Number of weights of all layers, and multiply-adds for the whole batch."""
    steps = zip(network.layers, trace.shapes, trace.shapes[1:], strict=False)
    costs = [layer.cost(before, after) for layer, before, after in steps]
    return sum(weights for weights, _ in costs), sum(multiply_adds for _, multiply_adds in costs)


def _thin_layer(layer: AuditLayer, before: TensorShape, after: TensorShape) -> list[Part] | None:
    """A layer with one channel; no part if its sizes need no proof, None if it is too large."""
    thin = layer.thinned()
    if thin is None:
        return []
    axes = layer.axes(before)
    start, end = (1, *before[-axes:]), (1, *after[-axes:])
    weights, _ = thin.cost(before, after)
    multiply_adds = prod(end) * max(1, weights)
    if max(prod(start), prod(end)) > MAX_RUN_ELEMENTS or multiply_adds > MAX_RUN_MULTIPLY_ADDS:
        return None
    return [_part((thin,), ((1, *start), (1, *end)))]


def _part(layers: Sequence[AuditLayer], shapes: Sequence[TensorShape]) -> Part:
    batch, *input_shape = shapes[0]
    document: JsonObject = {
        "input_shape": input_shape,
        "batch": batch,
        "layers": [audit_layer_document(layer) for layer in layers],
    }
    return document, [list(shape) for shape in shapes[1:]]
