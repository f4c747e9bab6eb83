"""Repairs as unified diffs of the source.

Every diff is checked: the edited source, read again, must fit and have the repair's output shape.
An edit that cannot be written into the source has no diff.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from difflib import unified_diff
from itertools import pairwise

from designer.audit.interpreter.network_finder import SourceNetwork, read_source
from designer.audit.interpreter.torch_modules import split_axes
from designer.audit.layers_json import audit_layer_document, json_value
from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.registry import TORCH_MODULES
from designer.audit.repairs.changes import INPUT_INDEX, WHOLE_LAYER, Change
from designer.audit.repairs.ranking import Candidate
from designer.audit.trace import AuditNetwork, trace_network
from designer.errors import InvalidRequest
from designer.source.syntax_tree import parse_python


@dataclass(frozen=True, slots=True, kw_only=True)
class TextEdit:
    """Replacement of the characters from ``start`` to ``end``."""

    start: int
    end: int
    text: str


def patch_source(source: SourceNetwork, repair: Candidate) -> str | None:
    """The unified diff of a repair, None if it cannot be written into the source.

    >>> from designer.audit.repairs.goal import Goal
    >>> from designer.audit.repairs.search import find_repairs
    >>> source = read_source("nn.Sequential(nn.Flatten(), nn.Linear(9, 2))", input_shape=(2, 4))
    >>> network = AuditNetwork(input_shape=(2, 4), layers=source.layers)
    >>> print(patch_source(source, find_repairs(network, Goal())[0]))
    --- source.py
    +++ source.py
    @@ -1 +1 @@
    -nn.Sequential(nn.Flatten(), nn.Linear(9, 2))
    +nn.Sequential(nn.Flatten(), nn.Linear(8, 2))
    <BLANKLINE>
    """
    edits: list[TextEdit] = []
    for change in dict.fromkeys(repair.changes):
        count = repair.changes.count(change)
        edit = _change_edit(source, change, count, repair)
        if edit is None:
            return None
        if edit not in edits:
            edits.append(edit)
    text = _apply_edits(source.text, edits)
    if text is None or not _is_confirmed(source, text, repair):
        return None
    before, after = _lines(source.text), _lines(text)
    for lines in (before, after):
        if lines and not lines[-1].endswith("\n"):
            lines[-1] += "\n"
    return "".join(unified_diff(before, after, "source.py", "source.py"))


def is_complete_repair(source: SourceNetwork, repair: Candidate) -> bool:
    """Whether the rest of a partially read source fits after a repair of the part."""
    if source.stop_reason is None:
        return True
    if {change.index for change in repair.changes} == {INPUT_INDEX}:
        return _is_confirmed(source, source.text, repair)
    return patch_source(source, repair) is not None


def _change_edit(
    source: SourceNetwork, change: Change, count: int, repair: Candidate
) -> TextEdit | None:
    if change.index == INPUT_INDEX:
        return None
    if change.field != WHOLE_LAYER:
        return _field_edit(source, change, repair)
    if isinstance(change.after, AuditLayer):
        axes = max(1, min(3, len(repair.trace.shapes[0]) - 2))
        return _addition_edit(source, change.index, change.after, count, axes)
    return _removal_edit(source, change.index)


def _field_edit(source: SourceNetwork, change: Change, repair: Candidate) -> TextEdit | None:
    """The edit of an argument, None if its call makes several layers and not all change."""
    node = source.recorded[change.index].node
    same = [place for place, recorded in enumerate(source.recorded) if recorded.node is node]
    alike = {each.index for each in repair.changes if each.field == change.field}
    if not isinstance(node, ast.Call) or not set(same) <= alike:
        return None
    called = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
    signature = TORCH_MODULES.get(split_axes(called)[0], (AuditLayer, ()))[1]
    name = source.layers[change.index].torch_names.get(change.field, change.field)
    value = _value_text(change.after)
    for keyword in node.keywords:
        if keyword.arg == name:
            return _replacement_edit(source.text, keyword.value, value)
    if name not in signature:
        return None
    place = signature.index(name)
    if place < len(node.args) and not any(isinstance(arg, ast.Starred) for arg in node.args):
        return _replacement_edit(source.text, node.args[place], value)
    end = _offset(source.text, node.end_lineno, node.end_col_offset) - 1
    separator = "" if source.text[:end].rstrip().endswith(("(", ",")) else ", "
    return TextEdit(start=end, end=end, text=f"{separator}{name}={value}")


def _addition_edit(
    source: SourceNetwork, index: int, layer: AuditLayer, count: int, axes: int
) -> TextEdit | None:
    """The insertion of a layer before its neighbor in a Sequential or a list, or after the last."""
    last = index >= len(source.recorded)
    node = source.recorded[-1 if last else index].node
    constructor = _constructor_call(source, node, layer, axes)
    if constructor is None or _siblings(source.text, node) is None:
        return None
    start = _offset(source.text, node.lineno, node.col_offset)  # type: ignore[attr-defined]
    line = source.text.rfind("\n", 0, start) + 1
    indentation = source.text[line:start]
    separator = f",\n{indentation}" if not indentation.strip() else ", "
    if last:
        end = _offset(source.text, node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]
        return TextEdit(start=end, end=end, text=f"{separator}{constructor}" * count)
    return TextEdit(start=start, end=start, text=f"{constructor}{separator}" * count)


def _removal_edit(source: SourceNetwork, index: int) -> TextEdit | None:
    """The removal of a layer and the comma after it."""
    node = source.recorded[index].node
    siblings = _siblings(source.text, node)
    if siblings is None:
        return None
    start = _offset(source.text, node.lineno, node.col_offset)  # type: ignore[attr-defined]
    later = [each for each in siblings if (each.lineno, each.col_offset) > _position(node)]
    if later:
        end = _offset(source.text, later[0].lineno, later[0].col_offset)
    else:
        end = _offset(source.text, node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]
    return TextEdit(start=start, end=end, text="")


def _siblings(text: str, node: ast.AST) -> list[ast.expr] | None:
    """The entries of the Sequential or list that contains the node, None if none does."""
    for parent in ast.walk(parse_python(text)):
        if isinstance(parent, ast.Call) and ast.unparse(parent.func).endswith("Sequential"):
            entries = parent.args
        elif isinstance(parent, ast.List):
            entries = parent.elts
        else:
            continue
        if any(_position(entry) == _position(node) for entry in entries):
            return entries
    return None


def _constructor_call(
    source: SourceNetwork, near: ast.AST, layer: AuditLayer, axes: int
) -> str | None:
    """The constructor call of a layer, with the module prefix of its neighbor's call."""
    layer = layer.as_module()
    name = next(iter(layer.torch_modules), None)
    if name is None or not isinstance(near, ast.Call):
        return None
    prefix = ast.unparse(near.func.value) + "." if isinstance(near.func, ast.Attribute) else ""
    fields = audit_layer_document(layer)
    ndim = fields.pop("ndim", axes)
    words = [
        f"{layer.torch_names.get(field, field)}={_value_text(value)}"
        for field, value in fields.items()
        if field not in ("op", "norm", "activation")
    ]
    return f"{prefix}{name.format(ndim)}({', '.join(words)})"


def _value_text(value: object) -> str:
    entries = json_value(value)
    if isinstance(entries, list):
        return f"({', '.join(map(repr, entries))}{',' if len(entries) == 1 else ''})"
    return repr(entries)


def _replacement_edit(text: str, node: ast.expr, value: str) -> TextEdit:
    return TextEdit(
        start=_offset(text, node.lineno, node.col_offset),
        end=_offset(text, node.end_lineno, node.end_col_offset),
        text=value,
    )


def _position(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def _offset(text: str, line: int | None, column: int | None) -> int:
    """Character offset of a node's line and column; the column counts bytes."""
    assert line is not None, "nodes of a parsed text have a position"
    assert column is not None, "nodes of a parsed text have a position"
    lines = _lines(text)
    before = sum(map(len, lines[: line - 1]))
    return before + len(lines[line - 1].encode()[:column].decode())


def _lines(text: str) -> list[str]:
    """Lines as Python's parser counts them, with their line endings."""
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)


def _apply_edits(text: str, edits: list[TextEdit]) -> str | None:
    ordered = sorted(edits, key=lambda edit: edit.start, reverse=True)
    for later, earlier in pairwise(ordered):
        if earlier.end > later.start:
            return None
    for edit in ordered:
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def _is_confirmed(source: SourceNetwork, text: str, repair: Candidate) -> bool:
    """Whether the edited text is read as a network with the repair's output shape.

    If only a part of the source is read, that part must have the repair's shapes and not fail.
    """
    network, allow_partial = repair.network, source.stop_reason is not None
    try:
        read = read_source(
            text, input_shape=network.input_shape, batch=network.batch, allow_partial=allow_partial
        )
    except InvalidRequest:
        return False
    trace = trace_network(
        AuditNetwork(input_shape=network.input_shape, layers=read.layers, batch=network.batch)
    )
    if trace.layer_error is not None:
        return False
    wanted = repair.trace.shapes
    return (
        trace.shapes[: len(wanted)] == wanted if allow_partial else trace.shapes[-1] == wanted[-1]
    )
