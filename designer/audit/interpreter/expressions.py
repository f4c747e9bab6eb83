"""Values of expressions; what calls do is in ``statements``."""

from __future__ import annotations

import ast

from designer.audit.interpreter.bounded_arithmetic import UNARY, bounded, combine
from designer.audit.interpreter.slices import tensor_sizes
from designer.audit.interpreter.source_parser import SourceTooLong, refuse_line
from designer.audit.interpreter.step_limit import Steps
from designer.audit.interpreter.torch_modules import is_module_name
from designer.audit.interpreter.type_checks import same_kind
from designer.audit.interpreter.values import (
    ClassValue,
    FunctionValue,
    InstanceValue,
    Method,
    ModuleSequence,
    Parent,
    Reference,
    Scope,
    TensorValue,
    Unknown,
    Value,
)

MAX_DEPTH = 80
"""Deepest expression."""

CUSTOMARY = {"nn": "torch.nn", "F": "torch.nn.functional", "torch": "torch", "np": "numpy"}
"""What people call torch's parts, where the imports were not pasted along."""

PYTHON_NAMES = frozenset(
    [
        "range",
        "len",
        "int",
        "float",
        "bool",
        "str",
        "max",
        "min",
        "abs",
        "round",
        "sum",
        "list",
        "tuple",
        "dict",
        "reversed",
        "sorted",
        "zip",
        "enumerate",
        "divmod",
        "print",
        "isinstance",
        "super",
        "getattr",
        "setattr",
        "hasattr",
        "type",
        "map",
        "filter",
        "any",
        "all",
    ]
)

_SAMENESS = ast.Eq | ast.NotEq | ast.Is | ast.IsNot


class Expressions(Steps):
    """Evaluates expressions in scopes, within a number of steps."""

    def call(self, node: ast.Call, scope: Scope) -> Value:
        """What a call gives."""
        raise NotImplementedError

    def apply(
        self, called: Value, arguments: list[Value], named: dict[str, Value], node: ast.AST
    ) -> Value:
        """What a value gives when it is called."""
        raise NotImplementedError

    def value(self, node: ast.expr, scope: Scope) -> Value:
        """The value of an expression.

        Raises:
            SourceRefused: for what cannot be followed.
        """
        self.count(node)
        self.depth += 1
        try:
            if self.depth > MAX_DEPTH:
                detail = f"nested deeper than {MAX_DEPTH} expressions"
                raise SourceTooLong(node.lineno, detail, maximum=MAX_DEPTH)
            method = getattr(self, f"_{type(node).__name__.lower()}", None)
            if method is None:
                return Unknown(why=f"{type(node).__name__} is not followed", line=node.lineno)
            found: Value = method(node, scope)
            return found
        finally:
            self.depth -= 1

    def _constant(self, node: ast.Constant, scope: Scope) -> Value:
        return bounded(node.value, node)

    def _name(self, node: ast.Name, scope: Scope) -> Value:
        if node.id in scope:
            return scope[node.id]
        if node.id in CUSTOMARY:
            return Reference(path=CUSTOMARY[node.id])
        if node.id in PYTHON_NAMES:
            return Reference(path=node.id)
        if is_module_name(node.id):
            return Reference(path=f"torch.nn.{node.id}")
        return Unknown(why=f"the name {node.id[:60]} is not known", line=node.lineno)

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Value:
        return self.member(self.value(node.value, scope), node.attr, node)

    def member(self, owner: Value, name: str, node: ast.AST) -> Value:
        """An attribute of a value."""
        if isinstance(owner, Reference):
            return Reference(path=f"{owner.path}.{name}")
        if isinstance(owner, InstanceValue):
            return self._instance_member(owner, name, node)
        if isinstance(owner, ClassValue):
            found = owner.find(name)
            missing = Unknown(why=f"{name[:60]} is not known here", line=getattr(node, "lineno", 1))
            return missing if found is None else found
        if isinstance(owner, Parent):
            bases = owner.of.bases
            found = next((b.find(name) for b in bases if hasattr(b, "find") and b.find(name)), None)
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

    def _instance_member(self, owner: InstanceValue, name: str, node: ast.AST) -> Value:
        if name in owner.attributes:
            return owner.attributes[name]
        found = owner.made_of.find(name)
        if isinstance(found, FunctionValue):
            return self._bound(found, owner, node)
        if found is not None:
            return found
        if name in ("training",):
            return True
        if owner.made_of.is_module and name in (
            "add_module",
            "register_module",
            "modules",
            "apply",
        ):
            return Method(owner=owner, name=name)
        return Unknown(why=f"self.{name[:60]} is not known", line=getattr(node, "lineno", 1))

    def _bound(self, found: FunctionValue, owner: InstanceValue, node: ast.AST) -> Value:
        """A method of an instance, as its decorators have it."""
        marks = {each.id for each in found.node.decorator_list if isinstance(each, ast.Name)}
        if "staticmethod" in marks:
            return found
        first = owner.made_of if "classmethod" in marks else owner
        method = FunctionValue(node=found.node, scope=found.scope, owner=first)
        return self.apply(method, [], {}, node) if "property" in marks else method

    def _lambda(self, node: ast.Lambda, scope: Scope) -> Value:
        """A function whose body is one return."""
        body = ast.copy_location(ast.Return(value=node.body), node)
        made = ast.FunctionDef(name="lambda", args=node.args, body=[body], decorator_list=[])
        return FunctionValue(node=ast.copy_location(made, node), scope=scope)

    def _binop(self, node: ast.BinOp, scope: Scope) -> Value:
        left, right = self.value(node.left, scope), self.value(node.right, scope)
        if isinstance(left, TensorValue) or isinstance(right, TensorValue):
            return self._on_tensors(node, left, right)
        self.weigh((left, right), node)
        return combine(type(node.op), left, right, node)

    def _on_tensors(self, node: ast.BinOp, left: Value, right: Value) -> Value:
        """Sums and products of tensors are skips, and broadcast alike; numbers change no shape."""
        if not isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Div):
            refuse_line(node, "this operation on tensors cannot be followed")
        tensors = [value for value in (left, right) if isinstance(value, TensorValue)]
        if len(tensors) == 1:
            other = right if tensors[0] is left else left
            if isinstance(other, int | float):
                return tensors[0]
            refuse_line(node, "a tensor is combined with what cannot be followed")
        assert self.tape is not None
        return self.tape.join(tensors, node, add=True)

    def _unaryop(self, node: ast.UnaryOp, scope: Scope) -> Value:
        value = self.value(node.operand, scope)
        if isinstance(value, Unknown | TensorValue):
            return value
        if type(node.op) not in UNARY or not isinstance(
            value, int | float | list | str | type(None)
        ):
            return Unknown(why="this sign is not followed", line=node.lineno)
        try:
            return bounded(UNARY[type(node.op)](value), node)
        except TypeError as error:
            refuse_line(node, f"this cannot be computed: {error}")

    def _boolop(self, node: ast.BoolOp, scope: Scope) -> Value:
        """As Python: the first value that decides; one that is not known may still be decided."""
        decisive = isinstance(node.op, ast.Or)
        value: Value = None
        unknown: Unknown | None = None
        for operand in node.values:
            value = self.value(operand, scope)
            if isinstance(value, Unknown):
                unknown = value
            elif self.truth(value, operand) is decisive:
                return value
        return unknown or value

    def _compare(self, node: ast.Compare, scope: Scope) -> Value:
        left = self.value(node.left, scope)
        for kind, operand in zip(node.ops, node.comparators, strict=True):
            right = self.value(operand, scope)
            self.weigh((left, right), node)
            if isinstance(kind, ast.Is | ast.IsNot) and None in (left, right):
                known = not isinstance(left, Unknown) and not isinstance(right, Unknown)
                held: Value = (left is right) == isinstance(kind, ast.Is) if known else left
            elif (same := same_kind(left, right)) is not None and isinstance(kind, _SAMENESS):
                held = same == isinstance(kind, ast.Eq | ast.Is)
            else:
                held = combine(type(kind), left, right, node)
            if isinstance(held, Unknown) or not held:
                return held
            left = right
        return True

    def _ifexp(self, node: ast.IfExp, scope: Scope) -> Value:
        held = self.truth(self.value(node.test, scope), node.test)
        return self.value(node.body if held else node.orelse, scope)
