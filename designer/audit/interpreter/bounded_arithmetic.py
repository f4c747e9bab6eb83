"""Arithmetic on a source's plain values, within bounds: no number, text or list grows large."""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

from designer.audit.interpreter.source_parser import refuse_line
from designer.audit.interpreter.values import Unknown, Value

MAX_NUMBER = 2**53
MAX_ENTRIES = 4096
MAX_TEXT = 1000

OPERATORS: Mapping[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
}

UNARY: Mapping[type[ast.AST], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
}

BUILTINS: Mapping[str, Callable[..., Any]] = {
    "len": len,
    "int": int,
    "float": float,
    "bool": bool,
    "str": lambda value="": str(value)[:MAX_TEXT],
    "max": max,
    "min": min,
    "abs": abs,
    "round": round,
    "sum": sum,
    "list": lambda value=(): list(value),
    "tuple": lambda value=(): tuple(value),
    "dict": lambda **entries: dict(entries),
    "reversed": lambda value: list(reversed(value)),
    "sorted": sorted,
    "zip": lambda *lists: list(zip(*lists, strict=False)),
    "enumerate": lambda value, start=0: list(enumerate(value, start)),
    "divmod": divmod,
    "math.log": math.log,
    "math.log2": math.log2,
    "math.ceil": math.ceil,
    "math.floor": math.floor,
    "math.sqrt": math.sqrt,
    "math.prod": math.prod,
    "numpy.prod": math.prod,
    "numpy.log2": math.log2,
}
"""Functions that are called for real, on plain values only."""


def combine(kind: type[ast.AST], left: Value, right: Value, node: ast.AST) -> Value:
    """The value of a binary operator.

    Raises:
        SourceRefused: for values that it does not suit, or a result past the bounds.
    """
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return left if isinstance(left, Unknown) else right
    if kind not in OPERATORS or not (is_plain(left) and is_plain(right)):
        return Unknown(why="an operation on what is no number", line=getattr(node, "lineno", 1))
    if kind is ast.Mod and isinstance(left, str):
        return formatted(left, list(right) if isinstance(right, tuple) else [right], {}, node)
    _refuse_growth(kind, left, right, node)
    try:
        return bounded(OPERATORS[kind](left, right), node)
    except (TypeError, ValueError, ArithmeticError) as error:
        refuse_line(node, f"this cannot be computed: {error}")


def call_builtin(
    name: str, arguments: list[Value], named: dict[str, Value], node: ast.AST
) -> Value:
    """The value of a builtin function on plain values.

    Raises:
        SourceRefused: for values that it does not suit, or a result past the bounds.
    """
    given = [*arguments, *named.values()]
    unknown = next((value for value in given if isinstance(value, Unknown)), None)
    if unknown is not None:
        return unknown
    try:
        if name == "range":
            return _range(arguments, node)
        return bounded(BUILTINS[name](*arguments, **named), node)
    except (TypeError, ValueError, ArithmeticError) as error:
        refuse_line(node, f"{name}(…) cannot be computed: {error}")


def formatted(
    text: str, arguments: list[Value], named: Mapping[str, Value], node: ast.AST
) -> Value:
    """``text.format(…)`` and ``text % …`` of numbers and texts; unknown with widths or other codes.

    >>> formatted("conv_{}-%d", ["a", 3], {}, ast.Pass())
    'conv_a-3'
    """
    left = iter(arguments)

    def entry(found: re.Match[str]) -> str:
        name = found[1] or ""
        if name.isdigit():
            value = arguments[int(name)] if int(name) < len(arguments) else None
        else:
            value = named.get(name) if name else next(left, None)
        return str(value)[:MAX_TEXT] if is_plain(value) else "?"

    made = re.sub(r"%[dsi]|\{(\w*)\}", entry, text[:MAX_TEXT])
    return bounded(made, node)


def weight(value: Value) -> int:
    """How many entries a value holds, lists in lists included, up to a little over ``MAX_ENTRIES``.

    A few lines of source can make a list that holds 2⁶⁰ of them, or itself.

    >>> weight([1, [2, 3], {"a": (4,)}])
    8
    """
    found, todo = 0, [value]
    while todo and found <= MAX_ENTRIES:
        entry = todo.pop()
        found += 1
        if isinstance(entry, dict):
            todo += entry.values()
        elif isinstance(entry, list | tuple):
            todo += entry
    return found


def is_plain(value: Value) -> bool:
    """Whether a value is Python's own."""
    return value is None or isinstance(value, int | float | str | list | tuple | dict)


def bounded(value: Any, node: ast.AST) -> Value:  # noqa: ANN401  (what Python's operators give)
    """The value, if it is not too large.

    Raises:
        SourceRefused: if it is.
    """
    if isinstance(value, int) and abs(value) > MAX_NUMBER:
        refuse_line(node, "a number past 2**53")
    if isinstance(value, str | list | tuple | dict):
        limit = MAX_TEXT if isinstance(value, str) else MAX_ENTRIES
        if len(value) > limit:
            refuse_line(node, f"a text or list of more than {limit}")
    return value


def _range(arguments: list[Value], node: ast.AST) -> list[int]:
    ends = [value for value in arguments if isinstance(value, int)]
    if not 1 <= len(ends) == len(arguments) <= 3:
        refuse_line(node, "a range whose ends are not known cannot be followed")
    values = range(*ends)
    if len(values) > MAX_ENTRIES:
        refuse_line(node, f"a range of more than {MAX_ENTRIES} numbers")
    return list(values)


def _refuse_growth(kind: type[ast.AST], left: Value, right: Value, node: ast.AST) -> None:
    """Powers, shifts and repetitions are weighed before they are made."""
    if kind in (ast.Pow, ast.LShift) and isinstance(right, int) and abs(right) > 64:
        refuse_line(node, "an exponent past 64")
    if kind is ast.Mult:
        lengths = [len(v) for v in (left, right) if isinstance(v, str | list | tuple)]
        counts = [v for v in (left, right) if isinstance(v, int)]
        if lengths and counts and lengths[0] * counts[0] > MAX_ENTRIES:
            refuse_line(node, f"a list of more than {MAX_ENTRIES}")
