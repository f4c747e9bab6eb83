"""Patterns of syntax trees: each says where a tree stops fitting."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol


class SyntaxRefusal(NamedTuple):
    """The place where a tree stops fitting; ``missing``: what should follow this line is missing.

    Line 0 stands for a part of a node that has no line of its own.
    """

    line: int = 0
    column: int = 0
    missing: bool = False


Captured = dict[str, object]
"""What each hole fitted last, by the name of the hole."""


class Pattern(Protocol):
    """A pattern of a value in a syntax tree: a node, a list of nodes, a name or a constant."""

    def refusal(self, value: object, captured: Captured) -> SyntaxRefusal | None:
        """The furthest place up to which the value fits; None if all of it fits."""


@dataclass(frozen=True, slots=True)
class SameValue:
    """One name or number."""

    value: object

    def refusal(self, value: object, captured: Captured) -> SyntaxRefusal | None:
        """Another type is another value: True is not 1."""
        same = type(value) is type(self.value) and value == self.value
        return None if same else _place(value)


@dataclass(frozen=True, slots=True)
class AnyConstant:
    """A constant of a type."""

    kind: type

    def refusal(self, value: object, captured: Captured) -> SyntaxRefusal | None:
        """A bool is no int."""
        fits = isinstance(value, ast.Constant) and type(value.value) is self.kind
        return None if fits else _place(value)


@dataclass(frozen=True, slots=True)
class OneOfNames:
    """An identifier from a list."""

    names: frozenset[str]

    def refusal(self, value: object, captured: Captured) -> SyntaxRefusal | None:
        """The place is that of the node with this name."""
        return None if value in self.names else SyntaxRefusal()


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a type, with a pattern for each field, in the order of the text."""

    kind: type[ast.AST]
    fields: tuple[tuple[str, Pattern], ...]

    def refusal(self, value: object, captured: Captured) -> SyntaxRefusal | None:
        """The refusal of the first field that does not fit."""
        if type(value) is not self.kind:
            return _place(value)
        for name, pattern in self.fields:
            refusal = pattern.refusal(getattr(value, name), captured)
            if refusal is not None:
                return refusal if refusal.line else _place(value)
        return None


@dataclass(frozen=True, slots=True)
class Alternatives:
    """A hole for one value."""

    hole: str
    patterns: tuple[Pattern, ...]

    def refusal(self, value: object, captured: Captured) -> SyntaxRefusal | None:
        """None if a pattern fits; the value is then captured."""
        refusal = _furthest(pattern.refusal(value, captured) for pattern in self.patterns)
        if refusal is None:
            captured[self.hole] = value
        return refusal


@dataclass(frozen=True, slots=True)
class SameAgain:
    """What a hole fitted last."""

    hole: str

    def refusal(self, value: object, captured: Captured) -> SyntaxRefusal | None:
        """Load and store of a name are the same."""
        return None if _is_same(captured[self.hole], value) else _place(value)


@dataclass(frozen=True, slots=True)
class SomeKeywords:
    """Keyword arguments by name; each may be absent, but the order is this one."""

    patterns: Mapping[str, Pattern]

    def refusal(self, value: object, captured: Captured) -> SyntaxRefusal | None:
        """The place of the first keyword that is unknown, repeated or out of order."""
        assert isinstance(value, list)
        following = iter(self.patterns.items())
        for keyword in value:
            pattern = next((pattern for name, pattern in following if name == keyword.arg), None)
            if pattern is None:
                return _place(keyword)
            refusal = pattern.refusal(keyword.value, captured)
            if refusal is not None:
                return refusal
        return None


@dataclass(frozen=True, slots=True)
class OneOrMore:
    """A list of any length of nodes of one pattern."""

    pattern: Pattern

    def refusal(self, value: object, captured: Captured) -> SyntaxRefusal | None:
        """An empty list does not fit."""
        assert isinstance(value, list)
        refusals = (self.pattern.refusal(each, captured) for each in value)
        return next(filter(None, refusals), None) if value else SyntaxRefusal()


@dataclass(frozen=True, slots=True)
class Statements:
    """A hole in a list of statements, with the patterns of each alternative."""

    alternatives: tuple[tuple[Pattern, ...], ...]

    def refusal(self, value: object, captured: Captured) -> SyntaxRefusal | None:
        """Its list replaces it by its alternatives."""
        raise AssertionError("a hole for statements is part of a list")


@dataclass(frozen=True, slots=True)
class Items:
    """A list with a pattern for each node, and holes for several statements."""

    patterns: tuple[Pattern, ...]

    def refusal(self, value: object, captured: Captured) -> SyntaxRefusal | None:
        """The refusal of the first node that does not fit, or of the end of the list."""
        assert isinstance(value, list)
        return _items_refusal(self.patterns, value, 0, captured)


def _items_refusal(
    patterns: Sequence[Pattern], values: list[ast.AST], start: int, captured: Captured
) -> SyntaxRefusal | None:
    """The refusal of the values from ``start`` on."""
    for index, pattern in enumerate(patterns, start=start):
        if isinstance(pattern, Statements):
            following = patterns[index - start + 1 :]
            return _furthest(
                _items_refusal((*statements, *following), values, index, captured)
                for statements in pattern.alternatives
            )
        if index == len(values):
            return _end(values)
        refusal = pattern.refusal(values[index], captured)
        if refusal is not None:
            return refusal
    end = start + len(patterns)
    return None if end == len(values) else _place(values[end])


def _furthest(refusals: Iterable[SyntaxRefusal | None]) -> SyntaxRefusal | None:
    """The refusal that comes last in the text; None if one of the alternatives fits."""
    furthest = SyntaxRefusal()
    for refusal in refusals:
        if refusal is None:
            return None
        furthest = max(furthest, refusal, key=lambda each: each[:2])
    return furthest


def _place(value: object) -> SyntaxRefusal:
    """Where a node starts; the line of a decorated definition is that of its ``def``."""
    decorators = getattr(value, "decorator_list", None)
    value = decorators[0] if decorators else value
    return SyntaxRefusal(getattr(value, "lineno", 0), getattr(value, "col_offset", 0))


def _end(values: list[ast.AST]) -> SyntaxRefusal:
    """The end of a list of statements, which is too short; no place for other lists."""
    last = values[-1] if values else None
    if not isinstance(last, ast.stmt):
        return SyntaxRefusal()
    return SyntaxRefusal(last.end_lineno or 0, last.end_col_offset or 0, missing=True)


def _is_same(one: object, other: object) -> bool:
    """Whether two values are equal, as deep as the first one goes."""
    if type(one) is not type(other):
        return False
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_is_same, one, other))
    if isinstance(one, ast.AST):
        compared = (name for name in one._fields if name not in UNCOMPARED)
        return all(_is_same(getattr(one, name), getattr(other, name)) for name in compared)
    return one == other


UNCOMPARED = {"ctx", "kind", "type_comment"}
"""Fields of nodes that follow from the others or have no effect."""
