"""The size of an up-step taken from its skip, at every join of a network that does not meet at some size.

Either the up-step itself gets the size, or its map is resized where it is joined.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from designer.audit.sources.repairs.repair_state import Proposal, RepairState
from designer.audit.sources.repairs.text_edits import (
    TextEdit,
    called_name,
    character_offset,
    replacement_edit,
)
from designer.audit.sources.size_runs import CallSpan, JoinMiss

SKIP_NAME = "skip"
"""The name of a skip whose expression must not be evaluated twice."""

_FREE = (ast.Name, ast.Attribute, ast.Subscript, ast.Constant, ast.Load, ast.UnaryOp, ast.USub)
"""Expressions that may be evaluated twice."""


@dataclass(frozen=True, kw_only=True)
class _Join:
    """A call, sum or statement that joins two maps: the expressions of the skip and of the other map."""

    node: ast.AST
    skip: ast.expr
    other: ast.expr


def skip_size_proposals(state: RepairState, misses: Sequence[JoinMiss]) -> Iterator[Proposal]:
    """Edits of every join that misses: the up-steps get the size of the skip, or their maps do."""
    for idea, edit in (("size_of_skip", _sized_up_step), ("resized_to_skip", _resized_map)):
        edits: list[TextEdit] = []
        for miss in misses:
            found = edit(_Editor(state), miss)
            if found is None:
                break
            edits += found
        else:
            if edits:
                yield Proposal(idea=idea, edits=tuple(dict.fromkeys(edits)))


class _Editor:
    """Finds the expressions of joins and up-steps in the files, and their text."""

    def __init__(self, state: RepairState) -> None:
        self.index = state.index
        self.files = state.files
        self.functional = state.functional

    def join(self, miss: JoinMiss) -> _Join | None:
        """The join of a miss, None if it is written in another way than those known."""
        for node in self.index.nodes_at(miss.joined_at[0]) if miss.joined_at else ():
            maps = _joined_maps(node)
            if maps is not None:
                skip, other = maps if miss.is_first else maps[::-1]
                return _Join(node=node, skip=skip, other=other)
        return None

    def call(self, place: CallSpan | None) -> ast.Call | None:
        """The call at a place."""
        nodes = self.index.nodes_at(place) if place is not None else ()
        return next((node for node in nodes if isinstance(node, ast.Call)), None)

    def text(self, node: ast.expr) -> str:
        """The text of an expression."""
        return ast.get_source_segment(self.files[self.index.file_of(node)], node) or ""

    def replace(self, node: ast.expr, value: str) -> TextEdit:
        """The replacement of an expression."""
        file = self.index.file_of(node)
        return replacement_edit(file, self.files[file], node, value)

    def statement(self, node: ast.AST) -> ast.stmt | None:
        """The statement that contains a node, None if it does not begin its line."""
        found = node if isinstance(node, ast.stmt) else self.index.enclosing(node, (ast.stmt,))
        if not isinstance(found, ast.stmt):
            return None
        line = self.files[self.index.file_of(found)].splitlines()[found.lineno - 1]
        return found if not line.encode()[: found.col_offset].strip() else None

    def named_skip(self, join: _Join, before: ast.AST) -> tuple[str, list[TextEdit]] | None:
        """The text that stands for the skip; one that must be evaluated once gets a name first."""
        if all(isinstance(node, _FREE) for node in ast.walk(join.skip)):
            return self.text(join.skip), []
        statement = self.statement(before)
        file = self.index.file_of(join.node)
        if statement is None or SKIP_NAME in _names(self.index.enclosing(statement, _FUNCTIONS)):
            return None
        start = character_offset(self.files[file], statement.lineno, statement.col_offset)
        line = f"{SKIP_NAME} = {self.text(join.skip)}\n{' ' * statement.col_offset}"
        named = TextEdit(file=file, start=start, end=start, text=line)
        return SKIP_NAME, [named, self.replace(join.skip, SKIP_NAME)]


_FUNCTIONS = (ast.FunctionDef,)


def _joined_maps(node: ast.AST) -> tuple[ast.expr, ast.expr] | None:
    """The two expressions that a call, a sum or an addition in place joins."""
    if isinstance(node, ast.Call) and node.args:
        first = node.args[0]
        entries = first.elts if isinstance(first, ast.List | ast.Tuple) else node.args
        maps = [entry for entry in entries[:3] if not isinstance(entry, ast.Starred)]
        return (maps[0], maps[1]) if len(entries) == len(maps) == 2 else None
    if isinstance(node, ast.BinOp):
        return node.left, node.right
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add):
        return node.target, node.value
    return None


def _names(function: ast.AST | None) -> set[str]:
    nodes = ast.walk(function) if function is not None else ()
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    arguments = function.args.args if isinstance(function, ast.FunctionDef) else []
    return names | {argument.arg for argument in arguments}


def _resized_map(editor: _Editor, miss: JoinMiss) -> list[TextEdit] | None:
    """The map of the up-step, resized where it is joined."""
    join = editor.join(miss)
    found = None if join is None else editor.named_skip(join, join.node)
    if join is None or found is None:
        return None
    skip, edits = found
    function = editor.functional(editor.index.file_of(join.node))
    value = f"{function}.interpolate({editor.text(join.other)}, size={skip}.shape[2:])"
    if isinstance(join.node, ast.AugAssign) and join.other is join.node.target:
        start = editor.replace(join.other, f"{editor.text(join.other)} = {value}")
        return [
            *edits,
            replace(start, end=editor.replace(join.skip, "").start, text=f"{start.text} + "),
        ]
    return [*edits, editor.replace(join.other, value)]


def _sized_up_step(editor: _Editor, miss: JoinMiss) -> list[TextEdit] | None:
    """The size of the skip as an argument of the up-step, where both are in one function."""
    join, call = editor.join(miss), editor.call(miss.up_at)
    if join is None or call is None or miss.up_class is None:
        return None
    index = editor.index
    if index.enclosing(call, _FUNCTIONS) is not index.enclosing(join.node, _FUNCTIONS):
        return None
    found = editor.named_skip(join, call)
    if found is None:
        return None
    skip, edits = found
    size = f"{skip}.shape[2:]"
    if miss.up_class.startswith("ConvTranspose"):
        return [*edits, _added_argument(editor, call, f"output_size={size}")]
    if miss.up_class == "interpolate":
        sized = _sized_interpolation(editor, call, size)
    else:
        sized = _replaced_module(editor, call, miss, size)
    return None if sized is None else [*edits, sized]


def _added_argument(editor: _Editor, call: ast.Call, argument: str) -> TextEdit:
    file = editor.index.file_of(call)
    text = editor.files[file]
    end = character_offset(text, call.end_lineno, call.end_col_offset) - 1
    separator = "" if text[:end].rstrip().endswith(("(", ",")) else ", "
    return TextEdit(file=file, start=end, end=end, text=f"{separator}{argument}")


def _sized_interpolation(editor: _Editor, call: ast.Call, size: str) -> TextEdit | None:
    """A size in the place of the factor of ``interpolate``."""
    words = [
        f"size={size}" if word.arg == "scale_factor" else f"{word.arg}={editor.text(word.value)}"
        for word in call.keywords
    ]
    if len(call.args) != 1 or f"size={size}" not in words:
        return None
    called, given = editor.text(call.func), editor.text(call.args[0])
    return editor.replace(call, f"{called}({', '.join([given, *words])})")


def _replaced_module(editor: _Editor, call: ast.Call, miss: JoinMiss, size: str) -> TextEdit | None:
    """``interpolate`` to a size in the place of an attribute that the text makes an Upsample."""
    made = any(
        isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and called_name(node.value) == miss.up_class
        and any(
            isinstance(target, ast.Attribute) and target.attr == called_name(call)
            for target in node.targets
        )
        for node in editor.index.nodes()
    )
    if not made or len(call.args) != 1 or call.keywords:
        return None
    words = [f"size={size}"]
    for name, usual in (("mode", "nearest"), ("align_corners", None)):
        value = miss.up_settings.get(name, usual)
        words += [f"{name}={value!r}"] if value != usual else []
    function = editor.functional(editor.index.file_of(call))
    given = editor.text(call.args[0])
    return editor.replace(call, f"{function}.interpolate({', '.join([given, *words])})")
