"""Ideas that add or remove residual blocks, which people have where a plain network has stages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TypeGuard

from designer.audit.ops.layer_errors import TensorShape
from designer.audit.sources.repairs.repair_state import Proposal, RepairState
from designer.audit.sources.repairs.resampling_blocks import ResamplingBlock, resampling_blocks
from designer.audit.sources.repairs.stage_ideas import (
    MAX_STAGES,
    expression_offsets,
    inserted_entries,
    longer_loop,
    sibling_entries,
)
from designer.audit.sources.repairs.text_edits import (
    TextEdit,
    apply_edits,
    replacement_edit,
    value_text,
)

_Edits = tuple[TextEdit, ...]


def block_stages(state: RepairState, factor: Fraction) -> Iterator[Proposal]:
    """Blocks more or fewer of those that enlarge maps, so that the size changes by a factor."""
    blocks = [block for block in resampling_blocks(state) if block.factor > 1]
    for count in range(1, MAX_STAGES + 1):
        if blocks and blocks[-1].factor ** count == factor:
            yield from _more_blocks(state, blocks, count)
        if len(blocks) > count and blocks[-1].factor ** -count == factor:
            yield from _fewer_blocks(state, blocks, count)


def shrinking_blocks(state: RepairState, *, more: bool) -> Iterator[Proposal]:
    """Blocks more or fewer of those that make maps smaller."""
    blocks = [block for block in resampling_blocks(state) if block.factor < 1]
    for count in range(1, MAX_STAGES + 1):
        if more and blocks:
            yield from _more_blocks(state, blocks, count)
        elif not more and len(blocks) > count:
            yield from _fewer_blocks(state, blocks, count)


def _more_blocks(
    state: RepairState, blocks: Sequence[ResamplingBlock], count: int
) -> Iterator[Proposal]:
    """Copies of the last block, which take and give what it gives."""
    block = blocks[-1]
    loop = longer_loop(state, block.call, count)
    found = [() if loop is None else (loop,), *_longer_lists(state, blocks, count)]
    if loop is None:
        found = [_copied_entry(state, block, count), _copied_attribute(state, block, count), *found]
    yield from (Proposal(idea="copied_stage", edits=edits) for edits in found if edits)


def _fewer_blocks(
    state: RepairState, blocks: Sequence[ResamplingBlock], count: int
) -> Iterator[Proposal]:
    """The last blocks removed; the one before them gives what the last one gave."""
    found = [*_shorter_lists(state, blocks, count)]
    loop = longer_loop(state, blocks[-1].call, -count)
    if loop is not None:
        found.insert(0, (loop,))
    calls = [block.call for block in blocks]
    if len({*calls}) == len(calls):
        found.insert(0, _removed_blocks(state, calls, count))
    yield from (Proposal(idea="removed_stage", edits=edits) for edits in found if edits)


def _copied_entry(state: RepairState, block: ResamplingBlock, count: int) -> _Edits:
    """Copies behind an entry of a Sequential or a list."""
    call = block.call
    if sibling_entries(state, call) is None:
        return ()
    copies = _copies(state.files[state.index.file_of(call)], block, count)
    return inserted_entries(state, call, copies)


def _copies(text: str, block: ResamplingBlock, count: int) -> list[str]:
    """The texts of a call whose first channels are those of the second argument, and its sizes larger."""
    call = block.call
    start, end = expression_offsets(text, call)
    channels = _channels(call)
    edits: list[TextEdit] = []
    if len(channels) == 2:
        first, last = expression_offsets(text, channels[1])
        edits.append(replacement_edit("", text, channels[0], text[first:last]))
    sized = [node for node in ast.walk(call) if _states(node, block.sizes)]
    found = []
    for place in range(1, count + 1):
        sizes = [int(size * block.factor**place) for size in block.sizes]
        resized = [replacement_edit("", text, node, value_text(tuple(sizes))) for node in sized]
        edited = apply_edits({"": text[:end]}, [*edits, *resized])
        found.append(text[start:end] if edited is None else edited[""][start:])
    return found


def _states(node: ast.AST, sizes: TensorShape) -> TypeGuard[ast.expr]:
    """Whether an expression is a list of these sizes."""
    if not isinstance(node, ast.List | ast.Tuple):
        return False
    return [getattr(each, "value", None) for each in node.elts] == [*sizes]


def _channels(call: ast.Call) -> list[ast.expr]:
    """The first two arguments, which blocks take their channels as."""
    return [*call.args, *(keyword.value for keyword in call.keywords)][:2]


def _copied_attribute(state: RepairState, block: ResamplingBlock, count: int) -> _Edits:
    """More attributes behind the one that holds a block, each called on what the one before gives."""
    assignment, use = _attribute_use(state, block.call)
    if assignment is None or use is None:
        return ()
    file = state.index.file_of(block.call)
    text = state.files[file]
    name = assignment.targets[0].attr  # type: ignore[attr-defined]
    names = _free_names(text, name, count)
    start, end = expression_offsets(text, assignment)
    indentation = text[text.rfind("\n", 0, start) + 1 : start]
    copies = zip(names, _copies(text, block, count), strict=True)
    made = "".join(f"\n{indentation}self.{each} = {copied}" for each, copied in copies)
    edits = [_insertion(file, text, end, made)]
    statement = state.index.parent(use)
    first, last = expression_offsets(text, use)
    if _passes_on(statement, use):
        begin = text.rfind("\n", 0, first) + 1
        line = text[begin:last]
        calls = "".join("\n" + line.replace(f"self.{name}(", f"self.{each}(") for each in names)
        edits.append(_insertion(file, text, last, calls))
    else:
        before = "".join(f"self.{each}(" for each in reversed(names))
        edits.append(TextEdit(file=file, start=first, end=first, text=before))
        edits.append(TextEdit(file=file, start=last, end=last, text=")" * count))
    return tuple(edits)


def _insertion(file: str, text: str, end: int, added: str) -> TextEdit:
    """New lines after a statement and its comment."""
    comment = re.match(r"[^\S\n]*#.*", text[end:])
    place = end + (comment.end() if comment else 0)
    return TextEdit(file=file, start=place, end=place, text=added)


def _passes_on(statement: ast.AST | None, use: ast.Call) -> bool:
    """Whether a statement is ``h = self.block(h)``."""
    if not isinstance(statement, ast.Assign) or statement.value is not use or len(use.args) != 1:
        return False
    return ast.unparse(statement.targets[0]) == ast.unparse(use.args[0])


def _attribute_use(state: RepairState, call: ast.Call) -> tuple[ast.Assign | None, ast.Call | None]:
    """The statement ``self.name = call``, and the only call of ``self.name`` in the same class."""
    statement = state.index.parent(call)
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return None, None
    target = statement.targets[0]
    owner = state.index.enclosing(statement, (ast.ClassDef,))
    if not isinstance(target, ast.Attribute) or owner is None or statement.value is not call:
        return None, None
    name = ast.unparse(target)
    uses = [
        node
        for node in ast.walk(owner)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == name
    ]
    return statement, uses[0] if name.startswith("self.") and len(uses) == 1 else None


def _free_names(text: str, name: str, count: int) -> list[str]:
    """Names after one that ends in a number, or with one behind it."""
    found = re.fullmatch(r"(.*?)(\d+)", name)
    names = [f"{found[1]}{int(found[2]) + more}" for more in range(1, count + 1)] if found else []
    if not names or any(re.search(rf"\bself\.{each}\b", text) for each in names):
        return [f"{name}_{number}" for number in range(2, count + 2)]
    return names


def _removed_blocks(state: RepairState, calls: Sequence[ast.Call], count: int) -> _Edits:
    edits: list[TextEdit] = []
    for call in calls[-count:]:
        removal = _removed_entry(state, call) or _removed_attribute(state, call)
        if not removal:
            return ()
        edits += removal
    before, last = calls[-count - 1], calls[-1]
    kept, given = _channels(before), _channels(last)
    if len(kept) == len(given) == 2:
        file, text = state.index.file_of(before), state.files[state.index.file_of(last)]
        start, end = expression_offsets(text, given[1])
        if ast.unparse(kept[1]) != text[start:end]:
            edits.append(replacement_edit(file, state.files[file], kept[1], text[start:end]))
    return tuple(edits)


def _removed_entry(state: RepairState, call: ast.Call) -> _Edits:
    """The removal of an entry of a Sequential or a list, up to the next one."""
    found = sibling_entries(state, call)
    if found is None or len(found[0]) < 2:
        return ()
    entries, place = found
    file = state.index.file_of(call)
    text = state.files[file]
    start, end = expression_offsets(text, call)
    if place + 1 < len(entries):
        end = expression_offsets(text, entries[place + 1])[0]
    else:
        start = expression_offsets(text, entries[place - 1])[1]
    return (TextEdit(file=file, start=start, end=end, text=""),)


def _removed_attribute(state: RepairState, call: ast.Call) -> _Edits:
    """The removal of an attribute and of its call, whose argument takes its place."""
    assignment, use = _attribute_use(state, call)
    if assignment is None or use is None or len(use.args) != 1:
        return ()
    file = state.index.file_of(call)
    text = state.files[file]
    edits = [_removed_line(file, text, assignment)]
    statement = state.index.parent(use)
    if isinstance(statement, ast.Assign) and _passes_on(statement, use):
        return (*edits, _removed_line(file, text, statement))
    start, end = expression_offsets(text, use.args[0])
    return (*edits, replacement_edit(file, text, use, text[start:end]))


def _removed_line(file: str, text: str, statement: ast.stmt) -> TextEdit:
    """The removal of a statement with its line, if nothing else but a comment stands there."""
    start, end = expression_offsets(text, statement)
    begin = text.rfind("\n", 0, start) + 1
    rest = re.match(r"[^\S\n]*(#.*)?(\n|$)", text[end:])
    if rest is None or text[begin:start].strip():
        return TextEdit(file=file, start=start, end=end, text="pass")
    return TextEdit(file=file, start=begin, end=end + rest.end(), text="")


def _longer_lists(
    state: RepairState, blocks: Sequence[ResamplingBlock], count: int
) -> Iterator[_Edits]:
    """The last or the first width once more, in a list of the widths between blocks."""
    for text, node, values in _width_lists(state, len(blocks)):
        for entry, place in ((values[-1], -1), (values[0], 0)):
            start, end = expression_offsets(text, entry)
            given = f", {text[start:end]}" * count
            file = state.index.file_of(node)
            at = expression_offsets(text, values[place])[1]
            yield (TextEdit(file=file, start=at, end=at, text=given),)


def _shorter_lists(
    state: RepairState, blocks: Sequence[ResamplingBlock], count: int
) -> Iterator[_Edits]:
    """The first widths removed, or those before the last, in a list of the widths between blocks."""
    for text, node, values in _width_lists(state, len(blocks)):
        file = state.index.file_of(node)
        for first, last in ((values[0], values[count]), (values[-count - 1], values[-1])):
            start, end = (expression_offsets(text, each)[0] for each in (first, last))
            yield (TextEdit(file=file, start=start, end=end, text=""),)


def _width_lists(
    state: RepairState, blocks: int
) -> Iterator[tuple[str, ast.List | ast.Tuple, list[ast.expr]]]:
    """The lists of numbers in a text that have one more than there are blocks."""
    for node in state.index.nodes():
        if isinstance(node, ast.List | ast.Tuple) and len(node.elts) == blocks + 1 > 2:
            numbers = [each for each in node.elts if isinstance(each, ast.Constant)]
            if len(numbers) == len(node.elts) and all(type(each.value) is int for each in numbers):
                yield state.files[state.index.file_of(node)], node, node.elts
