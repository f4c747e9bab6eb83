"""Calls of the source's own functions and classes."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from designer.audit.interpreter.assignment import AssignmentEvaluator
from designer.audit.interpreter.control_flow import ControlFlow, Returned
from designer.audit.interpreter.source_parser import SourceTooLong, refuse_line
from designer.audit.interpreter.values import (
    Call,
    ClassValue,
    FunctionValue,
    InstanceValue,
    Scope,
    SourceValue,
    SuperObject,
    unknown_at,
)

MAX_CALL_DEPTH = 40
"""Maximum nesting depth of calls to the source's own functions."""

_OWNER, _FUNCTION, SEQUENCE_NAME = "@owner", "@function", "@sequence"
"""Names that ``super()`` needs in a call's scope, and of an instance's Sequential.

They are not valid identifiers, so a source cannot use them.
"""


class FunctionCallEvaluator(AssignmentEvaluator):
    """Evaluates calls of functions and classes that the source defines."""

    def __init__(self) -> None:
        super().__init__()
        self.call_depth = 0

    def run(self, body: Sequence[ast.stmt], scope: Scope) -> ControlFlow | None:
        """Run statements in order until one returns, breaks or continues."""
        raise NotImplementedError

    def _call_function(self, called: FunctionValue, call: Call) -> SourceValue:
        self.call_depth += 1
        try:
            if self.call_depth > MAX_CALL_DEPTH:
                line = getattr(call.node, "lineno", 1)
                raise SourceTooLong(line, "calls_too_deep", maximum=MAX_CALL_DEPTH)
            outcome = self.run(called.node.body, self._parameter_scope(called, call))
            return outcome.value if isinstance(outcome, Returned) else None
        finally:
            self.call_depth -= 1

    def _parameter_scope(self, called: FunctionValue, call: Call) -> Scope:
        """The scope of a call: the enclosing names, then the parameters."""
        given = [called.owner] * (called.owner is not None) + call.arguments
        named = dict(call.named)
        scope = self.copy_scope(called.scope, called.node)
        arguments = called.node.args
        names = [each.arg for each in (*arguments.posonlyargs, *arguments.args)]
        defaults = dict(zip(reversed(names), reversed(arguments.defaults), strict=False))
        defaults |= {
            each.arg: default
            for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
            if default is not None
        }
        if len(given) > len(names) and arguments.vararg is None:
            facts = {"maximum": len(names), "count": len(given)}
            refuse_line(call.node, "other_argument_count", name=called.node.name, **facts)
        scope.update(zip(names, given, strict=False))
        for name in [*names[len(given) :], *(each.arg for each in arguments.kwonlyargs)]:
            if name in named:
                scope[name] = named.pop(name)
            elif name in defaults:
                scope[name] = self.evaluate(defaults[name], called.scope)
            else:
                scope[name] = unknown_at(called.node, "missing_argument", name=name[:60])
        if arguments.vararg is not None:
            scope[arguments.vararg.arg] = tuple(given[len(names) :])
        if arguments.kwarg is not None:
            scope[arguments.kwarg.arg] = named
        if called.owner is not None:
            scope[_OWNER] = called.owner
        scope[_FUNCTION] = called
        return scope

    def _create_instance(self, called: ClassValue, call: Call) -> SourceValue:
        instance = InstanceValue(class_value=called)
        constructor = called.find_member("__init__")
        if isinstance(constructor, FunctionValue):
            bound = FunctionValue(node=constructor.node, scope=constructor.scope, owner=instance)
            self._call_function(bound, call)
        return instance


def super_object(scope: Scope) -> SourceValue:
    """The value of ``super()``: the bases of the class that defines the running method."""
    instance, function = scope.get(_OWNER), scope.get(_FUNCTION)
    if not isinstance(instance, InstanceValue) or not isinstance(function, FunctionValue):
        return unknown_at(None, "super_outside_method")
    for source_class in instance.class_value.source_classes:
        member = source_class.members.get(function.node.name)
        if isinstance(member, FunctionValue) and member.node is function.node:
            return SuperObject(instance=instance, defining_class=source_class)
    return SuperObject(instance=instance, defining_class=instance.class_value)
