"""Giving values to names, and the comprehensions that do so for each entry."""

from __future__ import annotations

import ast

from designer.audit.interpreter.bounded_arithmetic import bounded
from designer.audit.interpreter.literals import Containers
from designer.audit.interpreter.source_parser import refuse_line
from designer.audit.interpreter.values import InstanceValue, ModuleSequence, Scope, Unknown, Value


class Binding(Containers):
    """Evaluates expressions that bind names, and assignments."""

    def _listcomp(self, node: ast.ListComp | ast.GeneratorExp, scope: Scope) -> Value:
        found: list[Value] = []
        self._comprehend(node, 0, self.copied(scope, node), found)
        return bounded(found, node)

    _generatorexp = _listcomp

    def _comprehend(
        self, node: ast.ListComp | ast.GeneratorExp, level: int, scope: Scope, found: list[Value]
    ) -> None:
        if level == len(node.generators):
            found.append(self.value(node.elt, scope))
            return
        part = node.generators[level]
        for entry in self.entries(self.value(part.iter, scope), node):
            self.assign(part.target, entry, scope)
            if all(self.truth(self.value(test, scope), test) for test in part.ifs):
                self._comprehend(node, level + 1, scope, found)

    def assign(self, target: ast.expr, value: Value, scope: Scope) -> None:
        """Give a value to a name, an attribute of ``self``, or several of them."""
        self.count(target)
        if isinstance(target, ast.Name):
            scope[target.id] = value
        elif isinstance(target, ast.Tuple | ast.List):
            values = (
                [value] * len(target.elts)
                if isinstance(value, Unknown)
                else self.entries(value, target)
            )
            if len(values) != len(target.elts):
                refuse_line(target, f"{len(values)} values for {len(target.elts)} names")
            for each, entry in zip(target.elts, values, strict=True):
                self.assign(each, entry, scope)
        elif isinstance(target, ast.Attribute):
            owner = self.value(target.value, scope)
            if isinstance(owner, InstanceValue):
                owner.attributes[target.attr] = value
        elif isinstance(target, ast.Subscript):
            owner, place = self.value(target.value, scope), self.value(target.slice, scope)
            if isinstance(owner, dict) and isinstance(place, str | int):
                owner[place] = value
            elif isinstance(owner, ModuleSequence) and isinstance(place, str):
                owner.names[place] = value
                owner.items.append(value)
            else:
                refuse_line(target, "an entry set like this cannot be followed")
