"""Rules that list what fits in a hole of a pattern, and the compiler of patterns.

A pattern is Python, and a name in it that starts with one underscore is a hole:

    nn.Embedding(_int, width[_int])     ``_int``, ``_float`` and ``_str`` fit any constant of the type
    nn._Norm(width[_int])               a hole for a name fits as an attribute, too
    nn.Sequential(*_layer)              one or more elements that fit in ``_layer``
    nn.Conv2d(3, 8, **_window)          keyword arguments, each at most once, in the order of the rule
    f(_width, _width_again)             the same expression twice
    _imports                            as a statement: the statements of one of its alternatives

Everything else fits only itself.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from enum import Enum, auto
from textwrap import dedent
from typing import NamedTuple

from designer.source.syntax_tree import parse_python
from designer.verification.source_grammar.tree_patterns import (
    UNCOMPARED,
    Alternatives,
    AnyConstant,
    Items,
    Node,
    OneOfNames,
    OneOrMore,
    Pattern,
    SameAgain,
    SameValue,
    SomeKeywords,
    Statements,
)


class RuleKind(Enum):
    """What a hole stands for."""

    NAME = auto()
    EXPRESSION = auto()
    KEYWORDS = auto()
    STATEMENTS = auto()


class Rule(NamedTuple):
    """The alternatives of a hole, as text; those of keywords may all occur together."""

    kind: RuleKind
    alternatives: tuple[str, ...]


def name(*alternatives: str) -> Rule:
    """A hole for an identifier."""
    return Rule(RuleKind.NAME, alternatives)


def expression(*alternatives: str) -> Rule:
    """A hole for an expression."""
    return Rule(RuleKind.EXPRESSION, alternatives)


def keywords(*alternatives: str) -> Rule:
    """A hole for keyword arguments, such as ``stride=_int``."""
    return Rule(RuleKind.KEYWORDS, alternatives)


def statements(*alternatives: str) -> Rule:
    """A hole for statements; an empty alternative is no statement."""
    return Rule(RuleKind.STATEMENTS, alternatives)


def compile_pattern(text: str, rules: Mapping[str, Rule]) -> Pattern:
    """The pattern of a module; the alternatives of a rule have holes of the rules before it.

    >>> pattern = compile_pattern("print(_what)", {"_what": expression("_int", "len(_str)")})
    >>> pattern.refusal(parse_python("print(len('ab'))"), {}) is None
    True
    >>> pattern.refusal(parse_python("print(len(ab))"), {})
    SyntaxRefusal(line=1, column=10, missing=False)
    """
    compiler = _Compiler()
    for hole, rule in rules.items():
        compiler.add(hole, rule)
    return compiler.pattern(parse_python(text))


class _Compiler:
    """Compiles patterns, with the holes of the rules that were added."""

    def __init__(self) -> None:
        self._names: dict[str, Pattern] = {}
        self._holes: dict[str, Pattern] = {
            "_int": AnyConstant(int),
            "_float": AnyConstant(float),
            "_str": AnyConstant(str),
        }

    def add(self, hole: str, rule: Rule) -> None:
        """A hole for the patterns that follow."""
        match rule.kind:
            case RuleKind.NAME:
                one = self._names[hole] = OneOfNames(frozenset(rule.alternatives))
                self._holes[hole] = Alternatives(hole, (Node(ast.Name, (("id", one),)),))
            case RuleKind.EXPRESSION:
                nodes = [_parse_expression(text) for text in rule.alternatives]
                self._holes[hole] = Alternatives(hole, tuple(map(self.pattern, nodes)))
            case RuleKind.KEYWORDS:
                call = _parse_expression(f"call({', '.join(rule.alternatives)})")
                assert isinstance(call, ast.Call)
                self._holes[hole] = SomeKeywords(
                    {str(keyword.arg): self.pattern(keyword.value) for keyword in call.keywords}
                )
            case RuleKind.STATEMENTS:
                bodies = [parse_python(dedent(text)).body for text in rule.alternatives]
                self._holes[hole] = Statements(
                    tuple(tuple(map(self._item, body)) for body in bodies)
                )

    def pattern(self, value: object) -> Pattern:
        """The pattern of a value in the tree of a pattern's text."""
        match value:
            case [ast.Starred(value=ast.Name(id=hole))] if _is_hole(hole):
                return OneOrMore(self._hole(hole))
            case [ast.keyword(arg=None, value=ast.Name(id=hole))] if _is_hole(hole):
                return self._hole(hole)
            case list():
                return Items(tuple(map(self._item, value)))
            case ast.Name(id=hole) if _is_hole(hole):
                return self._hole(hole)
            case ast.AST():
                return self._node(value)
            case str() if _is_hole(value):
                return self._names[value]
        return SameValue(value)

    def _item(self, node: ast.AST) -> Pattern:
        """The pattern of an element of a list; a hole that is a statement is not its expression."""
        match node:
            case ast.Expr(value=ast.Name(id=hole)) if _is_hole(hole):
                pattern = self._hole(hole)
                return pattern if isinstance(pattern, Statements) else self._node(node)
        return self.pattern(node)

    def _hole(self, hole: str) -> Pattern:
        first = hole.removesuffix("_again")
        return self._holes[hole] if hole == first else SameAgain(first)

    def _node(self, node: ast.AST) -> Node:
        """The fields in the order of the text, so that the furthest refusal is the last one."""
        order = {"decorator_list": 0, "body": 2, "orelse": 3}
        names = [field for field in node._fields if field not in UNCOMPARED]
        names.sort(key=lambda field: order.get(field, 1))
        return Node(
            type(node), tuple((field, self.pattern(getattr(node, field))) for field in names)
        )


def _parse_expression(text: str) -> ast.expr:
    (statement,) = parse_python(text).body
    assert isinstance(statement, ast.Expr)
    return statement.value


def _is_hole(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name != "_"
