"""Operators and builtins on plain values, with limits on numbers, texts and lists."""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

from designer.audit.interpreter.source_parser import refuse_line
from designer.audit.interpreter.values import Call, SourceValue, Unknown, unknown_at

MAX_NUMBER = 2**53
MAX_ENTRIES = 4096
MAX_TEXT_LENGTH = 1000

BINARY_OPERATORS: Mapping[type[ast.AST], Callable[[Any, Any], Any]] = {
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

UNARY_OPERATORS: Mapping[type[ast.AST], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
}

BUILTINS: Mapping[str, Callable[..., Any]] = {
    **{each.__name__: each for each in (len, int, float, bool, max, min, abs, round, sum)},
    "sorted": sorted,
    "divmod": divmod,
    "str": lambda value="": str(value)[:MAX_TEXT_LENGTH],
    "list": lambda value=(): list(value),
    "tuple": lambda value=(): tuple(value),
    "dict": lambda **entries: dict(entries),
    "reversed": lambda value: list(reversed(value)),
    "zip": lambda *lists: list(zip(*lists, strict=False)),
    "enumerate": lambda value, start=0: list(enumerate(value, start)),
    **{
        f"math.{name}": getattr(math, name)
        for name in ("log", "log2", "ceil", "floor", "sqrt", "prod")
    },
    "numpy.prod": math.prod,
    "numpy.log2": math.log2,
}
"""Functions that are executed, on plain values only."""


def apply_operator(
    kind: type[ast.AST], left: SourceValue, right: SourceValue, node: ast.AST
) -> SourceValue:
    """The result of a binary operator.

    Raises:
        SourceRefused: if the operator does not accept the values, or the result exceeds a limit.
    """
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return left if isinstance(left, Unknown) else right
    if kind not in BINARY_OPERATORS or not (is_plain_value(left) and is_plain_value(right)):
        return unknown_at(node, "operand_not_plain")
    if kind is ast.Mod and isinstance(left, str):
        given = list(right) if isinstance(right, tuple) else [right]
        return format_text(left, Call(arguments=given, node=node))
    _refuse_growth(kind, left, right, node)
    try:
        return ensure_bounded(BINARY_OPERATORS[kind](left, right), node)
    except (TypeError, ValueError, ArithmeticError) as error:
        refuse_line(node, "not_computable", error=str(error))


def call_builtin(name: str, call: Call) -> SourceValue:
    """The result of a builtin function on plain values.

    Raises:
        SourceRefused: if the function does not accept the values, or the result exceeds a limit.
    """
    unknown = next((value for value in call.values if isinstance(value, Unknown)), None)
    if unknown is not None:
        return unknown
    try:
        if name == "range":
            return _range(call.arguments, call.node)
        return ensure_bounded(BUILTINS[name](*call.arguments, **call.named), call.node)
    except (TypeError, ValueError, ArithmeticError) as error:
        refuse_line(call.node, "call_not_computable", name=name, error=str(error))


def format_text(text: str, call: Call) -> SourceValue:
    """The result of ``text.format(…)`` or ``text % …``; widths and other codes are not replaced.

    >>> format_text("conv_{}-%d", Call(arguments=["a", 3], node=ast.Pass()))
    'conv_a-3'
    """
    arguments, left = call.arguments, iter(call.arguments)

    def entry(found: re.Match[str]) -> str:
        name = found[1] or ""
        if name.isdigit():
            value = arguments[int(name)] if int(name) < len(arguments) else None
        else:
            value = call.named.get(name) if name else next(left, None)
        return str(value)[:MAX_TEXT_LENGTH] if is_plain_value(value) else "?"

    result = re.sub(r"%[dsi]|\{(\w*)\}", entry, text[:MAX_TEXT_LENGTH])
    return ensure_bounded(result, call.node)


def count_entries(value: SourceValue) -> int:
    """Number of entries of a value, nested ones included; stops just above ``MAX_ENTRIES``.

    A few lines of source can build a list with 2⁶⁰ entries, or one that contains itself.

    >>> count_entries([1, [2, 3], {"a": (4,)}])
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


def is_plain_value(value: SourceValue) -> bool:
    """Whether a value is None, a number, text, list, tuple or dictionary."""
    return value is None or isinstance(value, int | float | str | list | tuple | dict)


def ensure_bounded(value: Any, node: ast.AST) -> SourceValue:  # noqa: ANN401
    """The value unchanged.

    Raises:
        SourceRefused: if the number, text or list exceeds its limit.
    """
    if isinstance(value, int) and abs(value) > MAX_NUMBER:
        refuse_line(node, "number_too_large")
    if isinstance(value, str | list | tuple | dict):
        limit = MAX_TEXT_LENGTH if isinstance(value, str) else MAX_ENTRIES
        if len(value) > limit:
            refuse_line(node, "value_too_long", maximum=limit)
    return value


def _range(arguments: list[SourceValue], node: ast.AST) -> list[int]:
    ends = [value for value in arguments if isinstance(value, int)]
    if not 1 <= len(ends) == len(arguments) <= 3:
        refuse_line(node, "range_not_followable")
    values = range(*ends)
    if len(values) > MAX_ENTRIES:
        refuse_line(node, "range_too_long", maximum=MAX_ENTRIES)
    return list(values)


def _refuse_growth(
    kind: type[ast.AST], left: SourceValue, right: SourceValue, node: ast.AST
) -> None:
    """Refuse large powers, shifts and repetitions before they are computed."""
    if kind in (ast.Pow, ast.LShift) and isinstance(right, int) and abs(right) > 64:
        refuse_line(node, "exponent_too_large")
    if kind is ast.Mult:
        lengths = [len(v) for v in (left, right) if isinstance(v, str | list | tuple)]
        counts = [v for v in (left, right) if isinstance(v, int)]
        if lengths and counts and lengths[0] * counts[0] > MAX_ENTRIES:
            refuse_line(node, "value_too_long", maximum=MAX_ENTRIES)
