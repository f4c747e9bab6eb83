"""The residual blocks of a trace that change the size, and the calls that make them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from designer.audit.graph.model import INPUT, GraphNode
from designer.audit.layer_paths import find_forks
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.sources.repairs.number_sites import MakingCall
from designer.audit.sources.repairs.repair_state import RepairState, making_calls

_SUMS = frozenset(["add", "iadd", "radd"])


@dataclass(frozen=True, slots=True, kw_only=True)
class ResamplingBlock:
    """The call that makes a residual block, the factor by which it changes every size, and its sizes then."""

    call: ast.Call
    factor: Fraction
    sizes: TensorShape


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """The nodes of a block: those after ``start``, up to ``end``."""

    start: int
    end: int


def resampling_blocks(state: RepairState) -> list[ResamplingBlock]:
    """The residual blocks of a network in order, of which each call makes nothing but blocks.

    A block that keeps the size has the factor 1.
    """
    nodes = state.trace.nodes
    spans = [*_block_spans(nodes)]
    inside = {index for span in spans for index in range(span.start + 1, span.end + 1)}
    other_calls = {
        call
        for index, node in enumerate(nodes)
        if index not in inside and node.is_module
        for call in making_calls(node)
    }
    found = []
    for span in spans:
        common = _common_calls(nodes[span.start + 1 : span.end + 1])
        where = next((call for call in common if call not in other_calls), None)
        call = None if where is None else state.index.call_at(where)
        factor = _factor(state, span)
        if call is not None and factor is not None:
            sizes = (nodes[span.end].output or ())[2:]
            found.append(ResamplingBlock(call=call, factor=factor, sizes=sizes))
    return found


def has_residual_blocks(nodes: Sequence[GraphNode]) -> bool:
    """Whether a graph has sums of two paths from one map.

    >>> has_residual_blocks([])
    False
    """
    return next(_block_spans(nodes), None) is not None


def _block_spans(nodes: Sequence[GraphNode]) -> Iterator[_Span]:
    """The outermost sums of two paths, with the functions that their module calls after the sum."""
    forks = find_forks([node.sources or (INPUT,) for node in nodes])
    spans: list[_Span] = []
    for index, node in enumerate(nodes):
        if node.is_module or node.class_name not in _SUMS or len(node.sources) != 2:
            continue
        end = index
        while end + 1 < len(nodes) and _continues(nodes[end + 1], node, end):
            end += 1
        while spans and spans[-1].start >= forks[index]:
            spans.pop()
        spans.append(_Span(start=forks[index], end=end))
    return iter(spans)


def _continues(after: GraphNode, block: GraphNode, end: int) -> bool:
    return not after.is_module and after.name == block.name and after.sources == (end,)


def _common_calls(nodes: Sequence[GraphNode]) -> list[MakingCall]:
    """The calls that all modules come from, innermost first."""
    chains = [making_calls(node) for node in nodes if node.is_module and node.made_by]
    if not chains:
        return []
    return [call for call in chains[0] if all(call in chain for chain in chains)]


def _factor(state: RepairState, span: _Span) -> Fraction | None:
    """The factor of all sizes, None if it differs by axis."""
    nodes = state.trace.nodes
    start = (0, *state.trace.inputs[0].shape) if span.start == INPUT else nodes[span.start].output
    end = nodes[span.end].output
    if start is None or end is None or len(start) != len(end) or len(end) < 3:
        return None
    factors = {Fraction(now, was) for now, was in zip(end[2:], start[2:], strict=True)}
    return factors.pop() if len(factors) == 1 else None
