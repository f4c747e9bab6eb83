"""Mutants of a rendered source: one fault each, found through its syntax tree.

Every number, flag, keyword argument, layer, class and statement is changed once in each applicable
way. Comments and docstrings are not mutated, and the rest of the text stays identical.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A source with one fault; ``line`` counts from 1, ``kind`` names the change."""

    kind: str
    line: int
    before: str
    after: str
    text: str

    def __str__(self) -> str:
        return f"{self.kind}, line {self.line}: {self.before} -> {self.after}"


OTHER_CLASS = {
    "ReLU": "nn.LeakyReLU(0.2)",
    "LeakyReLU": "nn.ReLU()",
    "Tanh": "nn.Sigmoid()",
    "Sigmoid": "nn.Tanh()",
}
OTHER_NAME = {
    "BatchNorm": "InstanceNorm",
    "Conv": "ConvTranspose",
    "ConvTranspose": "Conv",
    "min": "max",
    "normal_": "uniform_",
    "zeros_": "ones_",
}


def mutants(text: str) -> Iterator[Mutant]:
    """Every mutant of a source, in the order of its lines."""
    tree = ast.parse(text)
    edits = [edit for node in ast.walk(tree) for edit in _edits(node)]
    for kind, start, end, after in sorted(edits, key=lambda edit: edit[1:]):
        changed = _splice(text, start, end, after)
        yield Mutant(
            kind=kind, line=start[0], before=_cut(text, start, end), after=after, text=changed
        )


def equivalence_reason(mutant: Mutant) -> str | None:
    """The reason, listed by hand, why a mutant is equivalent to the source; None if it is not."""
    line = mutant.text.splitlines()[mutant.line - 1]
    if (mutant.before, mutant.after) == ("nn.ReLU(inplace=True)", "nn.ReLU()"):
        return "inplace affects where a ReLU stores its result, not its value"
    if mutant.kind == "flag" and "nn.ReLU(inplace=False)" in line:
        return "inplace affects where a ReLU stores its result, not its value"
    if mutant.kind == "number + 1" and f"for k in range({mutant.after})" in line:
        return "one additional width is computed and never used"
    if mutant.kind == "drop element" and mutant.before == "int, int, int":
        return "a type hint has no effect at run time"
    if mutant.kind == "drop argument" and mutant.before.endswith("strict=False)"):
        return "zip is not strict by default"
    factors = set(re.findall(r"nn\.PixelShuffle\((\d+)\)", mutant.text))
    if mutant.after == "(shuffle.upscale_factor * 2)" and factors == {"2"}:
        return "every shuffle of this source has the factor 2, and 2 ** 2 is 2 * 2"
    return None


Position = tuple[int, int]
Edit = tuple[str, Position, Position, str]


def _edits(node: ast.AST) -> Iterator[Edit]:
    if isinstance(node, ast.Constant):
        yield from _other_constants(node)
    elif isinstance(node, ast.Call):
        yield from _other_calls(node)
    elif isinstance(node, ast.Name | ast.Attribute):
        name = node.id if isinstance(node, ast.Name) else node.attr
        stem = name[:-2] if name[-2:] in ("1d", "2d", "3d") else name
        if stem in OTHER_NAME:
            _, end = _span(node)
            other = OTHER_NAME[stem] + name.removeprefix(stem)
            yield "name", (end[0], end[1] - len(name)), end, other
    elif isinstance(node, ast.BinOp):
        yield from _other_operators(node)
    elif isinstance(node, ast.Tuple):
        for element in node.elts:
            remaining = [ast.unparse(other) for other in node.elts if other is not element]
            yield "drop element", *_span(node), f"({', '.join(remaining)},)"
    elif isinstance(node, ast.FunctionDef):
        yield from _dropped_statements(node)


def _other_constants(node: ast.Constant) -> Iterator[Edit]:
    if isinstance(node.value, bool):
        yield "flag", *_span(node), str(not node.value)
    elif isinstance(node.value, int):
        yield "number + 1", *_span(node), str(node.value + 1)
        if node.value > 0:
            yield "number - 1", *_span(node), str(node.value - 1)
    elif isinstance(node.value, float):
        yield (
            "number * 1.5",
            *_span(node),
            str(round(node.value * 1.5 + (node.value == 0) * 0.01, 6)),
        )
        yield "number / 2", *_span(node), str(round(node.value / 2 - (node.value == 0) * 0.01, 6))


def _other_calls(node: ast.Call) -> Iterator[Edit]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if name in OTHER_CLASS:
        yield "class", *_span(node), OTHER_CLASS[name]
    if name == "Sequential":
        yield from _other_layers(node.args)
    elif node.keywords:
        for keyword in node.keywords:
            remaining = [ast.unparse(a) for a in node.args]
            remaining += [ast.unparse(k) for k in node.keywords if k is not keyword]
            yield "drop argument", *_span(node), f"{ast.unparse(node.func)}({', '.join(remaining)})"


def _other_layers(layers: list[ast.expr]) -> Iterator[Edit]:
    for index, layer in enumerate(layers):
        start, end = _span(layer)
        code = ast.unparse(layer)
        yield "double layer", start, end, f"{code}, {code}"
        yield "drop layer", start, end, "*()"
        if index + 1 < len(layers):
            yield (
                "swap layers",
                start,
                _span(layers[index + 1])[1],
                (f"{ast.unparse(layers[index + 1])}, {code}"),
            )


def _other_operators(node: ast.BinOp) -> Iterator[Edit]:
    left, right = ast.unparse(node.left), ast.unparse(node.right)
    others = {ast.Mult: "+", ast.Pow: "*"}
    for kind, sign in others.items():
        if isinstance(node.op, kind):
            yield "operator", *_span(node), f"({left} {sign} {right})"


def _dropped_statements(node: ast.FunctionDef) -> Iterator[Edit]:
    for statement in ast.walk(node):
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            yield "drop statement", *_span(statement), "pass"
        if isinstance(statement, ast.Return) and isinstance(statement.value, ast.Call):
            kept = statement.value.func
            if isinstance(kept, ast.Attribute):
                yield "drop call", *_span(statement.value), ast.unparse(kept.value)


def _span(node: ast.expr | ast.stmt) -> tuple[Position, Position]:
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    return (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)


def _offset(text: bytes, position: Position) -> int:
    lines = text.splitlines(keepends=True)
    return sum(map(len, lines[: position[0] - 1])) + position[1]


def _cut(text: str, start: Position, end: Position) -> str:
    raw = text.encode()
    return raw[_offset(raw, start) : _offset(raw, end)].decode()


def _splice(text: str, start: Position, end: Position, after: str) -> str:
    raw = text.encode()
    return (raw[: _offset(raw, start)] + after.encode() + raw[_offset(raw, end) :]).decode()
