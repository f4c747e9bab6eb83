"""Step counter that limits the work on one source; values of loops and conditions."""

from __future__ import annotations

import ast

from designer.audit.interpreter.bounded_arithmetic import MAX_ENTRIES, count_entries
from designer.audit.interpreter.recorded_layers import Tape
from designer.audit.interpreter.source_parser import SourceTooLong, refuse_line
from designer.audit.interpreter.torch_modules import refuse_unknown
from designer.audit.interpreter.values import (
    ModuleSequence,
    Scope,
    SourceValue,
    TensorValue,
    Unknown,
)

MAX_STEPS = 60_000
"""Maximum number of steps for one source; evaluating a node takes one."""


class StepCounter:
    """Counts steps up to ``MAX_STEPS``."""

    def __init__(self) -> None:
        self.steps = 0
        self.depth = 0
        self.line = 1
        self.tape: Tape | None = None

    def count(self, node: ast.AST, steps: int = 1) -> None:
        """Add steps.

        Raises:
            SourceTooLong: above ``MAX_STEPS``.
        """
        self.line = getattr(node, "lineno", self.line)
        self.steps += steps
        if self.steps > MAX_STEPS:
            raise SourceTooLong(self.line, "too_many_steps", maximum=MAX_STEPS)

    def count_value(self, value: SourceValue, node: ast.AST) -> None:
        """Add the steps that visiting every entry of a value takes.

        Raises:
            SourceTooLong: if the value has more than ``MAX_ENTRIES`` entries.
        """
        if isinstance(value, list | tuple | dict):
            found = count_entries(value)
            if found > MAX_ENTRIES:
                raise SourceTooLong(self.line, "nested_lists_too_long", maximum=MAX_ENTRIES)
            self.count(node, found // 8)

    def copy_scope(self, scope: Scope, node: ast.AST) -> Scope:
        """A copy of a scope; adds steps in proportion to its size."""
        self.count(node, len(scope) // 16)
        return dict(scope)

    def loop_entries(self, value: SourceValue, node: ast.AST) -> list[SourceValue]:
        """The entries that a loop iterates over.

        Raises:
            SourceRefused: if the value is unknown or cannot be iterated.
        """
        if isinstance(value, ModuleSequence):
            return list(value.items)
        if isinstance(value, Unknown):
            refuse_unknown(value, node, "loop_not_followable")
        if not isinstance(value, list | tuple | dict | str):
            refuse_line(node, "iterable_not_followable")
        return list(value)

    def is_true(self, value: SourceValue, node: ast.AST) -> bool:
        """Whether a condition holds.

        Raises:
            SourceRefused: if the value is unknown or a tensor.
        """
        if isinstance(value, Unknown):
            refuse_unknown(value, node, "condition_not_followable")
        if isinstance(value, TensorValue):
            refuse_line(node, "condition_on_tensor")
        return bool(value)
