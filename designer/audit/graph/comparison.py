"""What a repair changes: the formulas of the calls that are other, and figures before and after."""

from __future__ import annotations

from collections.abc import Sequence

from designer.audit.graph.figures import (
    count_unpainted_axes,
    count_warned_axes,
    last_receptive_field,
    node_arithmetic,
)
from designer.audit.graph.model import GraphNode
from designer.reasons import Reason, make_reason
from designer.validation.json_readers import JsonObject

MAX_FORMULAS = 8
"""Maximum number of formulas that say why a repair works."""


def changed_formulas(before: Sequence[GraphNode], after: Sequence[GraphNode]) -> list[str]:
    """The formulas, with their numbers, of the calls that a repair changes."""
    known = {(node.name, node.class_name): node for node in before}
    found = []
    for node in after:
        was = known.get((node.name, node.class_name))
        if was is None or was.settings != node.settings:
            name = node.name or node.class_name
            found += [f"{name}: {formula}" for formula in dict.fromkeys(node_arithmetic(node))]
    return found[:MAX_FORMULAS]


def repair_costs(
    before: Sequence[GraphNode],
    after: Sequence[GraphNode],
    *,
    parameters: tuple[int, int],
    input_axes: int,
) -> JsonObject:
    """Figures before and after a repair; those before end at the call that raised."""
    was, now = (
        {
            "parameters": count,
            "receptive_field": last_receptive_field(nodes, input_axes),
            "uneven_overlaps": count_warned_axes(nodes)[0],
            "unread_axes": count_warned_axes(nodes)[1],
            "unpainted_axes": count_unpainted_axes(nodes),
        }
        for nodes, count in ((before, parameters[0]), (after, parameters[1]))
    )
    return {name: {"before": value, "after": now[name]} for name, value in was.items()}


def flaw_reasons(before: Sequence[GraphNode], after: Sequence[GraphNode]) -> list[Reason]:
    """That a repair leaves holes in a map, or positions that no window reads, where none were."""
    found = []
    if count_unpainted_axes(after) > count_unpainted_axes(before):
        found.append(make_reason("leaves_holes"))
    if count_warned_axes(after)[1] > count_warned_axes(before)[1]:
        found.append(make_reason("leaves_unread"))
    return found
