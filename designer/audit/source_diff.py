"""A repair as a unified diff of the source that was sent.

Every diff is proven before it is given: the edited text is read again, and must fit and end where
the repair ends. Where an edit cannot be written into the text, there is no diff.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from difflib import unified_diff
from itertools import pairwise

from designer.audit.interpreter.network_finder import SourceNetwork, read_source
from designer.audit.interpreter.torch_modules import SIGNATURES, split_axes
from designer.audit.layers_json import layer_document, plain
from designer.audit.ops.layer import Layer
from designer.audit.ops.padding import CropLayer, PadLayer
from designer.audit.repairs.changes import INPUT, LAYER, Change
from designer.audit.repairs.ranking import Candidate
from designer.audit.trace import Network, trace_network
from designer.errors import InvalidRequest
from designer.source.syntax_tree import parse_python

CLASSES = {
    "conv": "Conv{}d",
    "conv_transpose": "ConvTranspose{}d",
    "max_pool": "MaxPool{}d",
    "avg_pool": "AvgPool{}d",
    "adaptive_pool": "AdaptiveAvgPool{}d",
    "linear": "Linear",
    "flatten": "Flatten",
    "upsample": "Upsample",
    "pixel_shuffle": "PixelShuffle",
    "pad": "ZeroPad{}d",
}
"""What torch calls a layer that is put in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Characters from ``start`` to ``end`` of the text, to be replaced."""

    start: int
    end: int
    text: str


def patch_source(source: SourceNetwork, repair: Candidate) -> str | None:
    """The unified diff of a repair, None where it cannot be written into the text.

    >>> from designer.audit.repairs.goal import Goal
    >>> from designer.audit.repairs.search import find_repairs
    >>> source = read_source("nn.Sequential(nn.Flatten(), nn.Linear(9, 2))", input_shape=(2, 4))
    >>> network = Network(input_shape=(2, 4), layers=source.layers)
    >>> print(patch_source(source, find_repairs(network, Goal())[0]))
    --- source.py
    +++ source.py
    @@ -1 +1 @@
    -nn.Sequential(nn.Flatten(), nn.Linear(9, 2))
    +nn.Sequential(nn.Flatten(), nn.Linear(8, 2))
    <BLANKLINE>
    """
    edits: list[Edit] = []
    for change in dict.fromkeys(repair.changes):
        count = repair.changes.count(change)
        edit = _edit(source, change, count, repair)
        if edit is None:
            return None
        if edit not in edits:
            edits.append(edit)
    text = _applied(source.text, edits)
    if text is None or not _proven(source, text, repair):
        return None
    before, after = _lines(source.text), _lines(text)
    for lines in (before, after):
        if lines and not lines[-1].endswith("\n"):
            lines[-1] += "\n"
    return "".join(unified_diff(before, after, "source.py", "source.py"))


def holds(source: SourceNetwork, repair: Candidate) -> bool:
    """Whether a repair of what was read of a source mends the source: all else of it runs too."""
    if source.cut is None:
        return True
    if {change.index for change in repair.changes} == {INPUT}:
        return _proven(source, source.text, repair)
    return patch_source(source, repair) is not None


def _edit(source: SourceNetwork, change: Change, count: int, repair: Candidate) -> Edit | None:
    if change.index == INPUT:
        return None
    if change.field != LAYER:
        return _field_edit(source, change, repair)
    if isinstance(change.after, Layer):
        axes = max(1, min(3, len(repair.trace.shapes[0]) - 2))
        return _addition(source, change.index, change.after, count, axes)
    return _removal(source, change.index)


def _field_edit(source: SourceNetwork, change: Change, repair: Candidate) -> Edit | None:
    """The argument's text; a call that makes several layers is edited if all change alike."""
    node = source.placed[change.index].node
    same = [place for place, placed in enumerate(source.placed) if placed.node is node]
    alike = {each.index for each in repair.changes if each.field == change.field}
    if not isinstance(node, ast.Call) or not set(same) <= alike:
        return None
    called = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
    signature = SIGNATURES.get(split_axes(called)[0], ("", ""))[1].split()
    name = {"pad": "padding"}.get(change.field, change.field)
    value = _written(change.after)
    for keyword in node.keywords:
        if keyword.arg == name:
            return _replacing(source.text, keyword.value, value)
    if name not in signature:
        return None
    place = signature.index(name)
    if place < len(node.args) and not any(isinstance(arg, ast.Starred) for arg in node.args):
        return _replacing(source.text, node.args[place], value)
    end = _offset(source.text, node.end_lineno, node.end_col_offset) - 1
    joint = "" if source.text[:end].rstrip().endswith(("(", ",")) else ", "
    return Edit(start=end, end=end, text=f"{joint}{name}={value}")


def _addition(
    source: SourceNetwork, index: int, layer: Layer, count: int, axes: int
) -> Edit | None:
    """The layer's text before its neighbour in a Sequential or a list, or behind the last one."""
    last = index >= len(source.placed)
    node = source.placed[-1 if last else index].node
    written = _module(source, node, layer, axes)
    if written is None or _siblings(source.text, node) is None:
        return None
    start = _offset(source.text, node.lineno, node.col_offset)  # type: ignore[attr-defined]
    line = source.text.rfind("\n", 0, start) + 1
    lead = source.text[line:start]
    joint = f",\n{lead}" if not lead.strip() else ", "
    if last:
        end = _offset(source.text, node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]
        return Edit(start=end, end=end, text=f"{joint}{written}" * count)
    return Edit(start=start, end=start, text=f"{written}{joint}" * count)


def _removal(source: SourceNetwork, index: int) -> Edit | None:
    """The layer's text and the comma behind it."""
    node = source.placed[index].node
    siblings = _siblings(source.text, node)
    if siblings is None:
        return None
    start = _offset(source.text, node.lineno, node.col_offset)  # type: ignore[attr-defined]
    later = [each for each in siblings if (each.lineno, each.col_offset) > _place(node)]
    if later:
        end = _offset(source.text, later[0].lineno, later[0].col_offset)
        return Edit(start=start, end=end, text="")
    end = _offset(source.text, node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]
    return Edit(start=start, end=end, text="")


def _siblings(text: str, node: ast.AST) -> list[ast.expr] | None:
    """The entries of the Sequential or list that the node is one of, None where it is in none."""
    for parent in ast.walk(parse_python(text)):
        if isinstance(parent, ast.Call) and ast.unparse(parent.func).endswith("Sequential"):
            entries = parent.args
        elif isinstance(parent, ast.List):
            entries = parent.elts
        else:
            continue
        if any(_place(entry) == _place(node) for entry in entries):
            return entries
    return None


def _module(source: SourceNetwork, near: ast.AST, layer: Layer, axes: int) -> str | None:
    """A layer as torch's constructor call, named as its neighbour names torch."""
    if isinstance(layer, CropLayer):
        pads = [-rows for pair in reversed(layer.crop) for rows in pair]
        layer = PadLayer(pad=tuple(pads))
    if layer.op not in CLASSES or not isinstance(near, ast.Call):
        return None
    prefix = ast.unparse(near.func.value) + "." if isinstance(near.func, ast.Attribute) else ""
    fields = layer_document(layer)
    ndim = fields.pop("ndim", axes)
    words = [
        f"{'padding' if name == 'pad' else name}={_written(value)}"
        for name, value in fields.items()
        if name not in ("op", "norm", "activation")
    ]
    return f"{prefix}{CLASSES[layer.op].format(ndim)}({', '.join(words)})"


def _written(value: object) -> str:
    entries = plain(value)
    if isinstance(entries, list):
        return f"({', '.join(map(repr, entries))}{',' if len(entries) == 1 else ''})"
    return repr(entries)


def _replacing(text: str, node: ast.expr, value: str) -> Edit:
    return Edit(
        start=_offset(text, node.lineno, node.col_offset),
        end=_offset(text, node.end_lineno, node.end_col_offset),
        text=value,
    )


def _place(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def _offset(text: str, line: int | None, column: int | None) -> int:
    """Where a node's line and column, which counts bytes, are in the text."""
    assert line is not None, "nodes of a parsed text have a place"
    assert column is not None, "nodes of a parsed text have a place"
    lines = _lines(text)
    before = sum(map(len, lines[: line - 1]))
    return before + len(lines[line - 1].encode()[:column].decode())


def _lines(text: str) -> list[str]:
    """Lines as Python's parser counts them, with their ends."""
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)


def _applied(text: str, edits: list[Edit]) -> str | None:
    ordered = sorted(edits, key=lambda edit: edit.start, reverse=True)
    for later, earlier in pairwise(ordered):
        if earlier.end > later.start:
            return None
    for edit in ordered:
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def _proven(source: SourceNetwork, text: str, repair: Candidate) -> bool:
    """Whether the edited text is read as a network that ends where the repair does.

    Where only a part of the source was read, that it begins as the repair and breaks nowhere.
    """
    network, partly = repair.network, source.cut is not None
    try:
        read = read_source(
            text, input_shape=network.input_shape, batch=network.batch, partly=partly
        )
    except InvalidRequest:
        return False
    again = trace_network(
        Network(input_shape=network.input_shape, layers=read.layers, batch=network.batch)
    )
    if again.broken is not None:
        return False
    wanted = repair.trace.shapes
    return again.shapes[: len(wanted)] == wanted if partly else again.shapes[-1] == wanted[-1]
