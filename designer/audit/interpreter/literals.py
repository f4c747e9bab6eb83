"""Values of lists, dictionaries and texts, and their entries."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from designer.audit.interpreter.bounded_arithmetic import bounded, is_plain
from designer.audit.interpreter.expressions import Expressions
from designer.audit.interpreter.slices import slice_tensor
from designer.audit.interpreter.source_parser import refuse_line
from designer.audit.interpreter.values import ModuleSequence, Scope, TensorValue, Unknown, Value


class Containers(Expressions):
    """Evaluates expressions that hold others."""

    def _list(self, node: ast.List, scope: Scope) -> Value:
        return bounded(list(self.spread(node.elts, scope)), node)

    def _tuple(self, node: ast.Tuple, scope: Scope) -> Value:
        return bounded(tuple(self.spread(node.elts, scope)), node)

    def _dict(self, node: ast.Dict, scope: Scope) -> Value:
        entries: dict[Value, Value] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            name = None if key is None else self.value(key, scope)
            if not isinstance(name, str | int):
                refuse_line(node, "a dictionary with other keys than texts cannot be followed")
            entries[name] = self.value(value, scope)
        return bounded(entries, node)

    def spread(self, nodes: list[ast.expr], scope: Scope) -> Iterator[Value]:
        """Values of a list's entries, ``*parts`` laid out."""
        for node in nodes:
            if isinstance(node, ast.Starred):
                yield from self.entries(self.value(node.value, scope), node)
            else:
                yield self.value(node, scope)

    def _subscript(self, node: ast.Subscript, scope: Scope) -> Value:
        owner, place = self.value(node.value, scope), self.value(node.slice, scope)
        if isinstance(owner, TensorValue) and self.tape is not None:
            parts = list(place) if isinstance(place, tuple) else [place]
            return slice_tensor(self.tape, owner, parts, node)
        if isinstance(owner, Unknown) or isinstance(place, Unknown):
            return owner if isinstance(owner, Unknown) else place
        items = owner.items if isinstance(owner, ModuleSequence) else owner
        if isinstance(place, str) and isinstance(owner, ModuleSequence):
            items = owner.names
        try:
            return items[place]  # type: ignore[index]
        except (TypeError, LookupError, ValueError):
            refuse_line(node, "this entry cannot be followed")

    def _slice(self, node: ast.Slice, scope: Scope) -> Value:
        parts = [
            None if part is None else self.value(part, scope)
            for part in (node.lower, node.upper, node.step)
        ]
        if any(isinstance(part, Unknown) for part in parts):
            return next(part for part in parts if isinstance(part, Unknown))
        return slice(*parts)

    def _joinedstr(self, node: ast.JoinedStr, scope: Scope) -> Value:
        parts = []
        for part in node.values:
            inner = part.value if isinstance(part, ast.FormattedValue) else part
            value = self.value(inner, scope)
            self.weigh(value, node)
            parts.append(str(value)[:100] if is_plain(value) else "?")
        return bounded("".join(parts), node)
