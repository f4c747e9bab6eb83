"""Ideas for a learned first map, and for the kernel as large as the last map that is its mirror."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from designer.audit.graph.model import GraphNode
from designer.audit.graph.resamplers import is_basis
from designer.audit.ops.field_types import as_per_axis
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.sources.repairs.output_padding import set_argument
from designer.audit.sources.repairs.repair_state import Proposal, RepairState
from designer.audit.sources.repairs.text_edits import TextEdit, replacement_edit, value_text


def basis_stems(state: RepairState, end: TensorShape, wanted: TensorShape) -> Iterator[Proposal]:
    """Other sizes of the first map, where they stand side by side: in its call, or in the class around it."""
    for node in state.trace.nodes:
        sizes = (node.output or ())[2:]
        if not is_basis(node) or node.layer is None or not node.layer.pads_output:
            continue
        if len(sizes) != len(end):
            return
        found = [
            size * Fraction(want, have) for size, want, have in zip(sizes, wanted, end, strict=True)
        ]
        where = state.call(node) if node.is_module else _class_around(state, node)
        if where is not None and all(size.denominator == 1 for size in found):
            edits = _size_edits(state, where, sizes, [*map(int, found)])
            if edits:
                yield Proposal(idea="built_for_size", edits=tuple(edits))
        return


def basis_heads(state: RepairState) -> Iterator[Proposal]:
    """A kernel as large as the map that comes in, at the last convolution of each channel by itself."""
    failed = state.trace.failed
    for node in reversed([*state.trace.nodes, *([] if failed is None else [failed])]):
        layer, sizes = node.layer, (node.input or ())[2:]
        if layer is None or layer.op != "conv":
            continue
        if is_head(node) and layer.axis_values("kernel_size", len(sizes)) != sizes:
            edits = set_argument(state, node, "kernel_size", value_text(as_per_axis(sizes)))
            if edits:
                yield Proposal(idea="kernel_of_map", edits=tuple(edits))
        return


def is_head(node: GraphNode) -> bool:
    """Whether a call is a convolution of each channel by itself, without stride and padding."""
    layer, axes = node.layer, len(node.input or ()) - 2
    if layer is None or not layer.is_depthwise or layer.pads_output or axes < 1:
        return False
    strides, padding = (layer.axis_values(name, axes) for name in ("stride", "padding"))
    return {*strides} == {1} and {*padding} == {0}


def _class_around(state: RepairState, node: GraphNode) -> ast.ClassDef | None:
    """The class of the text that has the line of a call."""
    line = node.call_line or 0
    found = [
        each
        for each in state.index.nodes()
        if isinstance(each, ast.ClassDef)
        and state.index.file_of(each) == node.file
        and each.lineno <= line <= (each.end_lineno or 0)
    ]
    return found[-1] if found else None


def _size_edits(
    state: RepairState, where: ast.AST, sizes: TensorShape, wanted: Sequence[int]
) -> list[TextEdit]:
    """Other numbers in place of these sizes, wherever they stand side by side."""
    edits: list[TextEdit] = []
    for node in ast.walk(where):
        listed = node.args if isinstance(node, ast.Call) else getattr(node, "elts", [])
        values = [getattr(each, "value", None) for each in listed]
        for first in range(len(values) - len(sizes) + 1):
            if values[first : first + len(sizes)] == [*sizes]:
                file = state.index.file_of(node)
                edits += [
                    replacement_edit(file, state.files[file], each, str(size))
                    for each, size in zip(listed[first:], wanted, strict=False)
                ]
                break
    edits.sort(key=lambda edit: edit.start)
    return [] if any(one.end > other.start for one, other in pairwise(edits)) else edits
