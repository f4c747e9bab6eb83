"""The mutation operators: the faults that can be planted at one node of a syntax tree."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
"""Each comparison with the one that differs at the boundary, or is its opposite."""

ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
"""Each arithmetic operator with another one."""

CALLS = {"min": "max", "max": "min", "any": "all", "all": "any", "ceil": "floor"}
"""Functions with the one that takes their place."""

Fault = tuple[str, ast.AST]
"""The name of an operator, and the node that replaces the one it is applied to."""

Mutate = Callable[[ast.AST], Iterator[ast.AST]]


def faults(node: ast.AST) -> Iterator[Fault]:
    """Every fault that can be planted at a node.

    >>> [(name, ast.unparse(new)) for name, new in faults(ast.parse("a < 1", mode="eval").body)]
    [('comparison', 'a <= 1')]
    """
    for kind, (name, mutate) in OPERATORS:
        if isinstance(node, kind):
            for replacement in mutate(node):
                yield name, ast.copy_location(replacement, node)


def _other_comparisons(node: ast.AST) -> Iterator[ast.AST]:
    assert isinstance(node, ast.Compare)
    for index, operator in enumerate(node.ops):
        changed = copy.deepcopy(node)
        changed.ops[index] = COMPARISONS[type(operator)]()
        yield changed


def _other_arithmetic(node: ast.AST) -> Iterator[ast.AST]:
    """Sequences are joined by ``+`` too, but nothing else is done with them."""
    assert isinstance(node, ast.BinOp | ast.AugAssign)
    operands = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.value,)
    if type(node.op) in ARITHMETIC and not any(map(_is_sequence, operands)):
        changed = copy.deepcopy(node)
        changed.op = ARITHMETIC[type(node.op)]()
        yield changed


def _is_sequence(node: ast.expr) -> bool:
    sequences = ast.JoinedStr | ast.List | ast.ListComp | ast.Tuple
    return isinstance(node, sequences) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
    )


def _other_junction(node: ast.AST) -> Iterator[ast.AST]:
    assert isinstance(node, ast.BoolOp)
    changed = copy.deepcopy(node)
    changed.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield changed


def _without_sign(node: ast.AST) -> Iterator[ast.AST]:
    assert isinstance(node, ast.UnaryOp)
    if isinstance(node.op, ast.Not | ast.USub):
        yield copy.deepcopy(node.operand)


def _negated_condition(node: ast.AST) -> Iterator[ast.AST]:
    """Conditions that are comparisons, junctions or negations have operators of their own."""
    assert isinstance(node, ast.If | ast.IfExp | ast.While)
    if not isinstance(node.test, ast.Compare | ast.BoolOp | ast.UnaryOp):
        changed = copy.deepcopy(node)
        changed.test = ast.UnaryOp(op=ast.Not(), operand=changed.test)
        yield changed


def _other_constants(node: ast.AST) -> Iterator[ast.AST]:
    assert isinstance(node, ast.Constant)
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int | float):
        yield ast.Constant(node.value + 1)
        yield ast.Constant(node.value - 1)


def _other_function(node: ast.AST) -> Iterator[ast.AST]:
    """Another function of the same arguments; ``range`` gets one number more."""
    assert isinstance(node, ast.Call)
    if not isinstance(node.func, ast.Name):
        return
    changed = copy.deepcopy(node)
    if node.func.id == "range":
        stop = 0 if len(node.args) == 1 else 1
        changed.args[stop] = ast.BinOp(changed.args[stop], ast.Add(), ast.Constant(1))
        yield changed
    elif node.func.id in CALLS:
        changed.func = ast.Name(CALLS[node.func.id], ast.Load())
        yield changed


def _other_return(node: ast.AST) -> Iterator[ast.AST]:
    """Nothing is returned instead of something; a returned constant has its own operator."""
    assert isinstance(node, ast.Return)
    if node.value is not None and not isinstance(node.value, ast.Constant):
        yield ast.Return(ast.Constant(None))


def _nothing(node: ast.AST) -> Iterator[ast.AST]:
    if not isinstance(node, ast.Expr) or isinstance(node.value, ast.Call):
        yield ast.Pass()


def _other_jump(node: ast.AST) -> Iterator[ast.AST]:
    yield ast.Break() if isinstance(node, ast.Continue) else ast.Continue()


OPERATORS: tuple[tuple[type[ast.AST] | tuple[type[ast.AST], ...], tuple[str, Mutate]], ...] = (
    (ast.Compare, ("comparison", _other_comparisons)),
    ((ast.BinOp, ast.AugAssign), ("arithmetic", _other_arithmetic)),
    (ast.BoolOp, ("boolean", _other_junction)),
    (ast.UnaryOp, ("removed sign or not", _without_sign)),
    ((ast.If, ast.IfExp, ast.While), ("negated condition", _negated_condition)),
    (ast.Constant, ("constant", _other_constants)),
    (ast.Call, ("function or bound", _other_function)),
    (ast.Return, ("return", _other_return)),
    ((ast.Raise, ast.Expr), ("removed statement", _nothing)),
    ((ast.Continue, ast.Break), ("jump", _other_jump)),
)
"""By kind of node: the name of each operator and what it makes of the node."""
