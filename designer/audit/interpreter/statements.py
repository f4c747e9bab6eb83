"""Statements: assignments, loops, conditions, imports and definitions."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from designer.audit.interpreter.bounded_arithmetic import MAX_ENTRIES
from designer.audit.interpreter.call_dispatch import CallEvaluator
from designer.audit.interpreter.control_flow import ControlFlow, LoopControl, Returned
from designer.audit.interpreter.recorded_layers import Tape
from designer.audit.interpreter.source_parser import SourceRefused, SourceTooLong, refuse_line
from designer.audit.interpreter.torch_modules import refuse_unknown
from designer.audit.interpreter.values import (
    Call,
    ClassValue,
    FunctionValue,
    Reference,
    Scope,
    SourceValue,
    TensorValue,
    Unknown,
)
from designer.audit.ops.layer_errors import TensorShape


class Interpreter(CallEvaluator):
    """Interprets a source, statement by statement."""

    def __init__(self) -> None:
        super().__init__()
        self.skipped_statements: list[tuple[ast.stmt, SourceRefused]] = []

    def run(self, body: Sequence[ast.stmt], scope: Scope) -> ControlFlow | None:
        """Run statements in order until one returns, breaks or continues."""
        for statement in body:
            self.count(statement)
            outcome = self._run_statement(statement, scope)
            if outcome is not None:
                return outcome
        return None

    def run_top_level(self, body: Sequence[ast.stmt], scope: Scope) -> None:
        """Run top-level statements; skip those that cannot be followed, such as training code."""
        for statement in body:
            try:
                self.run([statement], scope)
            except SourceTooLong:
                raise
            except SourceRefused as refused:
                self.skipped_statements.append((statement, refused))
                for node in ast.walk(statement):
                    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                        scope[node.id] = Unknown(why=refused.reason, line=refused.line)

    def trace_module(
        self, module: SourceValue, shape: TensorShape, node: ast.AST, *, allow_partial: bool = False
    ) -> Tape:
        """The layers that an input of that shape, batch included, passes through.

        After a layer that fails, or anywhere with ``allow_partial``, code that cannot be followed
        ends the recording instead of raising.
        """
        self.tape = Tape(shape)
        try:
            self._run_module(module, self.tape, node)
        except SourceTooLong:
            raise
        except SourceRefused as refused:
            if not (allow_partial or self.tape.is_broken):
                raise
            self.tape.stop_reason = refused
        return self.tape

    def _run_module(self, module: SourceValue, tape: Tape, node: ast.AST) -> None:
        result = self.apply(module, Call(arguments=[tape.input], node=node))
        if isinstance(result, tuple | list) and result:
            result = result[0]
        if isinstance(result, Unknown):
            refuse_unknown(result, node, "result_not_followable")
        if not isinstance(result, TensorValue):
            refuse_line(node, "result_not_followable")
        if result.index != len(tape.recorded) - 1:
            refuse_line(node, "result_of_earlier_layer")

    def _run_statement(self, statement: ast.stmt, scope: Scope) -> ControlFlow | None:
        name = f"_do_{type(statement).__name__.lower()}"
        method = getattr(self, name, None)
        if method is None:
            refuse_line(statement, "not_followable", name=type(statement).__name__)
        outcome: ControlFlow | None = method(statement, scope)
        return outcome

    def _do_expr(self, statement: ast.Expr, scope: Scope) -> None:
        self.evaluate(statement.value, scope)

    def _do_assign(self, statement: ast.Assign, scope: Scope) -> None:
        value = self.evaluate(statement.value, scope)
        for target in statement.targets:
            self.assign(target, value, scope)

    def _do_annassign(self, statement: ast.AnnAssign, scope: Scope) -> None:
        if statement.value is not None:
            self.assign(statement.target, self.evaluate(statement.value, scope), scope)

    def _do_augassign(self, statement: ast.AugAssign, scope: Scope) -> None:
        target = _loaded(statement.target)
        before = self.evaluate(target, scope) if isinstance(target, ast.Name) else None
        both = ast.BinOp(left=target, op=statement.op, right=statement.value)
        after = self.evaluate(ast.copy_location(both, statement), scope)
        _refuse_growth(before, after, statement)
        self.assign(statement.target, after, scope)

    def _do_return(self, statement: ast.Return, scope: Scope) -> Returned:
        return Returned(None if statement.value is None else self.evaluate(statement.value, scope))

    def _do_if(self, statement: ast.If, scope: Scope) -> ControlFlow | None:
        condition = self.is_true(self.evaluate(statement.test, scope), statement.test)
        return self.run(statement.body if condition else statement.orelse, scope)

    def _do_for(self, statement: ast.For, scope: Scope) -> ControlFlow | None:
        for entry in self.loop_entries(self.evaluate(statement.iter, scope), statement):
            self.assign(statement.target, entry, scope)
            outcome = self.run(statement.body, scope)
            if isinstance(outcome, Returned):
                return outcome
            if outcome is LoopControl.BREAK:
                return None
        return self.run(statement.orelse, scope)

    def _do_while(self, statement: ast.While, scope: Scope) -> ControlFlow | None:
        for _ in range(MAX_ENTRIES):
            if not self.is_true(self.evaluate(statement.test, scope), statement):
                return self.run(statement.orelse, scope)
            outcome = self.run(statement.body, scope)
            if isinstance(outcome, Returned):
                return outcome
            if outcome is LoopControl.BREAK:
                return None
        raise SourceTooLong(statement.lineno, "too_many_iterations", maximum=MAX_ENTRIES)

    def _do_break(self, statement: ast.Break, scope: Scope) -> ControlFlow:
        return LoopControl.BREAK

    def _do_continue(self, statement: ast.Continue, scope: Scope) -> ControlFlow:
        return LoopControl.CONTINUE

    def _do_with(self, statement: ast.With, scope: Scope) -> ControlFlow | None:
        return self.run(statement.body, scope)

    def _do_pass(self, statement: ast.stmt, scope: Scope) -> None:
        """Do nothing."""

    _do_global = _do_delete = _do_pass

    def _do_assert(self, statement: ast.Assert, scope: Scope) -> None:
        """Check an assertion about sizes; one that cannot be evaluated is assumed to hold."""
        calls = [node.func for node in ast.walk(statement.test) if isinstance(node, ast.Call)]
        if not all(ast.unparse(called).endswith(("len", ".size", ".dim")) for called in calls):
            return
        try:
            condition = self.is_true(self.evaluate(statement.test, scope), statement)
        except SourceTooLong:
            raise
        except SourceRefused:
            return
        if not condition:
            refuse_line(statement, "false_assertion")

    def _do_import(self, statement: ast.Import, scope: Scope) -> None:
        for alias in statement.names:
            path = alias.name if alias.asname else alias.name.split(".")[0]
            scope[alias.asname or path] = Reference(path=path)

    def _do_importfrom(self, statement: ast.ImportFrom, scope: Scope) -> None:
        for alias in statement.names:
            if alias.name != "*":
                path = f"{statement.module}.{alias.name}"
                scope[alias.asname or alias.name] = Reference(path=path)

    def _do_functiondef(self, statement: ast.FunctionDef, scope: Scope) -> None:
        scope[statement.name] = FunctionValue(node=statement, scope=scope)

    def _do_classdef(self, statement: ast.ClassDef, scope: Scope) -> None:
        bases = tuple(self.evaluate(base, scope) for base in statement.bases)
        members: Scope = {}
        each = {id(old): old for base in bases for old in (base, *getattr(base, "ancestors", ()))}
        ancestors = tuple(each.values())
        self.count(statement, len(ancestors) // 8)
        class_value = ClassValue(
            node=statement, scope=scope, bases=bases, ancestors=ancestors, members=members
        )
        scope[statement.name] = class_value
        class_scope = self.copy_scope(scope, statement)
        self.run_top_level(statement.body, class_scope)
        new = {name: value for name, value in class_scope.items() if scope.get(name) is not value}
        for name, value in new.items():
            members[name] = (
                FunctionValue(node=value.node, scope=scope)
                if isinstance(value, FunctionValue)
                else value
            )


def _loaded(target: ast.expr) -> ast.expr:
    """The target of ``x += 1`` as an expression that reads ``x``."""
    if isinstance(target, ast.Name):
        return ast.copy_location(ast.Name(id=target.id, ctx=ast.Load()), target)
    if not isinstance(target, ast.Attribute):
        refuse_line(target, "assignment_not_followable")
    loaded = ast.Attribute(value=target.value, attr=target.attr, ctx=ast.Load())
    return ast.copy_location(loaded, target)


def _refuse_growth(before: SourceValue, after: SourceValue, node: ast.AST) -> None:
    """Refuse an in-place operation that would change the shape of its tensor, as torch does.

    Raises:
        SourceRefused: with both shapes.
    """
    tensors = [value for value in (before, after) if isinstance(value, TensorValue)]
    shapes = [list(value.shape) for value in tensors if value.shape is not None]
    if len(shapes) == 2 and shapes[0] != shapes[1]:
        refuse_line(node, "growth_in_place", before=shapes[0], after=shapes[1])
