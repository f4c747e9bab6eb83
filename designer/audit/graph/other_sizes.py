"""The shapes of a network's maps for an input of another size, by the laws of its calls."""

from __future__ import annotations

from collections.abc import Sequence

from designer.audit.graph.model import INPUT, GraphNode
from designer.audit.graph.reach import JOINING_FUNCTIONS, POINTWISE_CLASSES
from designer.audit.ops.layer_errors import LayerError, TensorShape


def shapes_at(nodes: Sequence[GraphNode], start: TensorShape) -> list[TensorShape] | None:
    """The output of each node for an input of this shape, batch first; None if a law is not known.

    They are torch's if those for torch's own input are: maps may be joined along another axis.

    >>> from designer.audit.ops.conv_transpose import ConvTransposeLayer
    >>> layer = ConvTransposeLayer(in_channels=2, out_channels=1, kernel_size=4, stride=2, ndim=1)
    >>> node = GraphNode(
    ...     name="0",
    ...     class_name="ConvTranspose1d",
    ...     settings={},
    ...     input_shapes=((1, 2, 5),),
    ...     output_shape=[1, 1, 12],
    ...     sources=(INPUT,),
    ...     layer=layer,
    ... )
    >>> shapes_at([node], (1, 2, 6))
    [(1, 1, 14)]
    """
    found: list[TensorShape] = []
    for node in nodes:
        shape = _shape_after(node, [start if s == INPUT else found[s] for s in node.sources])
        if shape is None:
            return None
        found.append(shape)
    return found


def _shape_after(node: GraphNode, before: Sequence[TensorShape]) -> TensorShape | None:
    if not before or node.input is None or node.output is None:
        return None
    if not node.is_module and node.class_name in JOINING_FUNCTIONS:
        return _joined_shape(node, before)
    if len(before) > 1:
        return None
    if node.layer is None:
        is_pointwise = node.known_class in POINTWISE_CLASSES and node.input == node.output
        return before[0] if is_pointwise else None
    try:
        return node.layer.step(before[0], [before[0]]).shape
    except (LayerError, ArithmeticError, LookupError, TypeError, ValueError):
        return None


def _joined_shape(node: GraphNode, before: Sequence[TensorShape]) -> TensorShape | None:
    """Maps of one size give one of this size, with the channels that torch gave."""
    assert node.output is not None
    if len({shape[2:] for shape in before}) > 1 or len(node.output) < 3:
        return None
    return (*node.output[:2], *before[0][2:])
