"""Ideas for the first map, which a linear layer gives, or a kernel: other sizes."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import islice
from math import prod

from designer.audit.graph.model import GraphNode
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.sources.repairs.repair_state import Proposal, RepairState, making_calls
from designer.audit.sources.repairs.text_edits import TextEdit, replacement_edit

_RESHAPES = frozenset(["view", "reshape", "unflatten", "Unflatten"])

MAX_STEMS = 4
"""Maximum number of ways to write another first map that are tried."""


def linear_stems(state: RepairState, factor: Fraction) -> Iterator[Proposal]:
    """A first map of other sizes: the features of the linear layer, and the reshape behind it."""
    nodes = state.trace.nodes
    for index, node in enumerate(nodes[:-1]):
        reshape = nodes[index + 1]
        sizes = _map_sizes(node, reshape)
        if reshape.sources != (index,) or len({*sizes}) != 1:
            continue
        size = sizes[0] * factor
        argument = state.argument(node, "out_features")
        if node.layer is None or argument is None or size.denominator != 1:
            return
        behind = _constant_edits(state, state.call(reshape), {sizes[0]: int(size)})
        powers = {sizes[0]: int(size), prod(sizes): int(size) ** len(sizes)}
        direct = _constant_edits(state, argument, powers)
        before = getattr(node.layer, node.layer.output_field or "")
        after = int(before * factor ** len(sizes))
        calls = making_calls(node)
        others = state.editor.edits(
            argument, calls, before=before, after=after, factors=(before // prod(sizes), *sizes)
        )
        found = [direct] if direct else []
        for edits in islice([*found, *others], MAX_STEMS):
            joined = tuple(dict.fromkeys((*edits, *behind)))
            yield Proposal(idea="built_for_size", edits=joined)
        return


def kernel_stems(state: RepairState, factor: Fraction) -> Iterator[Proposal]:
    """A kernel that makes a larger or smaller first map of one pixel."""
    ups = (each for each in state.trace.nodes if each.op == "conv_transpose")
    for node in islice(ups, 1):
        argument = state.argument(node, "kernel_size")
        if node.layer is None or node.input is None or argument is None:
            continue
        kernels = node.layer.axis_values("kernel_size", 1)
        kernel = kernels[0] * factor
        if set(node.input[2:]) == {1} and len(set(kernels)) == 1 and kernel.denominator == 1:
            calls = making_calls(node)
            for edits in state.editor.edits(argument, calls, before=kernels[0], after=int(kernel)):
                yield Proposal(idea="kernel_of_map", edits=edits)


def _map_sizes(node: GraphNode, reshape: GraphNode) -> TensorShape:
    """The sizes of the map that a reshape makes of a linear layer's features; none if it does not."""
    is_linear = node.layer is not None and node.layer.op == "linear"
    if not is_linear or reshape.class_name not in _RESHAPES or reshape.output is None:
        return ()
    return reshape.output[2:]


def _constant_edits(
    state: RepairState, expression: ast.expr | None, values: dict[int, int]
) -> Sequence[TextEdit]:
    """Other numbers in place of those in an expression, but for exponents and indices."""
    if expression is None:
        return ()
    file = state.index.file_of(expression)
    return [
        replacement_edit(file, state.files[file], node, str(values[node.value]))
        for node in ast.walk(expression)
        if isinstance(node, ast.Constant)
        and type(node.value) is int
        and node.value in values
        and not _is_power_or_index(state.index.parent(node), node)
    ]


def _is_power_or_index(parent: ast.AST | None, node: ast.Constant) -> bool:
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Pow):
        return parent.right is node
    return isinstance(parent, ast.Subscript)
