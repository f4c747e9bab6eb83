"""The trace and the graph of a network of a source as JSON, with the warnings of each call."""

from __future__ import annotations

from collections.abc import Sequence

from designer.audit.graph.figures import node_arithmetic, node_warnings
from designer.audit.graph.graph_json import graph_document, node_row
from designer.audit.graph.model import GraphNode
from designer.audit.layers_json import audit_layer_document
from designer.audit.length_law import graph_length_warnings
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.sources.layer_chain import LayerChain
from designer.audit.sources.size_law import SizeLaw
from designer.audit.sources.source_text import NetworkInput
from designer.audit.sources.trace_reply import NetworkTrace
from designer.audit.trace import trace_network
from designer.audit.warnings import all_warnings
from designer.reasons import Reason
from designer.validation.json_readers import JsonObject


def trace_documents(
    trace: NetworkTrace, chain: LayerChain | None, law: SizeLaw | None, batch: int
) -> JsonObject:
    """The graph, its nodes as rows, and the layers of a chain.

    The last call of a network that runs has the warnings about other sizes.
    """
    nodes = [*trace.nodes, *([] if trace.failed is None else [trace.failed])]
    warnings = _node_warnings(nodes, chain)
    if chain is None and trace.raised is None and nodes:
        warnings[-1] += _length_warnings(trace, batch)
    if law is not None and trace.raised is None and not law.holds_everywhere:
        warnings[-1] += law.reasons
    rows = [
        node_row(index, node, node_arithmetic(node), said)
        for index, (node, said) in enumerate(zip(nodes, warnings, strict=True))
    ]
    layers = [] if chain is None else [*map(audit_layer_document, chain.network.layers)]
    graph = graph_document(nodes, warnings, _map_shape(trace.inputs[0]))
    return {"trace": rows, "graph": graph, "layers": layers}


def _length_warnings(trace: NetworkTrace, batch: int) -> list[Reason]:
    """The warning about lengths of a network with branches, of one input and one output."""
    output = trace.nodes[-1].output_shape
    if len(trace.inputs) != 1 or trace.outputs != output:
        return []
    return graph_length_warnings(trace.nodes, (batch, *trace.inputs[0].shape))


def _map_shape(given: NetworkInput) -> TensorShape:
    return given.shape or (1,)


def _node_warnings(nodes: Sequence[GraphNode], chain: LayerChain | None) -> list[list[Reason]]:
    """The warnings of each node: of a chain those of its layers, else those of its window."""
    found: list[list[Reason]] = [[] for _ in nodes]
    if chain is not None:
        said = all_warnings(chain.network, trace_network(chain.network))
        for index, warnings in zip(chain.nodes, said, strict=False):
            found[index] = list(warnings)
        return found
    return [node_warnings(node) for node in nodes]
