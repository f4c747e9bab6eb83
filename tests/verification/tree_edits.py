"""Random edits of a syntax tree: a statement more, or an expression around another one."""

from __future__ import annotations

import ast
import random

STATEMENTS = (
    *("pass", "x = 1", "x: int = 1", "x += 1", "self.x = 1", "assert True", "import time"),
    *("print()", "'text'", "return", "raise ValueError", "global x", "del x", "lambda: 1"),
    *("if x:\n    pass", "while x:\n    pass", "for x in y:\n    pass", "with x:\n    pass"),
    *("try:\n    pass\nfinally:\n    pass", "def x():\n    pass", "class X:\n    pass"),
)
"""Statements that no rendered source contains."""

WRAPPERS = (
    *("x if True else x", "y if y else x", "x or y", "y and x", "not x", "x + y", "x == x"),
    *("(lambda: x)()", "[x][0]", "{x}", "(*x,)", "x.y", "x()", "y(x)", "x[0]", "(y := x)"),
    *("f'{x}'", "[x for y in z]", "await x"),
)
"""Expressions around an expression ``x`` that no rendered source contains."""


def insert_statement(text: str, rng: random.Random) -> str:
    """The text with one more statement."""
    tree = ast.parse(text)
    blocks = [block for node in ast.walk(tree) for block in _blocks(node)]
    block = rng.choice(blocks)
    block.insert(rng.randint(0, len(block)), *ast.parse(rng.choice(STATEMENTS)).body)
    return ast.unparse(tree)


def wrap_expression(text: str, rng: random.Random) -> str:
    """The text with one expression inside of another one."""
    tree = ast.parse(text)
    node = rng.choice([node for node in ast.walk(tree) if _is_replaceable(node)])
    wrapper = ast.parse(rng.choice(WRAPPERS), mode="eval").body
    before = ast.unparse(tree)
    after = ast.unparse(_Replace(node, _replace_names(wrapper, node)).visit(tree))
    assert after != before
    return after


def _blocks(node: ast.AST) -> list[list[ast.stmt]]:
    fields = (getattr(node, name, None) for name in ("body", "orelse"))
    return [field for field in fields if isinstance(field, list) and field]


def _is_replaceable(node: ast.AST) -> bool:
    """Whether any other expression may replace it."""
    if not isinstance(node, ast.expr) or isinstance(node, ast.Slice | ast.Starred):
        return False
    parts = node.elts if isinstance(node, ast.Tuple) else []
    is_read = isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
    return is_read and not any(isinstance(part, ast.Slice) for part in parts)


def _replace_names(wrapper: ast.expr, node: ast.expr) -> ast.expr:
    """The wrapper with the node in place of each ``x``."""
    for name in [each for each in ast.walk(wrapper) if isinstance(each, ast.Name)]:
        if name.id == "x":
            wrapper = _Replace(name, node).visit(wrapper)
    return wrapper


class _Replace(ast.NodeTransformer):
    def __init__(self, node: ast.AST, other: ast.AST) -> None:
        self.node, self.other = node, other

    def visit(self, node: ast.AST) -> ast.AST:
        return self.other if node is self.node else self.generic_visit(node)
