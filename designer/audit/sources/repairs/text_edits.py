"""Changes of layers as edits of the text: an argument, an added or a removed layer.

An edit is made where the layer is made, which the run reports as the span of an expression.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import unified_diff
from itertools import pairwise

from designer.audit.graph.model import GraphNode
from designer.audit.layers_json import audit_layer_document, json_value
from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.registry import TORCH_MODULES
from designer.audit.repairs.changes import INPUT_INDEX, WHOLE_LAYER, Change
from designer.audit.repairs.ranking import Candidate
from designer.audit.sources.layer_chain import LayerChain
from designer.audit.sources.node_layers import split_axes
from designer.source.syntax_tree import parse_python


@dataclass(frozen=True, slots=True, kw_only=True)
class TextEdit:
    """Replacement of the characters from ``start`` to ``end`` of a file."""

    file: str
    start: int
    end: int
    text: str


class TextEditor:
    """Writes changes of a chain of layers into the files that make it."""

    def __init__(
        self, files: dict[str, str], nodes: Sequence[GraphNode], chain: LayerChain
    ) -> None:
        self._files = files
        self._chain = chain
        self._made = [nodes[index] for index in chain.nodes]
        self._calls: dict[str, dict[tuple[int, ...], ast.Call]] = {}

    def edits(self, repair: Candidate) -> list[TextEdit] | None:
        """The edits of a repair, None if it cannot be written into the files."""
        edits: list[TextEdit] = []
        for change in dict.fromkeys(repair.changes):
            if change.index == INPUT_INDEX:
                return None
            edit = self._change_edit(change, repair)
            if edit is None:
                return None
            if edit not in edits:
                edits.append(edit)
        return edits

    def _change_edit(self, change: Change, repair: Candidate) -> TextEdit | None:
        if change.field != WHOLE_LAYER:
            return self._field_edit(change, repair)
        if isinstance(change.after, AuditLayer):
            count = repair.changes.count(change)
            axes = max(1, min(3, len(repair.trace.shapes[0]) - 2))
            return self._addition_edit(change.index, change.after, count, axes)
        return self._removal_edit(change.index)

    def _call(self, node: GraphNode) -> ast.Call | None:
        """The expression that makes a module, None if it is not a call in these files."""
        if node.file not in self._files or not node.made_by or not node.is_module:
            return None
        if node.file not in self._calls:
            tree = parse_calls(self._files[node.file])
            self._calls[node.file] = {call_span(call): call for call in tree}
        call = self._calls[node.file].get(node.made_by[0][1])
        name = node.class_name.removeprefix("Parametrized")
        return call if call is not None and called_name(call) == name else None

    def _field_edit(self, change: Change, repair: Candidate) -> TextEdit | None:
        """The edit of an argument, None if its call makes several layers and not all change."""
        node = self._made[change.index]
        call = self._call(node)
        same = {
            place for place, each in enumerate(self._made) if each.made_by[:1] == node.made_by[:1]
        }
        alike = {each.index for each in repair.changes if each.field == change.field}
        if call is None or not same <= alike:
            return None
        assert node.file is not None, "a call has a file"
        signature = TORCH_MODULES.get(split_axes(called_name(call))[0], (AuditLayer, ()))[1]
        name = self._chain.network.layers[change.index].torch_names.get(change.field, change.field)
        value, text = value_text(change.after), self._files[node.file]
        for keyword in call.keywords:
            if keyword.arg == name:
                return replacement_edit(node.file, text, keyword.value, value)
        if name not in signature:
            return None
        place = signature.index(name)
        if place < len(call.args) and not any(isinstance(arg, ast.Starred) for arg in call.args):
            return replacement_edit(node.file, text, call.args[place], value)
        end = character_offset(text, call.end_lineno, call.end_col_offset) - 1
        separator = "" if text[:end].rstrip().endswith(("(", ",")) else ", "
        return TextEdit(file=node.file, start=end, end=end, text=f"{separator}{name}={value}")

    def _addition_edit(
        self, index: int, layer: AuditLayer, count: int, axes: int
    ) -> TextEdit | None:
        """The insertion of a layer before its neighbor in a Sequential or a list, or after the last."""
        last = index >= len(self._made)
        node = self._made[-1 if last else index]
        call = self._call(node)
        if call is None or node.file is None:
            return None
        constructor = _constructor_call(call, layer, axes)
        text = self._files[node.file]
        if constructor is None or _siblings(text, call) is None:
            return None
        start = character_offset(text, call.lineno, call.col_offset)
        line = text.rfind("\n", 0, start) + 1
        indentation = text[line:start]
        separator = f",\n{indentation}" if not indentation.strip() else ", "
        if last:
            end = character_offset(text, call.end_lineno, call.end_col_offset)
            added = f"{separator}{constructor}" * count
            return TextEdit(file=node.file, start=end, end=end, text=added)
        added = f"{constructor}{separator}" * count
        return TextEdit(file=node.file, start=start, end=start, text=added)

    def _removal_edit(self, index: int) -> TextEdit | None:
        """The removal of a layer and the comma after it."""
        node = self._made[index]
        call = self._call(node)
        if call is None or node.file is None:
            return None
        text = self._files[node.file]
        siblings = _siblings(text, call)
        if siblings is None:
            return None
        start = character_offset(text, call.lineno, call.col_offset)
        later = [each for each in siblings if _position(each) > _position(call)]
        if later:
            end = character_offset(text, later[0].lineno, later[0].col_offset)
        else:
            end = character_offset(text, call.end_lineno, call.end_col_offset)
        return TextEdit(file=node.file, start=start, end=end, text="")


def parse_calls(text: str) -> list[ast.Call]:
    """The calls in a text, none if it is not Python, such as a notebook with magics."""
    try:
        tree = parse_python(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def call_span(call: ast.Call) -> tuple[int, ...]:
    """First line, last line, first column and end column of a call."""
    return (
        call.lineno,
        call.end_lineno or 0,
        call.col_offset,
        call.end_col_offset or 0,
    )


def called_name(call: ast.Call) -> str:
    """The last name of what is called: ``Conv2d`` for ``nn.Conv2d(…)``; empty without a name."""
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def unified_text_diff(before: dict[str, str], after: dict[str, str]) -> str:
    """The unified diff of the files that differ."""
    found = []
    for file, text in before.items():
        old, new = _lines(text), _lines(after[file])
        for lines in (old, new):
            if lines and not lines[-1].endswith("\n"):
                lines[-1] += "\n"
        found.append("".join(unified_diff(old, new, file, file)))
    return "".join(found)


def apply_edits(files: dict[str, str], edits: Sequence[TextEdit]) -> dict[str, str] | None:
    """The files after edits, None if two edits overlap.

    >>> apply_edits({"a.py": "x = 1"}, [TextEdit(file="a.py", start=4, end=5, text="2")])
    {'a.py': 'x = 2'}
    """
    edited = dict(files)
    ordered = sorted(edits, key=lambda edit: edit.start, reverse=True)
    for later, earlier in pairwise(ordered):
        if later.file == earlier.file and earlier.end > later.start:
            return None
    for edit in ordered:
        text = edited[edit.file]
        edited[edit.file] = text[: edit.start] + edit.text + text[edit.end :]
    return edited


def replacement_edit(file: str, text: str, node: ast.expr, value: str) -> TextEdit:
    """The replacement of an expression."""
    return TextEdit(
        file=file,
        start=character_offset(text, node.lineno, node.col_offset),
        end=character_offset(text, node.end_lineno, node.end_col_offset),
        text=value,
    )


def character_offset(text: str, line: int | None, column: int | None) -> int:
    """Character offset of a node's line and column; the column counts bytes."""
    assert line is not None, "nodes of a parsed text have a position"
    assert column is not None, "nodes of a parsed text have a position"
    lines = _lines(text)
    before = sum(map(len, lines[: line - 1]))
    return before + len(lines[line - 1].encode()[:column].decode())


def value_text(value: object) -> str:
    """A field's value as Python text: lists become tuples."""
    entries = json_value(value)
    if isinstance(entries, list):
        return f"({', '.join(map(repr, entries))}{',' if len(entries) == 1 else ''})"
    return repr(entries)


def _siblings(text: str, call: ast.Call) -> list[ast.expr] | None:
    """The entries of the Sequential or list that contains the call, None if none does."""
    for parent in ast.walk(parse_python(text)):
        if isinstance(parent, ast.Call) and called_name(parent) == "Sequential":
            entries = parent.args
        elif isinstance(parent, ast.List):
            entries = parent.elts
        else:
            continue
        if any(_position(entry) == _position(call) for entry in entries):
            return entries
    return None


def _constructor_call(near: ast.Call, layer: AuditLayer, axes: int) -> str | None:
    """The constructor call of a layer, with the module prefix of its neighbor's call."""
    layer = layer.as_module()
    name = next(iter(layer.torch_modules), None)
    if name is None:
        return None
    prefix = ast.unparse(near.func.value) + "." if isinstance(near.func, ast.Attribute) else ""
    fields = audit_layer_document(layer)
    ndim = fields.pop("ndim", axes)
    words = [
        f"{layer.torch_names.get(field, field)}={value_text(value)}"
        for field, value in fields.items()
        if field not in ("op", "norm", "activation")
    ]
    return f"{prefix}{name.format(ndim)}({', '.join(words)})"


def _position(node: ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _lines(text: str) -> list[str]:
    """Lines as Python's parser counts them, with their line endings."""
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)
