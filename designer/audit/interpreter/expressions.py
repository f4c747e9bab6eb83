"""Values of names, attributes, operators and comparisons."""

from __future__ import annotations

import ast

from designer.audit.interpreter.bounded_arithmetic import (
    BUILTINS,
    UNARY_OPERATORS,
    apply_operator,
    ensure_bounded,
)
from designer.audit.interpreter.slices import tensor_sizes
from designer.audit.interpreter.source_parser import SourceTooLong, refuse_line
from designer.audit.interpreter.step_limit import StepCounter
from designer.audit.interpreter.torch_modules import is_module_name
from designer.audit.interpreter.type_checks import compare_references
from designer.audit.interpreter.values import (
    Call,
    ClassValue,
    FunctionValue,
    InstanceValue,
    Method,
    ModuleSequence,
    Reference,
    Scope,
    SourceValue,
    SuperObject,
    TensorValue,
    Unknown,
    unknown_at,
)

MAX_EXPRESSION_DEPTH = 80
"""Maximum nesting depth of an expression."""

IMPORT_ALIASES = {"nn": "torch.nn", "F": "torch.nn.functional", "torch": "torch", "np": "numpy"}
"""Usual aliases, for sources that were pasted without their imports."""

_OTHER_NAMES = {"range", "print", "map", "filter", "any", "all", "hasattr"}
_OBJECT_NAMES = {"isinstance", "super", "getattr", "setattr", "type"}
BUILTIN_NAMES = BUILTINS.keys() | _OTHER_NAMES | _OBJECT_NAMES

_EQUALITY_OPERATORS = ast.Eq | ast.NotEq | ast.Is | ast.IsNot


class ExpressionEvaluator(StepCounter):
    """Evaluates expressions in a scope, within the step limit."""

    def call(self, node: ast.Call, scope: Scope) -> SourceValue:
        """The result of a call expression."""
        raise NotImplementedError

    def apply(self, called: SourceValue, call: Call) -> SourceValue:
        """The result of calling a value."""
        raise NotImplementedError

    def evaluate(self, node: ast.expr, scope: Scope) -> SourceValue:
        """The value of an expression.

        Raises:
            SourceRefused: if the expression cannot be followed.
        """
        self.count(node)
        self.depth += 1
        try:
            if self.depth > MAX_EXPRESSION_DEPTH:
                raise SourceTooLong(
                    node.lineno, "expressions_too_deep", maximum=MAX_EXPRESSION_DEPTH
                )
            method = getattr(self, f"_{type(node).__name__.lower()}", None)
            if method is None:
                return unknown_at(node, "not_followed", name=type(node).__name__)
            found: SourceValue = method(node, scope)
            return found
        finally:
            self.depth -= 1

    def _constant(self, node: ast.Constant, scope: Scope) -> SourceValue:
        return ensure_bounded(node.value, node)

    def _name(self, node: ast.Name, scope: Scope) -> SourceValue:
        if node.id in scope:
            return scope[node.id]
        if node.id in IMPORT_ALIASES:
            return Reference(path=IMPORT_ALIASES[node.id])
        if node.id in BUILTIN_NAMES:
            return Reference(path=node.id)
        if is_module_name(node.id):
            return Reference(path=f"torch.nn.{node.id}")
        return unknown_at(node, "unknown_name", name=node.id[:60])

    def _attribute(self, node: ast.Attribute, scope: Scope) -> SourceValue:
        return self.member(self.evaluate(node.value, scope), node.attr, node)

    def member(self, owner: SourceValue, name: str, node: ast.AST) -> SourceValue:
        """An attribute of a value."""
        if isinstance(owner, Reference):
            return Reference(path=f"{owner.path}.{name}")
        if isinstance(owner, InstanceValue):
            return self._instance_member(owner, name, node)
        if isinstance(owner, ClassValue):
            found = owner.find_member(name)
            missing = unknown_at(node, "unknown_member", name=name[:60])
            return missing if found is None else found
        if isinstance(owner, SuperObject):
            bases = owner.defining_class.bases
            members = (each.find_member(name) for each in bases if isinstance(each, ClassValue))
            found = next(filter(None, members), None)
            if isinstance(found, FunctionValue):
                return FunctionValue(node=found.node, scope=found.scope, owner=owner.instance)
            return Method(owner=owner, name=name)
        if isinstance(owner, TensorValue) and name == "shape" and self.tape is not None:
            return tensor_sizes(owner, self.tape, node)
        if isinstance(owner, TensorValue) and name in ("is_cuda", "requires_grad"):
            return False
        if isinstance(owner, Unknown):
            return owner
        if isinstance(owner, ModuleSequence) and name in owner.names:
            return owner.names[name]
        return Method(owner=owner, name=name)

    def _instance_member(self, owner: InstanceValue, name: str, node: ast.AST) -> SourceValue:
        if name in owner.attributes:
            return owner.attributes[name]
        found = owner.class_value.find_member(name)
        if isinstance(found, FunctionValue):
            return self._bind_method(found, owner, node)
        if found is not None:
            return found
        if name == "training":
            return True
        methods = ("add_module", "register_module", "modules", "apply")
        if owner.class_value.is_module and name in methods:
            return Method(owner=owner, name=name)
        return unknown_at(node, "unknown_attribute", name=name[:60])

    def _bind_method(
        self, found: FunctionValue, owner: InstanceValue, node: ast.AST
    ) -> SourceValue:
        """A method bound as its decorators require; the value of a property."""
        marks = {each.id for each in found.node.decorator_list if isinstance(each, ast.Name)}
        if "staticmethod" in marks:
            return found
        first = owner.class_value if "classmethod" in marks else owner
        method = FunctionValue(node=found.node, scope=found.scope, owner=first)
        return self.apply(method, Call(node=node)) if "property" in marks else method

    def _lambda(self, node: ast.Lambda, scope: Scope) -> SourceValue:
        """A lambda as a function with one return statement."""
        body = ast.copy_location(ast.Return(value=node.body), node)
        definition = ast.FunctionDef(name="lambda", args=node.args, body=[body], decorator_list=[])
        return FunctionValue(node=ast.copy_location(definition, node), scope=scope)

    def _binop(self, node: ast.BinOp, scope: Scope) -> SourceValue:
        left, right = self.evaluate(node.left, scope), self.evaluate(node.right, scope)
        if isinstance(left, TensorValue) or isinstance(right, TensorValue):
            return self._combine_tensors(node, left, right)
        self.count_value((left, right), node)
        return apply_operator(type(node.op), left, right, node)

    def _combine_tensors(
        self, node: ast.BinOp, left: SourceValue, right: SourceValue
    ) -> SourceValue:
        """The result of arithmetic on tensors: a skip, or with a scalar the tensor unchanged."""
        if not isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Div):
            refuse_line(node, "tensor_operation_not_followable")
        tensors = [value for value in (left, right) if isinstance(value, TensorValue)]
        if len(tensors) == 1:
            other = right if tensors[0] is left else left
            if isinstance(other, int | float):
                return tensors[0]
            refuse_line(node, "operand_not_followable")
        assert self.tape is not None
        return self.tape.join_tensors(tensors, node, add=True)

    def _unaryop(self, node: ast.UnaryOp, scope: Scope) -> SourceValue:
        value = self.evaluate(node.operand, scope)
        if isinstance(value, Unknown | TensorValue):
            return value
        if type(node.op) not in UNARY_OPERATORS or not isinstance(
            value, int | float | list | str | type(None)
        ):
            return unknown_at(node, "operator_not_followed")
        try:
            return ensure_bounded(UNARY_OPERATORS[type(node.op)](value), node)
        except TypeError as error:
            refuse_line(node, "not_computable", error=str(error))

    def _boolop(self, node: ast.BoolOp, scope: Scope) -> SourceValue:
        """The first operand that decides, as in Python; it may come after an unknown one."""
        decisive = isinstance(node.op, ast.Or)
        value: SourceValue = None
        unknown: Unknown | None = None
        for operand in node.values:
            value = self.evaluate(operand, scope)
            if isinstance(value, Unknown):
                unknown = value
            elif self.is_true(value, operand) is decisive:
                return value
        return unknown or value

    def _compare(self, node: ast.Compare, scope: Scope) -> SourceValue:
        left = self.evaluate(node.left, scope)
        for kind, operand in zip(node.ops, node.comparators, strict=True):
            right = self.evaluate(operand, scope)
            self.count_value((left, right), node)
            if isinstance(kind, ast.Is | ast.IsNot) and None in (left, right):
                known = not isinstance(left, Unknown) and not isinstance(right, Unknown)
                condition: SourceValue = (
                    (left is right) == isinstance(kind, ast.Is) if known else left
                )
            elif (same := compare_references(left, right)) is not None and isinstance(
                kind, _EQUALITY_OPERATORS
            ):
                condition = same == isinstance(kind, ast.Eq | ast.Is)
            else:
                condition = apply_operator(type(kind), left, right, node)
            if isinstance(condition, Unknown) or not condition:
                return condition
            left = right
        return True

    def _ifexp(self, node: ast.IfExp, scope: Scope) -> SourceValue:
        condition = self.is_true(self.evaluate(node.test, scope), node.test)
        return self.evaluate(node.body if condition else node.orelse, scope)
