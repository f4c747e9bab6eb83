"""The graph of a list of layers."""

from __future__ import annotations

from designer.audit.graph.model import INPUT, GraphNode
from designer.audit.layers_json import audit_layer_document
from designer.audit.trace import AuditNetwork, Trace


def layer_graph(network: AuditNetwork, trace: Trace) -> list[GraphNode]:
    """One node per layer up to the first that fails; each reads the layer before it, and its skip.

    >>> from designer.audit.ops.linear_and_reshape import LinearLayer
    >>> from designer.audit.trace import trace_network
    >>> layer = LinearLayer(in_features=8, out_features=2)
    >>> network = AuditNetwork(input_shape=(8,), layers=(layer,))
    >>> [node.class_name for node in layer_graph(network, trace_network(network))]
    ['Linear']
    """
    nodes: list[GraphNode] = []
    for index, before in enumerate(trace.shapes):
        if index >= len(network.layers):
            break
        layer = network.layers[index]
        skip = layer.skip_source
        last = (index - 1,) if layer.reads_last_map else ()
        sources = (*last, *(() if skip is None else (skip,)))
        runs = index < len(trace.steps)
        document = audit_layer_document(layer)
        axes = max(1, min(3, len(before) - 2))
        weights, _ = layer.cost(before, trace.shapes[index + 1]) if runs else (0, 0)
        nodes.append(
            GraphNode(
                name=str(index),
                class_name=next(iter(layer.torch_modules), layer.op).format(axes),
                settings={name: value for name, value in document.items() if name != "op"},
                input_shapes=tuple(trace.shapes[max(source, INPUT) + 1] for source in sources),
                output_shape=list(trace.shapes[index + 1]) if runs else None,
                sources=tuple(dict.fromkeys(sources)),
                layer=layer,
                parameters=weights,
            )
        )
    return nodes
