"""The list of layers of a graph in which every call reads the one before it, and skips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from designer.audit.graph.model import INPUT, GraphNode
from designer.audit.graph.reach import POINTWISE_CLASSES
from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.ops.linear_and_reshape import ReshapeLayer
from designer.audit.ops.skips import AddFromLayer, ConcatFromLayer
from designer.audit.sources.trace_reply import NetworkTrace
from designer.audit.trace import AuditNetwork, trace_network
from designer.validation.limits import MAX_AUDIT_LAYERS

RESHAPING = frozenset(
    [
        "view",
        "reshape",
        "unflatten",
        "Unflatten",
        "flatten",
        "squeeze",
        "unsqueeze",
        "mean",
        "Rearrange",
        "getitem",
    ]
)
"""Calls that are taken for a reshape if they keep the number of elements."""

_JOINS = {
    **dict.fromkeys(("cat", "concat", "concatenate"), ConcatFromLayer),
    **dict.fromkeys(("add", "iadd", "radd"), AddFromLayer),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerChain:
    """A list of layers, and the index of the node of each."""

    network: AuditNetwork
    nodes: tuple[int, ...]


def chain_of(trace: NetworkTrace, batch: int) -> LayerChain | None:
    """The list of layers that a trace is, None if its graph has branches or other calls."""
    if len(trace.inputs) != 1 or not 1 <= len(trace.inputs[0].shape) <= 4:
        return None
    shape = trace.inputs[0].shape
    return find_chain(trace.nodes, trace.failed, input_shape=shape, batch=batch)


def find_chain(
    nodes: Sequence[GraphNode], failed: GraphNode | None, *, input_shape: TensorShape, batch: int
) -> LayerChain | None:
    """The list of layers that a graph is, the call that raised last; None if it is none.

    The shapes by the laws of the layers are those that torch gave.
    """
    chain = _Chain((batch, *input_shape))
    for index, node in enumerate([*nodes, *([] if failed is None else [failed])]):
        if not chain.append(index, node):
            return None
    layers = tuple(chain.layers)
    if not layers or len(layers) > MAX_AUDIT_LAYERS:
        return None
    network = AuditNetwork(input_shape=input_shape, layers=layers, batch=batch)
    trace = trace_network(network)
    expected = chain.shapes[1:]
    same = list(trace.shapes[1:]) == expected
    fails = failed is not None and chain.nodes[-1] == len(nodes)
    agrees = same and (trace.fails_at == len(layers) - 1 if fails else trace.layer_error is None)
    return LayerChain(network=network, nodes=tuple(chain.nodes)) if agrees else None


class _Chain:
    """Layers, the shape after each, and the place of each node's output among them."""

    def __init__(self, start: TensorShape) -> None:
        self.layers: list[AuditLayer] = []
        self.nodes: list[int] = []
        self.shapes: list[TensorShape] = [start]
        self._places: dict[int, int] = {INPUT: -1}

    def append(self, index: int, node: GraphNode) -> bool:
        """Whether a node continues the list."""
        places = [self._places.get(source) for source in node.sources]
        last = len(self.layers) - 1
        if None in places or last not in places:
            return False
        if len(places) == 1 and node.known_class in POINTWISE_CLASSES and node.layer is None:
            self._note_activation(node.known_class)
            self._places[index] = last
            return True
        layer = layer_of_call(node, [place for place in places if place is not None], last)
        if layer is None:
            return False
        self.layers.append(layer)
        self.nodes.append(index)
        self._places[index] = len(self.layers) - 1
        if node.output is not None:
            self.shapes.append(node.output)
        return True

    def _note_activation(self, name: str) -> None:
        if self.layers and self.layers[-1].activation is None and "Dropout" not in name:
            values: dict[str, str] = {"activation": name.lower()}
            self.layers[-1] = replace(self.layers[-1], **values)


def layer_of_call(node: GraphNode, places: list[int], last: int) -> AuditLayer | None:
    """The layer of a call that reads the maps at ``places``, one of which is the last; None if none is.

    >>> from designer.audit.ops.linear_and_reshape import LinearLayer
    >>> layer = LinearLayer(in_features=8, out_features=2)
    >>> node = GraphNode(name="", class_name="Linear", settings={}, input_shapes=((2, 8),),
    ...                  output_shape=[2, 2], sources=(INPUT,), layer=layer)
    >>> layer_of_call(node, [-1], -1) is layer
    True
    """
    if len(places) > 2:
        return None
    if len(places) == 2:
        kind = _JOINS.get(node.class_name)
        other = places[1 - places.index(last)]
        return kind and kind(from_=other, skip_first=places[0] != last)
    if node.layer is not None:
        return node.layer
    before, after = node.input, node.output
    if not before or not after or node.class_name not in RESHAPING:
        return None
    return ReshapeLayer(shape=after[1:], fold_batch=before[0] != after[0])
