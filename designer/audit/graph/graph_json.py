"""The graph of a network as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from designer.audit.graph.model import INPUT, GraphNode
from designer.audit.graph.reach import Reaches, find_reaches
from designer.audit.ops.layer_errors import TensorShape
from designer.reasons import Reason, reason_documents
from designer.validation.json_readers import JsonObject


def graph_document(
    nodes: Sequence[GraphNode], warnings: Sequence[Sequence[Reason]], input_shape: TensorShape
) -> JsonObject:
    """Nodes and edges; the input has the id -1. ``input_shape`` is that of one sample."""
    reaches = find_reaches(nodes, len(input_shape) - 1)
    return {
        "nodes": [
            _node_document(index, node, reach, said)
            for index, (node, reach, said) in enumerate(zip(nodes, reaches, warnings, strict=True))
        ],
        "edges": [
            {"from": source, "to": index}
            for index, node in enumerate(nodes)
            for source in (node.sources or (INPUT,))
        ],
    }


def node_row(
    index: int, node: GraphNode, arithmetic: Sequence[str], warnings: Sequence[Reason]
) -> JsonObject:
    """A node as a row of the trace, with the shapes of one sample; null if the call raised."""
    return {
        "index": index,
        "op": node.op,
        "name": node.name,
        "class": node.class_name,
        "line": node.line,
        "input_shape": list((node.input or ())[1:]),
        "output_shape": None if node.output is None else list(node.output[1:]),
        "arithmetic": list(arithmetic),
        "warnings": [warning.sentence for warning in warnings],
        "reasons": reason_documents(warnings),
    }


def _node_document(
    index: int, node: GraphNode, reaches: Reaches, warnings: Sequence[Reason]
) -> JsonObject:
    return {
        "id": index,
        "name": node.name,
        "class": node.class_name,
        "settings": dict(node.settings),
        "file": node.file,
        "line": node.line,
        "call_line": node.call_line,
        "input_shapes": [list(shape) for shape in node.input_shapes],
        "output_shape": node.output_shape,
        "receptive_field": reaches and [reach.pixels for reach in reaches],
        "stride": reaches and [_number(reach.stride) for reach in reaches],
        "offset": reaches and [reach.offset for reach in reaches],
        "parameters": node.parameters,
        "multiply_adds": _multiply_adds(node),
        "warnings": [warning.sentence for warning in warnings],
    }


def _number(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)


def _multiply_adds(node: GraphNode) -> int | None:
    """Multiply-adds for the whole batch; None for the call that raised or without a formula."""
    if node.output is None or node.input is None:
        return None
    if node.layer is not None:
        return node.layer.cost(node.input, node.output)[1]
    return None if node.parameters else 0
