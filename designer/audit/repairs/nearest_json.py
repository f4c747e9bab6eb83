"""The nearest input sizes with which a network fits, as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from designer.audit.graph.layer_graph import layer_graph
from designer.audit.layer_paths import network_path
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.repairs.goal import Goal
from designer.audit.repairs.input_sizes import (
    MAX_OFFERED_SHAPES,
    find_input_shapes,
    find_multiples,
)
from designer.audit.repairs.search_budget import SearchBudget
from designer.audit.suggested_brief import known_architecture, suggest_brief
from designer.audit.trace import AuditNetwork, trace_network
from designer.validation.json_readers import JsonObject

NEAREST_SEARCH_STEPS = 20_000
"""Maximum number of layer steps of each search for the nearest sizes."""


def nearest_shapes(
    network: AuditNetwork, wanted: TensorShape | None
) -> tuple[list[TensorShape], Goal]:
    """The nearest input shapes that give the wanted shape, where none does that run; with that goal."""
    found: list[TensorShape] = []
    goal = Goal(wanted=wanted)
    if wanted is not None:
        budget = SearchBudget(NEAREST_SEARCH_STEPS)
        found = find_input_shapes(network, goal, budget, most=MAX_OFFERED_SHAPES)
    if not found:
        goal, budget = Goal(), SearchBudget(NEAREST_SEARCH_STEPS)
        found = find_input_shapes(network, goal, budget, most=MAX_OFFERED_SHAPES)
    return found, goal


def nearest_document(
    network: AuditNetwork | None,
    wanted: TensorShape | None,
    pairs: Sequence[tuple[TensorShape, TensorShape]],
    goal: Goal,
    *,
    design: JsonObject | None = None,
) -> JsonObject:
    """Input shapes with their output shapes, the multiples that all fitting sizes are, and a brief.

    Without a list of layers there are no multiples, and the brief is ``design``.
    """
    multiples = None
    if network is not None and pairs:
        budget = SearchBudget(NEAREST_SEARCH_STEPS)
        multiples = find_multiples(network, goal, budget, shape=pairs[0][0])
    return {
        "input_shapes": [list(shape) for shape, _ in pairs],
        "output_shapes": [list(end) for _, end in pairs],
        "multiples": multiples,
        "design": design if network is None else suggest_layers_brief(network, wanted),
    }


def suggest_layers_brief(network: AuditNetwork, wanted: TensorShape | None) -> JsonObject | None:
    """A brief for the wanted shape, of the architecture that is most like the list of layers.

    >>> suggest_layers_brief(AuditNetwork(input_shape=(100, 1, 1), layers=()), (1, 28, 28))
    {'resolution': [28, 28], 'latent_dim': 100, 'channels': 1}
    """
    is_residual = any(part.paths for part in network_path(network.layers))
    nodes = layer_graph(network, trace_network(network))
    architecture = known_architecture(nodes, is_residual=is_residual)
    return suggest_brief(network.input_shape, wanted, architecture=architecture)


def output_pairs(
    network: AuditNetwork, shapes: Sequence[TensorShape]
) -> list[tuple[TensorShape, TensorShape]]:
    """Input shapes with the output shapes by the laws, of one sample."""
    traces = [trace_network(replace(network, input_shape=shape)) for shape in shapes]
    return [(shape, trace.shapes[-1][1:]) for shape, trace in zip(shapes, traces, strict=True)]
