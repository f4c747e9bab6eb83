"""What calls give: of torch, and of the source's own functions and classes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import NamedTuple

from designer.audit.reading.arithmetic import BUILTINS, MAX_ENTRIES, call_builtin
from designer.audit.reading.binding import Binding
from designer.audit.reading.calls import call_function
from designer.audit.reading.modules import build_module, refuse_unknown
from designer.audit.reading.text import SourceTooLong, refuse_line
from designer.audit.reading.values import (
    ClassValue,
    FunctionValue,
    InstanceValue,
    LayerModule,
    Method,
    ModuleSequence,
    Parent,
    Reference,
    Scope,
    TensorValue,
    Unknown,
    Value,
)

MAX_CALLS = 40
"""Deepest calls of the source's own functions."""

_OWNER, _FUNCTION = "@owner", "@function"
"""Where a call's scope keeps what ``super()`` needs; no source can write such names."""

_WRAPPERS = frozenset(("spectral_norm", "weight_norm", "DataParallel", "DistributedDataParallel"))
"""Functions that give back the module they are given."""


class Returned(NamedTuple):
    """A ``return`` was reached."""

    value: Value


class Calling(Binding):
    """Evaluates calls."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def run(self, body: Sequence[ast.stmt], scope: Scope) -> Returned | None:
        """Do the statements in order; what a ``return`` among them gives."""
        raise NotImplementedError

    def call(self, node: ast.Call, scope: Scope) -> Value:
        """What a call gives."""
        called = self.value(node.func, scope)
        if isinstance(called, Reference) and called.path == "super":
            return _parent(scope)
        arguments = list(self.spread(node.args, scope))
        named: dict[str, Value] = {}
        for keyword in node.keywords:
            value = self.value(keyword.value, scope)
            if keyword.arg is not None:
                named[keyword.arg] = value
            elif isinstance(value, dict):
                named.update(value)
            else:
                refuse_line(node, "these named arguments cannot be followed")
        return self.apply(called, arguments, named, node)

    _call = call

    def apply(
        self, called: Value, arguments: list[Value], named: dict[str, Value], node: ast.AST
    ) -> Value:
        """What a value gives when it is called."""
        tensor = arguments[0] if arguments else next(iter(named.values()), None)
        if isinstance(called, Reference):
            return self._call_reference(called.path, arguments, named, node)
        if isinstance(called, FunctionValue):
            return self._call_function(called, arguments, named, node)
        if isinstance(called, ClassValue):
            return self._make(called, arguments, named, node)
        if isinstance(called, Method):
            return self._call_method(called, arguments, named, node)
        if isinstance(called, InstanceValue):
            forward = called.made_of.find("forward") or called.made_of.find("__call__")
            if not isinstance(forward, FunctionValue):
                refuse_line(called.made_of.node, f"{called.made_of.node.name} has no forward")
            bound = FunctionValue(node=forward.node, scope=forward.scope, owner=called)
            return self._call_function(bound, arguments, named, node)
        if isinstance(called, LayerModule | ModuleSequence) and isinstance(tensor, TensorValue):
            return self._call_module(called, tensor, node)
        if isinstance(called, Unknown):
            return called
        return Unknown(why="this call is not followed", line=getattr(node, "lineno", 1))

    def _call_module(
        self, called: LayerModule | ModuleSequence, tensor: TensorValue, node: ast.AST
    ) -> Value:
        assert self.tape is not None, "tensors exist on a tape only"
        if isinstance(called, LayerModule):
            return self.tape.pass_module(called, tensor)
        if not called.callable:
            refuse_line(node, "a ModuleList is not called, its modules are")
        passed: Value = tensor
        for item in called.items:
            passed = self.apply(item, [passed], {}, called.node)
        return passed

    def _call_function(
        self, called: FunctionValue, arguments: list[Value], named: dict[str, Value], node: ast.AST
    ) -> Value:
        self.calls += 1
        try:
            if self.calls > MAX_CALLS:
                line = getattr(node, "lineno", 1)
                detail = f"calls nested deeper than {MAX_CALLS}"
                raise SourceTooLong(line, detail, maximum=MAX_CALLS)
            given = arguments if called.owner is None else [called.owner, *arguments]
            scope = self._parameters(called, given, dict(named), node)
            done = self.run(called.node.body, scope)
            return None if done is None else done.value
        finally:
            self.calls -= 1

    def _parameters(
        self, called: FunctionValue, given: list[Value], named: dict[str, Value], node: ast.AST
    ) -> Scope:
        """The scope of a call: outer names, then the parameters."""
        scope = dict(called.scope)
        arguments = called.node.args
        names = [each.arg for each in (*arguments.posonlyargs, *arguments.args)]
        defaults = dict(zip(reversed(names), reversed(arguments.defaults), strict=False))
        defaults |= {
            each.arg: default
            for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
            if default is not None
        }
        if len(given) > len(names) and arguments.vararg is None:
            refuse_line(node, f"{called.node.name} takes {len(names)} arguments, got {len(given)}")
        scope.update(zip(names, given, strict=False))
        for name in [*names[len(given) :], *(each.arg for each in arguments.kwonlyargs)]:
            if name in named:
                scope[name] = named.pop(name)
            elif name in defaults:
                scope[name] = self.value(defaults[name], called.scope)
            else:
                why = f"{name[:60]} has no default and is not given"
                scope[name] = Unknown(why=why, line=called.node.lineno)
        if arguments.vararg is not None:
            scope[arguments.vararg.arg] = tuple(given[len(names) :])
        if arguments.kwarg is not None:
            scope[arguments.kwarg.arg] = named
        if called.owner is not None:
            scope[_OWNER] = called.owner
        scope[_FUNCTION] = called
        return scope

    def _make(
        self, called: ClassValue, arguments: list[Value], named: dict[str, Value], node: ast.AST
    ) -> Value:
        made = InstanceValue(called)
        start = called.find("__init__")
        if isinstance(start, FunctionValue):
            bound = FunctionValue(node=start.node, scope=start.scope, owner=made)
            self._call_function(bound, arguments, named, node)
        return made

    def _call_reference(
        self, path: str, arguments: list[Value], named: dict[str, Value], node: ast.AST
    ) -> Value:
        assert isinstance(node, ast.Call), "names are called where a call stands"
        if path in BUILTINS or path == "range":
            return self._call_builtin(path, arguments, named, node)
        where, _, name = path.rpartition(".")
        if name in _WRAPPERS and arguments:
            return arguments[0]
        if name == "data_parallel" and len(arguments) > 1:
            return self.apply(arguments[0], [arguments[1]], {}, node)
        if name == "OrderedDict":
            return _dictionary(arguments[0]) if arguments else {}
        if where == "torch.nn" or (where == "" and name[:1].isupper()):
            made = _container(name, arguments, node) or build_module(name, arguments, named, node)
            if made is not None:
                return made
            if where:
                return Unknown(why=f"nn.{name[:60]} is not followed", line=node.lineno)
        if self.tape is not None and where in ("torch", "torch.nn.functional"):
            return call_function(self.tape, name, arguments, named, node)
        return Unknown(why=f"{path[:60]}(…) is not followed", line=node.lineno)

    def _call_builtin(
        self, name: str, arguments: list[Value], named: dict[str, Value], node: ast.AST
    ) -> Value:
        plain = [value.items if isinstance(value, ModuleSequence) else value for value in arguments]
        return call_builtin(name, plain, named, node)

    def _call_method(
        self, called: Method, arguments: list[Value], named: dict[str, Value], node: ast.AST
    ) -> Value:
        owner, name = called.owner, called.name
        if isinstance(owner, TensorValue) and self.tape is not None:
            assert isinstance(node, ast.Call), "methods are called where a call stands"
            return call_function(self.tape, name, [owner, *arguments], named, node)
        if isinstance(owner, InstanceValue) and name in ("add_module", "register_module"):
            owner.attributes[str(arguments[0])] = arguments[1]
            return None
        items = owner.items if isinstance(owner, ModuleSequence) else owner
        if isinstance(items, list) and name in ("append", "extend", "insert", "add_module"):
            _grow(items, name, arguments, self.entries, node)
            return owner if isinstance(owner, ModuleSequence) else None
        if isinstance(owner, dict) and name in ("items", "values", "keys", "get"):
            return list(owner.items()) if name == "items" else _looked_up(owner, name, arguments)
        if isinstance(owner, LayerModule | ModuleSequence) and name == "forward":
            return self.apply(owner, arguments, named, node)
        if isinstance(owner, LayerModule | ModuleSequence | InstanceValue):
            return owner
        if isinstance(owner, Parent):
            return None
        return Unknown(why=f".{name[:60]}(…) is not followed", line=getattr(node, "lineno", 1))


def _parent(scope: Scope) -> Value:
    """What ``super()`` stands for: the bases of the class that defines the running method."""
    instance, function = scope.get(_OWNER), scope.get(_FUNCTION)
    if not isinstance(instance, InstanceValue) or not isinstance(function, FunctionValue):
        return Unknown(why="super() outside of a method", line=1)
    todo = [instance.made_of]
    while todo:
        made = todo.pop()
        member = made.members.get(function.node.name)
        if isinstance(member, FunctionValue) and member.node is function.node:
            return Parent(instance=instance, of=made)
        todo += [base for base in made.bases if isinstance(base, ClassValue)]
    return Parent(instance=instance, of=instance.made_of)


def _container(name: str, arguments: list[Value], node: ast.Call) -> ModuleSequence | None:
    """A Sequential or a ModuleList of what it is given."""
    if name not in ("Sequential", "ModuleList"):
        return None
    given = arguments
    if len(arguments) == 1:
        only = arguments[0]
        if isinstance(only, dict):
            return ModuleSequence(list(only.values()), name == "Sequential", node, dict(only))
        if isinstance(only, ModuleSequence) and name == "ModuleList":
            given = only.items
        elif isinstance(only, list | tuple) and name == "ModuleList":
            given = list(only)
    for value in given:
        if isinstance(value, Unknown):
            refuse_unknown(value, node, "one of its modules cannot be followed")
        if not isinstance(value, LayerModule | ModuleSequence | InstanceValue | Reference):
            refuse_line(node, "one of its modules is none")
    return ModuleSequence(list(given), name == "Sequential", node)


def _dictionary(value: Value) -> Value:
    """An OrderedDict of pairs."""
    if isinstance(value, dict):
        return value
    pairs = value if isinstance(value, list | tuple) else []
    if not all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in pairs):
        return Unknown(why="this dictionary is not followed", line=1)
    return {str(name): entry for name, entry in pairs}


def _grow(
    items: list[Value],
    name: str,
    arguments: list[Value],
    entries: Callable[[Value, ast.AST], list[Value]],
    node: ast.AST,
) -> None:
    """A list, or a module's list, gets more entries."""
    if name == "extend" and arguments:
        items.extend(entries(arguments[0], node))
    elif name == "insert" and len(arguments) == 2 and isinstance(arguments[0], int):
        items.insert(arguments[0], arguments[1])
    elif arguments:
        items.append(arguments[-1])
    if len(items) > MAX_ENTRIES:
        refuse_line(node, f"a list of more than {MAX_ENTRIES}")


def _looked_up(owner: dict[str, Value], name: str, arguments: list[Value]) -> Value:
    if name == "get":
        return owner.get(str(arguments[0]), arguments[1] if len(arguments) > 1 else None)
    return list(owner.values()) if name == "values" else list(owner)
