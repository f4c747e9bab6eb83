"""Output padding at transposed layers, and windows of exact factors."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from designer.audit.graph.model import GraphNode
from designer.audit.ops.field_types import as_per_axis
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.sources.repairs.repair_state import Proposal, RepairState, up_layers
from designer.audit.sources.repairs.text_edits import (
    TextEdit,
    character_offset,
    replacement_edit,
    value_text,
)


def pad_up_layer(state: RepairState, node: GraphNode, wanted: TensorShape) -> Iterator[Proposal]:
    """Output padding with which a transposed layer reaches a size, if its stride allows it."""
    edits = output_padding_edits(state, node, wanted)
    if edits:
        yield Proposal(idea="output_padding", edits=tuple(edits))


def pad_up_layers(state: RepairState, wanted: TensorShape) -> Iterator[Proposal]:
    """Output padding at every up-layer that needs it: to the sizes that the encoder had, or halves."""
    nodes, ups = state.trace.nodes, up_layers(state)
    if not all(_has_axes(nodes[index], len(wanted)) for index in ups):
        return
    halves = [_divided_sizes(nodes, ups, wanted, up=up) for up in (True, False)]
    for targets in (_encoder_sizes(state, wanted, ups), *halves):
        edits: list[TextEdit] = []
        shift = [0] * len(wanted)
        for index, target in zip(ups, targets, strict=False):
            node = nodes[index]
            if node.output is None or node.layer is None or target is None:
                break
            grown = tuple(size + more for size, more in zip(node.output[2:], shift, strict=True))
            lacking = tuple(want - size for want, size in zip(target, grown, strict=True))
            size = tuple(have + more for have, more in zip(node.output[2:], lacking, strict=True))
            found = output_padding_edits(state, node, size)
            if found is None:
                break
            edits += found
            strides = [*node.layer.axis_values("stride", len(wanted))]
            following = _next_stride(nodes, ups, index)
            shift = [
                (more + less) * stride
                for more, less, stride in zip(shift, lacking, following or strides, strict=True)
            ]
        else:
            if edits:
                yield Proposal(idea="output_padding", edits=tuple(edits))


def _has_axes(node: GraphNode, axes: int) -> bool:
    """Whether a call works along that many axes, and gives a map that has them."""
    output, layer = node.output or (), node.layer
    return layer is not None and layer.has_axes(axes) and len(output) == axes + 2


def _next_stride(nodes: Sequence[GraphNode], ups: list[int], index: int) -> list[int] | None:
    later = [each for each in ups if each > index]
    layer = nodes[later[0]].layer if later else None
    output = nodes[index].output
    return [*layer.axis_values("stride", len(output) - 2)] if layer and output else None


def _encoder_sizes(
    state: RepairState, wanted: TensorShape, ups: list[int]
) -> list[TensorShape | None]:
    """The sizes before the last layers that shrink such a map, in reverse order, one per up-layer."""
    befores = [
        node.input[2:]
        for node in state.trace.nodes
        if node.layer is not None
        and node.layer.op != "conv_transpose"
        and node.input is not None
        and node.output is not None
        and len(node.input) == len(node.output) == len(wanted) + 2
        and node.output[-1] < node.input[-1]
    ]
    found: list[TensorShape | None] = [*reversed(befores)]
    return found[: len(ups)] if len(found) >= len(ups) else []


def _divided_sizes(
    nodes: Sequence[GraphNode], ups: list[int], wanted: TensorShape, *, up: bool
) -> list[TensorShape | None]:
    """The wanted size, divided by the strides of the layers after each one, rounded up or down."""
    targets: list[TensorShape | None] = []
    size = wanted
    for index in reversed(ups):
        targets.insert(0, size)
        layer = nodes[index].layer
        strides = layer.axis_values("stride", len(wanted)) if layer else (1,) * len(wanted)
        more = [stride - 1 if up else 0 for stride in strides]
        size = tuple(
            (side + extra) // stride
            for side, extra, stride in zip(size, more, strides, strict=True)
        )
    return targets


def output_padding_edits(
    state: RepairState, node: GraphNode, wanted: TensorShape
) -> list[TextEdit] | None:
    """The edit of ``output_padding``, none if the size is reached already; None if it cannot be.

    A layer along other axes cannot reach the size.
    """
    axes = len(wanted)
    if node.layer is None or node.output is None or not node.layer.has_axes(axes):
        return None
    now, strides = (node.layer.axis_values(name, axes) for name in ("output_padding", "stride"))
    extra = [
        have + want - size
        for have, want, size in zip(now, wanted, node.output[-axes:], strict=True)
    ]
    if extra == list(now):
        return []
    if any(not 0 <= each < stride for each, stride in zip(extra, strides, strict=True)):
        return None
    return set_argument(state, node, "output_padding", value_text(as_per_axis(extra)))


def set_argument(
    state: RepairState, node: GraphNode, name: str, value: str
) -> list[TextEdit] | None:
    """The edit that gives an argument of a module's constructor a value; None if it has no call."""
    call = state.call(node)
    if call is None or node.file not in state.files:
        return None
    text = state.files[node.file]
    argument = state.argument(node, name)
    if argument is not None:
        return [replacement_edit(node.file, text, argument, value)]
    if any(isinstance(arg, ast.Starred) for arg in call.args) or any(
        keyword.arg is None for keyword in call.keywords
    ):
        return None
    end = character_offset(text, call.end_lineno, call.end_col_offset) - 1
    separator = "" if text[:end].rstrip().endswith(("(", ",")) else ", "
    return [TextEdit(file=node.file, start=end, end=end, text=f"{separator}{name}={value}")]
