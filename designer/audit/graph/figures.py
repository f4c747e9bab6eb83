"""Figures of a network from its graph: formulas with their numbers, overlap, unread positions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from designer.audit.graph.model import GraphNode
from designer.audit.graph.reach import find_reaches
from designer.audit.ops.layer_errors import LayerError
from designer.reasons import Reason

_UNEVEN = frozenset({"uneven_overlap", "dilated_uneven_overlap"})
_UNREAD = frozenset({"unread_position", "unread_positions"})


def node_arithmetic(node: GraphNode) -> Sequence[str]:
    """The size formulas of a node's layer, if its law gives what torch gave."""
    if node.layer is None or node.input is None or node.output is None:
        return ()
    try:
        step = node.layer.step(node.input, [node.input])
    except LayerError:
        return ()
    return step.arithmetic if step.shape == node.output else ()


def node_warnings(node: GraphNode) -> list[Reason]:
    """The warnings about the window of a call that returned."""
    if node.layer is None or node.input is None or node.output is None:
        return []
    return list(node.layer.window_warnings(node.input, node.output))


def count_warned_axes(nodes: Sequence[GraphNode]) -> tuple[int, int]:
    """Axes of layers with uneven overlap, and axes with positions that no window reads."""
    codes = [warning.code for node in nodes for warning in node_warnings(node)]
    return sum(code in _UNEVEN for code in codes), sum(code in _UNREAD for code in codes)


def count_unpainted_axes(nodes: Sequence[GraphNode]) -> int:
    """Axes of transposed layers with a kernel below the stride, which leaves pixels unpainted."""
    return sum(
        node.layer.unpainted_axes(node.layer.axes(node.input))
        for node in nodes
        if node.layer is not None and node.input is not None
    )


def count_unread_axes(warnings: Iterable[Reason]) -> int:
    """Axes with positions that no window reads, by the warnings about windows."""
    return sum(warning.code in _UNREAD for warning in warnings)


def last_receptive_field(nodes: Sequence[GraphNode], input_axes: int) -> list[int] | None:
    """The receptive field of the last call, None if it is the whole input or not known."""
    reaches = find_reaches(nodes, input_axes)
    last = reaches[-1] if reaches else None
    return None if last is None else [reach.pixels for reach in last]
