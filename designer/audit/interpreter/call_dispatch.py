"""Calls of any value: torch's, Python's, and the source's own."""

from __future__ import annotations

import ast

from designer.audit.interpreter.bounded_arithmetic import BUILTINS, call_builtin, format_text
from designer.audit.interpreter.containers import (
    add_entries,
    build_container,
    build_dictionary,
    look_up,
    pop_entry,
)
from designer.audit.interpreter.function_calls import (
    SEQUENCE_NAME,
    FunctionCallEvaluator,
    super_object,
)
from designer.audit.interpreter.output_size import with_output_size
from designer.audit.interpreter.source_parser import refuse_line
from designer.audit.interpreter.torch_functions import call_function
from designer.audit.interpreter.torch_modules import build_module
from designer.audit.interpreter.type_checks import is_instance, type_of
from designer.audit.interpreter.values import (
    ClassValue,
    FunctionValue,
    InstanceValue,
    LayerModule,
    Method,
    ModuleSequence,
    Partial,
    Reference,
    Scope,
    SourceValue,
    SuperObject,
    TensorValue,
    Unknown,
    unknown_at,
)

_OBJECT_BUILTINS = frozenset(("getattr", "setattr", "isinstance", "type"))

_WRAPPERS = frozenset(("spectral_norm", "weight_norm", "DataParallel", "DistributedDataParallel"))
"""Functions whose result is treated as their first argument."""


class CallEvaluator(FunctionCallEvaluator):
    """Evaluates calls."""

    def call(self, node: ast.Call, scope: Scope) -> SourceValue:
        """The result of a call expression."""
        called = self.evaluate(node.func, scope)
        if isinstance(called, Reference) and called.path == "super":
            return super_object(scope)
        arguments = list(self.evaluate_entries(node.args, scope))
        named: dict[str, SourceValue] = {}
        for keyword in node.keywords:
            value = self.evaluate(keyword.value, scope)
            if keyword.arg is not None:
                named[keyword.arg] = value
            elif isinstance(value, dict):
                named.update(value)
            else:
                refuse_line(node, "named_arguments_not_followable")
        return self.apply(called, arguments, named, node)

    _call = call

    def apply(
        self,
        called: SourceValue,
        arguments: list[SourceValue],
        named: dict[str, SourceValue],
        node: ast.AST,
    ) -> SourceValue:
        """The result of calling a value."""
        tensor = arguments[0] if arguments else next(iter(named.values()), None)
        if isinstance(called, Reference):
            return self._call_reference(called.path, arguments, named, node)
        if isinstance(called, FunctionValue):
            return self._call_function(called, arguments, named, node)
        if isinstance(called, ClassValue):
            return self._create_instance(called, arguments, named, node)
        if isinstance(called, Method):
            return self._call_method(called, arguments, named, node)
        if isinstance(called, Partial):
            given = [*called.arguments, *arguments]
            return self.apply(called.called, given, {**called.named, **named}, node)
        if isinstance(called, InstanceValue):
            forward = called.class_value.find_member("forward") or called.class_value.find_member(
                "__call__"
            )
            if forward is None and SEQUENCE_NAME in called.attributes:
                return self.apply(called.attributes[SEQUENCE_NAME], arguments, named, node)
            if not isinstance(forward, FunctionValue):
                definition = called.class_value.node
                refuse_line(definition, "no_forward", name=definition.name)
            bound = FunctionValue(node=forward.node, scope=forward.scope, owner=called)
            return self._call_function(bound, arguments, named, node)
        if isinstance(called, LayerModule | ModuleSequence) and isinstance(tensor, TensorValue):
            more = dict(list(named.items())[not arguments :])
            return self._call_module(called, tensor, arguments[1:], more, node)
        unknown = called if isinstance(called, Unknown) else tensor
        if isinstance(unknown, Unknown):
            return unknown
        return unknown_at(node, "this_call_not_followed")

    def _call_module(
        self,
        called: LayerModule | ModuleSequence,
        tensor: TensorValue,
        other_arguments: list[SourceValue],
        named: dict[str, SourceValue],
        node: ast.AST,
    ) -> SourceValue:
        assert self.tape is not None, "tensors exist only while a tape is active"
        if isinstance(called, LayerModule):
            return self.tape.record_module(
                with_output_size(called, tensor, other_arguments, named, node), tensor
            )
        if not called.callable:
            refuse_line(node, "called_container")
        passed: SourceValue = tensor
        for item in called.items:
            passed = self.apply(item, [passed], {}, called.node)
        return passed

    def _call_reference(
        self, path: str, arguments: list[SourceValue], named: dict[str, SourceValue], node: ast.AST
    ) -> SourceValue:
        assert isinstance(node, ast.Call), "a reference is called only by a call expression"
        if path in BUILTINS or path == "range":
            return self._call_builtin(path, arguments, named, node)
        if path in _OBJECT_BUILTINS:
            return self._call_object_builtin(path, arguments, node)
        where, _, name = path.rpartition(".")
        if name == "partial" and arguments:
            return Partial(called=arguments[0], arguments=tuple(arguments[1:]), named=dict(named))
        if name in _WRAPPERS and arguments:
            return arguments[0]
        if name == "data_parallel" and len(arguments) > 1:
            return self.apply(arguments[0], [arguments[1]], {}, node)
        if name == "OrderedDict":
            return build_dictionary(arguments[0]) if arguments else {}
        if where == "torch.nn" or (where == "" and name[:1].isupper()):
            module = build_container(name, arguments, node) or build_module(
                name, arguments, named, node
            )
            if module is not None:
                return module
            if where:
                return unknown_at(node, "module_not_followed", name=name[:60])
        if self.tape is not None and where in ("torch", "torch.nn.functional"):
            return call_function(self.tape, name, arguments, named, node)
        return unknown_at(node, "call_not_followed", name=path[:60])

    def _call_object_builtin(
        self, name: str, arguments: list[SourceValue], node: ast.Call
    ) -> SourceValue:
        """``getattr``, ``setattr``, ``isinstance`` and ``type``."""
        owner = arguments[0] if arguments else None
        if name == "type" and len(arguments) == 1:
            return type_of(owner)
        if name == "isinstance" and len(arguments) == 2:
            return is_instance(owner, arguments[1], node)
        attribute = arguments[1] if len(arguments) > 1 else None
        if name == "getattr" and isinstance(attribute, str):
            found = self.member(owner, attribute, node)
            known = not isinstance(found, Unknown | Method)
            return found if known or len(arguments) < 3 else arguments[2]
        if name == "setattr" and isinstance(attribute, str) and isinstance(owner, InstanceValue):
            owner.attributes[attribute] = arguments[-1]
            return None
        return unknown_at(node, "call_not_followed", name=name)

    def _call_builtin(
        self, name: str, arguments: list[SourceValue], named: dict[str, SourceValue], node: ast.AST
    ) -> SourceValue:
        if name == "len" and isinstance(arguments[0] if arguments else None, TensorValue):
            return self._call_method(Method(owner=arguments[0], name="size"), [0], {}, node)
        self.count_value([*arguments, *named.values()], node)
        plain = [value.items if isinstance(value, ModuleSequence) else value for value in arguments]
        return call_builtin(name, plain, named, node)

    def _call_method(
        self,
        called: Method,
        arguments: list[SourceValue],
        named: dict[str, SourceValue],
        node: ast.AST,
    ) -> SourceValue:
        owner, name = called.owner, called.name
        if isinstance(owner, TensorValue) and self.tape is not None:
            assert isinstance(node, ast.Call), "a tensor method is called only by a call expression"
            return call_function(self.tape, name, [owner, *arguments], named, node)
        if isinstance(owner, InstanceValue) and name in ("add_module", "register_module"):
            owner.attributes[str(arguments[0])] = arguments[1]
            return None
        items = owner.items if isinstance(owner, ModuleSequence) else owner
        if isinstance(items, list) and name in ("append", "extend", "insert", "add_module"):
            add_entries(items, name, arguments, self.loop_entries, node)
            return owner if isinstance(owner, ModuleSequence) else None
        if isinstance(owner, str) and name == "format":
            self.count_value([*arguments, *named.values()], node)
            return format_text(owner, arguments, named, node)
        if isinstance(items, list) and name == "pop" and items and not named:
            return pop_entry(items, arguments, node)
        table = owner.names if isinstance(owner, ModuleSequence) and owner.names else owner
        if isinstance(table, dict) and name in ("items", "values", "keys", "get"):
            return list(table.items()) if name == "items" else look_up(table, name, arguments)
        if name in ("modules", "named_modules", "parameters", "named_parameters"):
            return []  # sources iterate over them only to initialize weights
        if isinstance(owner, ModuleSequence) and name == "children":
            return list(owner.items)
        if isinstance(owner, LayerModule | ModuleSequence) and name == "forward":
            return self.apply(owner, arguments, named, node)
        if isinstance(owner, LayerModule | ModuleSequence | InstanceValue):
            return owner
        if isinstance(owner, SuperObject):
            return self._call_super_method(owner, name, arguments, node)
        return unknown_at(node, "call_not_followed", name=f".{name[:60]}")

    def _call_super_method(
        self, owner: SuperObject, name: str, arguments: list[SourceValue], node: ast.AST
    ) -> SourceValue:
        """``super().__init__(…)`` and ``super().forward(…)``; they only matter for a Sequential."""
        if name == "__init__" and owner.defining_class.is_sequential:
            assert isinstance(node, ast.Call), "super methods are called only by a call expression"
            owner.instance.attributes[SEQUENCE_NAME] = build_container(
                "Sequential", arguments, node
            )
        if name == "forward" and SEQUENCE_NAME in owner.instance.attributes:
            return self.apply(owner.instance.attributes[SEQUENCE_NAME], arguments, {}, node)
        return None
