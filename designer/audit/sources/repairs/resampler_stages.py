"""Ideas that add or remove a level of a network whose blocks keep the size, between resamplers.

A level is a resampler and the residual blocks at the smaller or larger size: they stand behind one that
enlarges maps, and before one that makes them smaller. All of them keep the channels, so that a copy fits.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from fractions import Fraction

from designer.audit.graph.model import GraphNode
from designer.audit.graph.resamplers import is_resampler
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.sources.repairs.repair_state import Proposal, RepairState
from designer.audit.sources.repairs.resampling_blocks import resampling_blocks
from designer.audit.sources.repairs.stage_ideas import (
    MAX_STAGES,
    expression_offsets,
    inserted_entries,
    sibling_entries,
)
from designer.audit.sources.repairs.text_edits import TextEdit

_Edits = tuple[TextEdit, ...]
_Entries = Sequence[ast.expr]
"""Entries of a Sequential or a list that stand side by side."""


def enlarging_levels(state: RepairState, factor: Fraction) -> Iterator[Proposal]:
    """Levels more or fewer of those that enlarge maps, so that the size changes by a factor."""
    resamplers = _resamplers(state, enlarging=True)
    rate = Fraction(_stride(resamplers[-1])) if resamplers else Fraction(1)
    for count in range(1, MAX_STAGES + 1):
        if rate > 1 and rate**count == factor:
            yield from _more_levels(state, resamplers, count)
        elif rate > 1 and rate**-count == factor:
            yield from _fewer_levels(state, resamplers, count)


def shrinking_levels(state: RepairState, *, more: bool) -> Iterator[Proposal]:
    """Levels more or fewer of those that make maps smaller."""
    resamplers = _resamplers(state, enlarging=False)
    change = _more_levels if more else _fewer_levels
    for count in range(1, MAX_STAGES + 1) if resamplers else ():
        yield from change(state, resamplers, count)


def _resamplers(state: RepairState, *, enlarging: bool) -> list[GraphNode]:
    """The resamplers of one direction, in order, where each has one rate along all axes."""
    found = [node for node in state.trace.nodes if is_resampler(node)]
    return [
        node
        for node in found
        if node.layer is not None
        and node.layer.pads_output == enlarging
        and len({*node.layer.axis_values("stride", node.layer.axes(node.input or ()))}) == 1
    ]


def _stride(node: GraphNode) -> int:
    return 1 if node.layer is None else node.layer.axis_values("stride", 1)[0]


def _more_levels(
    state: RepairState, resamplers: Sequence[GraphNode], count: int
) -> Iterator[Proposal]:
    """Copies of the last level behind it, or more numbers in the lists that have one for each level."""
    level = _level_entries(state, resamplers[-1])
    if level:
        text = state.files[state.index.file_of(level[0])]
        copies = [text[slice(*expression_offsets(text, entry))] for entry in level] * count
        yield Proposal(idea="copied_stage", edits=inserted_entries(state, level[-1], copies))
    lists = _level_lists(state, len(resamplers) + 1)
    for place in (-1, 0) if lists else ():
        edits = [_longer_list(state, node, place, count) for node in lists]
        yield Proposal(idea="copied_stage", edits=tuple(edits))


def _fewer_levels(
    state: RepairState, resamplers: Sequence[GraphNode], count: int
) -> Iterator[Proposal]:
    """The last levels removed, or the numbers of the last or the first ones in such lists."""
    if len(resamplers) <= count:
        return
    levels = [_level_entries(state, node) for node in resamplers[-count:]]
    removals = [_removed_level(state, level) for level in levels if level]
    if len(removals) == count and all(removals):
        yield Proposal(
            idea="removed_stage", edits=tuple(edit for each in removals for edit in each)
        )
    lists = _level_lists(state, len(resamplers) + 1)
    for at_end in (True, False) if lists else ():
        edits = [_shorter_list(state, node, count, at_end=at_end) for node in lists]
        yield Proposal(idea="removed_stage", edits=tuple(edits))


def _level_entries(state: RepairState, node: GraphNode) -> _Entries:
    """The entry that makes a resampler, with the blocks of its level; none if it is no entry of its own."""
    call = state.call(node)
    found = None if call is None else sibling_entries(state, call)
    if found is None:
        return ()
    entries, place = found
    blocks = {block.call for block in resampling_blocks(state) if block.factor == 1}
    first, last = place, place
    if node.layer is not None and node.layer.pads_output:
        while last + 1 < len(entries) and entries[last + 1] in blocks:
            last += 1
    else:
        while first and entries[first - 1] in blocks:
            first -= 1
    return entries[first : last + 1] if last > first else ()


def _removed_level(state: RepairState, level: _Entries) -> _Edits:
    """The removal of neighboring entries, up to the one behind them."""
    assert isinstance(level[-1], ast.Call), "blocks and resamplers are calls"
    found = sibling_entries(state, level[-1])
    if found is None:
        return ()
    entries, place = found
    file = state.index.file_of(level[0])
    text = state.files[file]
    start, end = expression_offsets(text, level[0])[0], expression_offsets(text, level[-1])[1]
    if place + 1 < len(entries):
        end = expression_offsets(text, entries[place + 1])[0]
    elif len(entries) > len(level):
        start = expression_offsets(text, entries[place - len(level)])[1]
    return (TextEdit(file=file, start=start, end=end, text=""),)


def _level_lists(state: RepairState, levels: int) -> list[ast.List | ast.Tuple]:
    """The lists of as many whole numbers as there are levels: widths, blocks, groups."""
    return [
        node
        for node in state.index.nodes()
        if isinstance(node, ast.List | ast.Tuple)
        and len(node.elts) == levels > 2
        and all(isinstance(each, ast.Constant) and type(each.value) is int for each in node.elts)
    ]


def _longer_list(
    state: RepairState, node: ast.List | ast.Tuple, place: int, count: int
) -> TextEdit:
    """The last or the first number once more."""
    file = state.index.file_of(node)
    text = state.files[file]
    start, end = expression_offsets(text, node.elts[place])
    return TextEdit(file=file, start=end, end=end, text=f", {text[start:end]}" * count)


def _shorter_list(
    state: RepairState, node: ast.List | ast.Tuple, count: int, *, at_end: bool
) -> TextEdit:
    """Without its last or first numbers."""
    file = state.index.file_of(node)
    text = state.files[file]
    ends: list[TensorShape] = [expression_offsets(text, each) for each in node.elts]
    start, end = (ends[-count - 1][1], ends[-1][1]) if at_end else (ends[0][0], ends[count][0])
    return TextEdit(file=file, start=start, end=end, text="")
