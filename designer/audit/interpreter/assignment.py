"""Assignments and comprehensions."""

from __future__ import annotations

import ast

from designer.audit.interpreter.bounded_arithmetic import ensure_bounded
from designer.audit.interpreter.literals import LiteralEvaluator
from designer.audit.interpreter.source_parser import refuse_line
from designer.audit.interpreter.values import (
    InstanceValue,
    ModuleSequence,
    Scope,
    SourceValue,
    Unknown,
)


class AssignmentEvaluator(LiteralEvaluator):
    """Evaluates expressions that bind names, and assignments."""

    def _listcomp(self, node: ast.ListComp | ast.GeneratorExp, scope: Scope) -> SourceValue:
        found: list[SourceValue] = []
        self._evaluate_comprehension(node, 0, self.copy_scope(scope, node), found)
        return ensure_bounded(found, node)

    _generatorexp = _listcomp

    def _evaluate_comprehension(
        self,
        node: ast.ListComp | ast.GeneratorExp,
        level: int,
        scope: Scope,
        found: list[SourceValue],
    ) -> None:
        if level == len(node.generators):
            found.append(self.evaluate(node.elt, scope))
            return
        part = node.generators[level]
        for entry in self.loop_entries(self.evaluate(part.iter, scope), node):
            self.assign(part.target, entry, scope)
            if all(self.is_true(self.evaluate(test, scope), test) for test in part.ifs):
                self._evaluate_comprehension(node, level + 1, scope, found)

    def assign(self, target: ast.expr, value: SourceValue, scope: Scope) -> None:
        """Assign a value to a name, attribute, entry, or tuple of targets."""
        self.count(target)
        if isinstance(target, ast.Name):
            scope[target.id] = value
        elif isinstance(target, ast.Tuple | ast.List):
            values = (
                [value] * len(target.elts)
                if isinstance(value, Unknown)
                else self.loop_entries(value, target)
            )
            if len(values) != len(target.elts):
                refuse_line(target, "other_name_count", values=len(values), names=len(target.elts))
            for each, entry in zip(target.elts, values, strict=True):
                self.assign(each, entry, scope)
        elif isinstance(target, ast.Attribute):
            owner = self.evaluate(target.value, scope)
            if isinstance(owner, InstanceValue):
                owner.attributes[target.attr] = value
        elif isinstance(target, ast.Subscript):
            owner, key = self.evaluate(target.value, scope), self.evaluate(target.slice, scope)
            if isinstance(owner, dict) and isinstance(key, str | int):
                owner[key] = value
            elif isinstance(owner, ModuleSequence) and isinstance(key, str):
                owner.names[key] = value
                owner.items.append(value)
            else:
                refuse_line(target, "entry_assignment")
