"""Lists, tuples, dictionaries, subscripts, slices and f-strings."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from designer.audit.interpreter.bounded_arithmetic import ensure_bounded, is_plain_value
from designer.audit.interpreter.expressions import ExpressionEvaluator
from designer.audit.interpreter.slices import slice_tensor
from designer.audit.interpreter.source_parser import refuse_line
from designer.audit.interpreter.values import (
    ModuleSequence,
    Scope,
    SourceValue,
    TensorValue,
    Unknown,
)


class LiteralEvaluator(ExpressionEvaluator):
    """Evaluates literals and subscripts."""

    def _list(self, node: ast.List, scope: Scope) -> SourceValue:
        return ensure_bounded(list(self.evaluate_entries(node.elts, scope)), node)

    def _tuple(self, node: ast.Tuple, scope: Scope) -> SourceValue:
        return ensure_bounded(tuple(self.evaluate_entries(node.elts, scope)), node)

    def _dict(self, node: ast.Dict, scope: Scope) -> SourceValue:
        entries: dict[SourceValue, SourceValue] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            name = None if key is None else self.evaluate(key, scope)
            if not isinstance(name, str | int):
                refuse_line(node, "key_not_followable")
            entries[name] = self.evaluate(value, scope)
        return ensure_bounded(entries, node)

    def evaluate_entries(self, nodes: list[ast.expr], scope: Scope) -> Iterator[SourceValue]:
        """Values of a list's entries, with ``*parts`` unpacked."""
        for node in nodes:
            if isinstance(node, ast.Starred):
                yield from self.loop_entries(self.evaluate(node.value, scope), node)
            else:
                yield self.evaluate(node, scope)

    def _subscript(self, node: ast.Subscript, scope: Scope) -> SourceValue:
        owner, key = self.evaluate(node.value, scope), self.evaluate(node.slice, scope)
        if isinstance(owner, TensorValue) and self.tape is not None:
            parts = list(key) if isinstance(key, tuple) else [key]
            return slice_tensor(self.tape, owner, parts, node)
        if isinstance(owner, Unknown) or isinstance(key, Unknown):
            return owner if isinstance(owner, Unknown) else key
        items = owner.items if isinstance(owner, ModuleSequence) else owner
        if isinstance(key, str) and isinstance(owner, ModuleSequence):
            items = owner.names
        try:
            return items[key]  # type: ignore[index]
        except (TypeError, LookupError, ValueError):
            refuse_line(node, "entry_not_followable")

    def _slice(self, node: ast.Slice, scope: Scope) -> SourceValue:
        parts = [
            None if part is None else self.evaluate(part, scope)
            for part in (node.lower, node.upper, node.step)
        ]
        if any(isinstance(part, Unknown) for part in parts):
            return next(part for part in parts if isinstance(part, Unknown))
        return slice(*parts)

    def _joinedstr(self, node: ast.JoinedStr, scope: Scope) -> SourceValue:
        parts = []
        for part in node.values:
            inner = part.value if isinstance(part, ast.FormattedValue) else part
            value = self.evaluate(inner, scope)
            self.count_value(value, node)
            parts.append(str(value)[:100] if is_plain_value(value) else "?")
        return ensure_bounded("".join(parts), node)
