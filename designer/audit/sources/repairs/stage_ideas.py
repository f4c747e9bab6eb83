"""Ideas that add a stage: an up-layer copied with its norm and activation."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from designer.audit.graph.model import GraphNode
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.sources.repairs.repair_state import Proposal, RepairState
from designer.audit.sources.repairs.text_edits import (
    TextEdit,
    called_name,
    character_offset,
    replacement_edit,
)

MAX_STAGES = 3
"""Maximum number of stages that one repair adds."""


def copied_stages(state: RepairState, end: TensorShape, wanted: TensorShape) -> Iterator[Proposal]:
    """One or more copies of a stage, whose strides give the factor that lacks."""
    ratios = {Fraction(want, size) for want, size in zip(wanted, end, strict=True)}
    if len(ratios) != 1 or (ratio := ratios.pop()) <= 1:
        return
    for node in reversed(state.trace.nodes):
        if node.layer is None or node.layer.op != "conv_transpose" or node.input is None:
            continue
        stride = node.layer.axis_values("stride", 1)[0]
        for count in range(1, MAX_STAGES + 1):
            if stride > 1 and stride**count == ratio:
                for edit in (_copied_stage(state, node, count), _longer_stages(state, node, count)):
                    if edit is not None:
                        yield Proposal(idea="copied_stage", edits=(edit,))


def shrinking_stages(state: RepairState) -> Iterator[Proposal]:
    """One or more copies of the last stage that shrinks the map."""
    for node in reversed(state.trace.nodes):
        if node.layer is None or node.layer.op != "conv" or node.input is None:
            continue
        if node.layer.axis_values("stride", 1)[0] > 1:
            for count in range(1, MAX_STAGES + 1):
                edit = _copied_stage(state, node, count)
                if edit is not None:
                    yield Proposal(idea="copied_stage", edits=(edit,))
            return


def removed_stages(state: RepairState, ratio: Fraction | None = None) -> Iterator[Proposal]:
    """Stages less: of those that grow maps, whose strides give a factor; without one, of those that shrink maps.

    The layer that follows takes what the stage took.
    """
    for node in reversed(state.trace.nodes):
        if node.layer is None or not node.layer.output_field or node.input is None:
            continue
        has_stride = "stride" in node.layer.AXIS_FIELDS
        stride = node.layer.axis_values("stride", 1)[0] if has_stride else 1
        if stride < 2 or node.layer.pads_output == (ratio is None):
            continue
        for count in range(1, MAX_STAGES + 1):
            if ratio is not None and Fraction(1, stride**count) != ratio:
                continue
            shorter = _longer_stages(state, node, -count)
            edits = _removed_stage(state, node) if count == 1 else None
            for found in (edits, None if shorter is None else (shorter,)):
                if found is not None:
                    yield Proposal(idea="removed_stage", edits=found)


def _removed_stage(state: RepairState, node: GraphNode) -> tuple[TextEdit, ...] | None:
    """The removal of a layer with its norm and activation; the next layer takes its channels."""
    call = state.call(node)
    found = None if call is None else sibling_entries(state, call)
    if call is None or found is None or len(call.args) < 2:
        return None
    entries, place = found
    later = [each for each in range(place + 1, len(entries)) if _is_layer(entries[each])]
    follower = entries[later[0]] if later else None
    if not isinstance(follower, ast.Call) or not follower.args:
        return None
    file = state.index.file_of(call)
    text = state.files[file]
    start, end = expression_offsets(text, call)[0], expression_offsets(text, follower)[0]
    first = expression_offsets(text, call.args[0])
    removal = TextEdit(file=file, start=start, end=end, text="")
    return removal, replacement_edit(file, text, follower.args[0], text[first[0] : first[1]])


def _copied_stage(state: RepairState, node: GraphNode, count: int) -> TextEdit | None:
    """Copies of the entries of a Sequential from a layer to the next one, after them."""
    call = state.call(node)
    found = None if call is None else sibling_entries(state, call)
    if call is None or found is None or len(call.args) < 2:
        return None
    entries, place = found
    later = [each for each in range(place + 1, len(entries)) if _is_layer(entries[each])]
    if not later:
        return None
    last = entries[later[0] - 1]
    file = state.index.file_of(call)
    text = state.files[file]
    start, end = expression_offsets(text, call)[0], expression_offsets(text, last)[1]
    first, second = (expression_offsets(text, argument) for argument in call.args[:2])
    stage = text[start:end]
    given = text[second[0] : second[1]]
    stage = stage[: first[0] - start] + given + stage[first[1] - start :]
    line = text.rfind("\n", 0, start) + 1
    indentation = text[line:start]
    separator = f",\n{indentation}" if not indentation.strip() else ", "
    return TextEdit(file=file, start=end, end=end, text=f"{separator}{stage}" * count)


def _longer_stages(state: RepairState, node: GraphNode, count: int) -> TextEdit | None:
    call = state.call(node)
    return None if call is None else longer_loop(state, call, count)


def longer_loop(state: RepairState, call: ast.Call, count: int) -> TextEdit | None:
    """More or fewer turns of the loop around a call: of a range, or more of neighbors in a list."""
    loop = state.index.enclosing(call, (ast.For, ast.ListComp, ast.GeneratorExp))
    source = loop.iter if isinstance(loop, ast.For) else getattr(loop, "generators", [None])[0]
    source = source.iter if isinstance(source, ast.comprehension) else source
    if not isinstance(source, ast.Call) or not source.args:
        return None
    file, last = state.index.file_of(source), source.args[-1]
    text = state.files[file]
    if called_name(source) == "range":
        number = isinstance(last, ast.Constant) and type(last.value) is int
        sign = "+" if count > 0 else "-"
        more = f"{ast.unparse(last)} {sign} {abs(count)}"
        if number:
            more = str(int(last.value) + count)  # type: ignore[attr-defined]
    elif count > 0 and called_name(source) == "zip" and isinstance(last, ast.Subscript):
        more = f"{ast.unparse(last)} + [{ast.unparse(last.value)}[-1]]" + (
            f" * {count}" if count > 1 else ""
        )
    else:
        return None
    return replacement_edit(file, text, last, more)


def addition_after(state: RepairState, node: GraphNode, added: str) -> TextEdit | None:
    """The insertion of an entry after a module's own in its Sequential."""
    call = state.call(node)
    found = None if call is None else sibling_entries(state, call)
    if call is None or found is None:
        return None
    entries, _ = found
    file = state.index.file_of(call)
    text = state.files[file]
    end = expression_offsets(text, entries[-1])[1]
    return TextEdit(file=file, start=end, end=end, text=f", {added}")


def sibling_entries(state: RepairState, call: ast.Call) -> tuple[list[ast.expr], int] | None:
    """The entries of the Sequential or list that has a call as an entry, and its place."""
    parent = state.index.parent(call)
    if isinstance(parent, ast.Call) and called_name(parent) == "Sequential":
        entries = parent.args
    elif isinstance(parent, ast.List):
        entries = parent.elts
    else:
        return None
    return entries, entries.index(call)


def inserted_entries(
    state: RepairState, entry: ast.expr, added: Sequence[str]
) -> tuple[TextEdit, ...]:
    """The insertion of entries behind one of a Sequential or a list, and behind its comment."""
    file = state.index.file_of(entry)
    text = state.files[file]
    start, end = expression_offsets(text, entry)
    indentation = text[text.rfind("\n", 0, start) + 1 : start]
    separator = f",\n{indentation}" if not indentation.strip() else ", "
    comment = re.match(r",[^\S\n]*#.*", text[end:])
    if comment is None:
        more = "".join(f"{separator}{each}" for each in added)
    else:
        end += comment.end()  # it is about the entry that it stands behind
        more = "".join(f"\n{indentation}{each}," for each in added)
    return (TextEdit(file=file, start=end, end=end, text=more),)


def _is_layer(entry: ast.expr) -> bool:
    """Whether an entry makes a layer with a window or a matrix."""
    name = called_name(entry) if isinstance(entry, ast.Call) else ""
    return any(part in name for part in ("Conv", "Linear", "Upsample", "Pool", "Flatten", "Pad"))


def expression_offsets(text: str, node: ast.expr | ast.stmt) -> tuple[int, int]:
    """The first character of an expression or statement, and the one after it."""
    return (
        character_offset(text, node.lineno, node.col_offset),
        character_offset(text, node.end_lineno, node.end_col_offset),
    )
