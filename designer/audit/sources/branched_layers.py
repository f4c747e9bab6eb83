"""The list of layers of a graph with paths side by side, as residual networks have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from designer.audit.graph.model import INPUT, GraphNode, all_shapes
from designer.audit.graph.reach import POINTWISE_CLASSES
from designer.audit.ops.adaptive_pooling import GlobalPoolLayer
from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.ops.skips import BranchFromLayer
from designer.audit.sources.layer_chain import layer_of_call
from designer.audit.sources.trace_reply import NetworkTrace
from designer.audit.trace import AuditNetwork, trace_network
from designer.reasons import Reason, make_reason

_REDUCTIONS = frozenset(["mean", "sum", "amax"])
"""Functions that may give one number per channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchedLayers:
    """The layers, None if a call has none; and a reason for each call that is left out or has none.

    Calls that are left out together keep the shape of the map.
    """

    network: AuditNetwork | None
    left_out: tuple[Reason, ...]


def branched_layers(trace: NetworkTrace, batch: int) -> BranchedLayers:
    """The list of layers of a network that ran; a sum over positions is listed as their mean.

    Calls between two maps through which all data passes are left out if one of them has no layer and
    both maps have the same shape.
    """
    inputs, outputs = trace.inputs, all_shapes(trace.outputs)
    last = trace.nodes[-1].output if trace.nodes else None
    if len(inputs) != 1 or outputs != [last] or not 1 <= len(inputs[0].shape) <= 4:
        return _no_layers(
            make_reason("ends_not_mirrored", inputs=len(inputs), outputs=len(outputs))
        )
    writer = _ListWriter(trace.nodes, (batch, *inputs[0].shape))
    left_out: list[Reason] = []
    start = INPUT
    for end in _passages(trace.nodes):
        failed = writer.append_all(range(start + 1, end + 1))
        if failed is not None:
            left_out.append(writer.call_reason(failed, start, end))
            if not writer.pass_over(start, end):
                return _no_layers(left_out[-1])
        start = end
    network = AuditNetwork(input_shape=inputs[0].shape, layers=tuple(writer.layers), batch=batch)
    if list(trace_network(network).shapes) != writer.shapes:
        return _no_layers(writer.call_reason(len(trace.nodes) - 1, INPUT, start))
    return BranchedLayers(network=network, left_out=tuple(left_out))


def _no_layers(reason: Reason) -> BranchedLayers:
    return BranchedLayers(network=None, left_out=(reason,))


def _passages(nodes: Sequence[GraphNode]) -> Iterator[int]:
    """The nodes that no edge passes by: all data goes through their outputs."""
    passed_until = INPUT
    readers = {source: index for index, node in enumerate(nodes) for source in node.sources}
    for index in range(len(nodes)):
        passed_until = max(passed_until, readers.get(index - 1, INPUT))
        if passed_until <= index:
            yield index


class _ListWriter:
    """Layers, the shape after each, and the place of each node's output among them."""

    def __init__(self, nodes: Sequence[GraphNode], start: TensorShape) -> None:
        self.layers: list[AuditLayer] = []
        self.shapes: list[TensorShape] = [start]
        self._nodes = nodes
        self._places: dict[int, int] = {INPUT: INPUT}
        self._readers = Counter(source for node in nodes for source in {*node.sources})

    def append_all(self, indices: Iterable[int]) -> int | None:
        """The first of the nodes that has no layer, which undoes all; None if every one has."""
        count = len(self.layers)
        for index in indices:
            if not self._append(index):
                del self.layers[count:], self.shapes[count + 1 :]
                return index
        return None

    def pass_over(self, start: int, end: int) -> bool:
        """Whether two maps have the same shape; if so, the second is the first."""
        self._places[end] = self._places[start]
        return self._shape_of(start) == self._nodes[end].output

    def call_reason(self, failed: int, start: int, end: int) -> Reason:
        """The reason that a call between two maps has no layer."""
        node, before, after = self._nodes[failed], self._shape_of(start), self._nodes[end].output
        facts = {"class_name": node.class_name, "before": before[1:], "after": (after or ())[1:]}
        return make_reason("call_not_mirrored", name=node.name, **facts)

    def _shape_of(self, index: int) -> TensorShape:
        return self.shapes[self._places[index] + 1]

    def _append(self, index: int) -> bool:
        """Whether a node has a layer, or only names the activation of a map."""
        node = self._nodes[index]
        places = [self._places[source] for source in node.sources if source in self._places]
        if not places or len(places) < len(node.sources) or not node.output:
            return False
        if len(places) == 1 and node.known_class in POINTWISE_CLASSES and node.layer is None:
            self._places[index] = self._activated(node, places[0])
            return True
        last = len(self.layers) - 1
        start = last if last in places else places[0]
        layer = layer_of_call(node, places, start) or _reduction(node)
        if layer is None:
            return False
        if start != last:
            self._branch(start, None)
        self.layers.append(layer)
        self.shapes.append(node.output)
        self._places[index] = len(self.layers) - 1
        return True

    def _activated(self, node: GraphNode, place: int) -> int:
        """The place of an activated map: another one if the map is read without it, too."""
        name = node.known_class.lower()
        if "dropout" in name or name == "identity":
            return place
        is_shared = self._readers[node.sources[0]] > 1
        if is_shared or place != len(self.layers) - 1 or not self.layers:
            return self._branch(place, name)
        if self.layers[-1].activation is None:
            values: dict[str, str] = {"activation": name}
            self.layers[-1] = replace(self.layers[-1], **values)
        return place

    def _branch(self, place: int, activation: str | None) -> int:
        self.layers.append(BranchFromLayer(from_=place, activation=activation))
        self.shapes.append(self.shapes[place + 1])
        return len(self.layers) - 1


def _reduction(node: GraphNode) -> AuditLayer | None:
    """The pooling of a call that gives one number per channel, without weights."""
    before, after = node.input or (), node.output or ()
    is_known = node.class_name in _REDUCTIONS or (node.is_module and not node.parameters)
    one_each = after[:2] == before[:2] and set(after[2:]) <= {1}
    if len(node.sources) > 1 or len(before) < 3 or not (is_known and one_each):
        return None
    return GlobalPoolLayer(keepdim=len(after) > 2)
