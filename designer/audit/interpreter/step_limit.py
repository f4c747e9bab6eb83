"""What following a source may cost, counted in steps; loops and conditions on what is known."""

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
"""Most nodes that one source has evaluated."""


class StepCounter:
    """Counts, and refuses past the bound."""

    def __init__(self) -> None:
        self.steps = 0
        self.depth = 0
        self.line = 1
        self.tape: Tape | None = None

    def count(self, node: ast.AST, steps: int = 1) -> None:
        """One step more, or as many as something costs.

        Raises:
            SourceTooLong: past the bound.
        """
        self.line = getattr(node, "lineno", self.line)
        self.steps += steps
        if self.steps > MAX_STEPS:
            detail = f"more than {MAX_STEPS} steps to follow"
            raise SourceTooLong(self.line, detail, maximum=MAX_STEPS)

    def count_value(self, value: SourceValue, node: ast.AST) -> None:
        """Count what it costs to look at all of a value.

        Raises:
            SourceTooLong: for lists in lists past all bounds.
        """
        if isinstance(value, list | tuple | dict):
            found = count_entries(value)
            if found > MAX_ENTRIES:
                detail = f"lists that hold more than {MAX_ENTRIES} entries"
                raise SourceTooLong(self.line, detail, maximum=MAX_ENTRIES)
            self.count(node, found // 8)

    def copy_scope(self, scope: Scope, node: ast.AST) -> Scope:
        """A scope of one's own with the same names, counted by their number."""
        self.count(node, len(scope) // 16)
        return dict(scope)

    def loop_entries(self, value: SourceValue, node: ast.AST) -> list[SourceValue]:
        """What a loop goes over.

        Raises:
            SourceRefused: where that is not known.
        """
        if isinstance(value, ModuleSequence):
            return list(value.items)
        if isinstance(value, Unknown):
            refuse_unknown(value, node, "the loop cannot be followed")
        if not isinstance(value, list | tuple | dict | str):
            refuse_line(node, "what this loops over cannot be followed")
        return list(value)

    def is_true(self, value: SourceValue, node: ast.AST) -> bool:
        """Whether a condition holds.

        Raises:
            SourceRefused: where that is not known.
        """
        if isinstance(value, Unknown):
            refuse_unknown(value, node, "the condition cannot be followed")
        if isinstance(value, TensorValue):
            refuse_line(node, "a condition on a tensor cannot be followed")
        return bool(value)
