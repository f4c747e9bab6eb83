"""``type`` and ``isinstance`` of a source's values, and comparison of references."""

from __future__ import annotations

import ast

from designer.audit.interpreter.values import (
    ClassValue,
    FunctionValue,
    InstanceValue,
    Partial,
    Reference,
    SourceValue,
    Unknown,
    unknown_at,
)

_PLAIN: dict[str, type] = {
    each.__name__: each for each in (int, float, bool, str, list, tuple, dict)
}
"""Builtin types by name."""


def type_of(value: SourceValue) -> SourceValue:
    """The result of ``type(value)``.

    >>> type_of(3).path, type_of("same").path
    ('int', 'str')
    """
    if isinstance(value, InstanceValue):
        return value.class_value
    if isinstance(value, Partial):
        return Reference(path="functools.partial")
    if isinstance(value, Reference | ClassValue | FunctionValue):
        return Reference(path="type")
    known = type(value).__name__
    return Reference(path=known) if known in _PLAIN else unknown_at(None, "type_not_followed")


def is_instance(value: SourceValue, kinds: SourceValue, node: ast.AST) -> SourceValue:
    """The result of ``isinstance(value, kinds)``; unknown for classes from libraries.

    >>> is_instance((1, 2), (Reference(path="list"), Reference(path="tuple")), ast.Pass())
    True
    """
    several = kinds if isinstance(kinds, tuple) else (kinds,)
    matches = False
    for kind in several:
        if isinstance(kind, Reference) and kind.path in _PLAIN and not isinstance(value, Unknown):
            matches = matches or isinstance(value, _PLAIN[kind.path])
        elif isinstance(kind, ClassValue) and isinstance(value, InstanceValue):
            matches = matches or value.class_value.derives_from(kind)
        else:
            return unknown_at(node, "isinstance_not_followed")
    return matches


def compare_references(left: SourceValue, right: SourceValue) -> bool | None:
    """Whether both values are the same reference, class or function; None if neither is one."""
    things = Reference | ClassValue | FunctionValue
    if isinstance(left, things) or isinstance(right, things):
        return left == right
    return None
