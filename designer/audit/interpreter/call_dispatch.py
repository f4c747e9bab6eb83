"""Calls of any value: torch's, Python's, and the source's own."""

from __future__ import annotations

import ast
from dataclasses import replace

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
    Call,
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
        return self.apply(called, Call(arguments=arguments, named=named, node=node))

    _call = call

    def apply(self, called: SourceValue, call: Call) -> SourceValue:
        """The result of calling a value."""
        tensor = next(iter(call.values), None)
        if isinstance(called, Reference):
            return self._call_reference(called.path, call)
        if isinstance(called, FunctionValue):
            return self._call_function(called, call)
        if isinstance(called, ClassValue):
            return self._create_instance(called, call)
        if isinstance(called, Method):
            return self._call_method(called, call)
        if isinstance(called, Partial):
            given, named = [*called.arguments, *call.arguments], {**called.named, **call.named}
            return self.apply(called.called, Call(arguments=given, named=named, node=call.node))
        if isinstance(called, InstanceValue):
            return self._call_instance(called, call)
        if isinstance(called, LayerModule | ModuleSequence) and isinstance(tensor, TensorValue):
            named = dict(list(call.named.items())[not call.arguments :])
            more = Call(arguments=call.arguments[1:], named=named, node=call.node)
            return self._call_module(called, tensor, more)
        unknown = called if isinstance(called, Unknown) else tensor
        if isinstance(unknown, Unknown):
            return unknown
        return unknown_at(call.node, "this_call_not_followed")

    def _call_instance(self, called: InstanceValue, call: Call) -> SourceValue:
        found = called.class_value
        forward = found.find_member("forward") or found.find_member("__call__")
        if forward is None and SEQUENCE_NAME in called.attributes:
            return self.apply(called.attributes[SEQUENCE_NAME], call)
        if not isinstance(forward, FunctionValue):
            refuse_line(found.node, "no_forward", name=found.node.name)
        bound = FunctionValue(node=forward.node, scope=forward.scope, owner=called)
        return self._call_function(bound, call)

    def _call_module(
        self, called: LayerModule | ModuleSequence, tensor: TensorValue, call: Call
    ) -> SourceValue:
        """The output of a module for a tensor; ``call`` has the other arguments."""
        assert self.tape is not None, "tensors exist only while a tape is active"
        if isinstance(called, LayerModule):
            return self.tape.record_module(with_output_size(called, tensor, call), tensor)
        if not called.callable:
            refuse_line(call.node, "called_container")
        passed: SourceValue = tensor
        for item in called.items:
            passed = self.apply(item, Call(arguments=[passed], node=called.node))
        return passed

    def _call_reference(self, path: str, call: Call) -> SourceValue:
        arguments = call.arguments
        if path in BUILTINS or path == "range":
            return self._call_builtin(path, call)
        if path in _OBJECT_BUILTINS:
            return self._call_object_builtin(path, call)
        where, _, name = path.rpartition(".")
        if name == "partial" and arguments:
            return Partial(called=arguments[0], arguments=tuple(arguments[1:]), named=call.named)
        if name in _WRAPPERS and arguments:
            return arguments[0]
        if name == "data_parallel" and len(arguments) > 1:
            return self.apply(arguments[0], Call(arguments=[arguments[1]], node=call.node))
        if name == "OrderedDict":
            return build_dictionary(arguments[0]) if arguments else {}
        if where == "torch.nn" or (where == "" and name[:1].isupper()):
            module = build_container(name, call) or build_module(name, call)
            if module is not None:
                return module
            if where:
                return unknown_at(call.node, "module_not_followed", name=name[:60])
        if self.tape is not None and where in ("torch", "torch.nn.functional"):
            return call_function(self.tape, name, call)
        return unknown_at(call.node, "call_not_followed", name=path[:60])

    def _call_object_builtin(self, name: str, call: Call) -> SourceValue:
        """``getattr``, ``setattr``, ``isinstance`` and ``type``."""
        arguments = call.arguments
        owner = arguments[0] if arguments else None
        if name == "type" and len(arguments) == 1:
            return type_of(owner)
        if name == "isinstance" and len(arguments) == 2:
            return is_instance(owner, arguments[1], call.node)
        attribute = arguments[1] if len(arguments) > 1 else None
        if name == "getattr" and isinstance(attribute, str):
            found = self.member(owner, attribute, call.node)
            known = not isinstance(found, Unknown | Method)
            return found if known or len(arguments) < 3 else arguments[2]
        if name == "setattr" and isinstance(attribute, str) and isinstance(owner, InstanceValue):
            owner.attributes[attribute] = arguments[-1]
            return None
        return unknown_at(call.node, "call_not_followed", name=name)

    def _call_builtin(self, name: str, call: Call) -> SourceValue:
        first = next(iter(call.arguments), None)
        if name == "len" and isinstance(first, TensorValue):
            return self._call_method(
                Method(owner=first, name="size"), Call(arguments=[0], node=call.node)
            )
        self.count_value(call.values, call.node)
        plain = [
            each.items if isinstance(each, ModuleSequence) else each for each in call.arguments
        ]
        return call_builtin(name, replace(call, arguments=plain))

    def _call_method(self, called: Method, call: Call) -> SourceValue:
        owner, name = called.owner, called.name
        if isinstance(owner, TensorValue) and self.tape is not None:
            given = replace(call, arguments=[owner, *call.arguments])
            return call_function(self.tape, name, given)
        if isinstance(owner, InstanceValue) and name in ("add_module", "register_module"):
            owner.attributes[str(call.arguments[0])] = call.arguments[1]
            return None
        items = owner.items if isinstance(owner, ModuleSequence) else owner
        if isinstance(items, list) and name in ("append", "extend", "insert", "add_module"):
            add_entries(items, name, call, self.loop_entries)
            return owner if isinstance(owner, ModuleSequence) else None
        if isinstance(owner, str) and name == "format":
            self.count_value(call.values, call.node)
            return format_text(owner, call)
        if isinstance(items, list) and name == "pop" and items and not call.named:
            return pop_entry(items, call)
        table = owner.names if isinstance(owner, ModuleSequence) and owner.names else owner
        if isinstance(table, dict) and name in ("items", "values", "keys", "get"):
            return list(table.items()) if name == "items" else look_up(table, name, call.arguments)
        if name in ("modules", "named_modules", "parameters", "named_parameters"):
            return []  # sources iterate over them only to initialize weights
        if isinstance(owner, ModuleSequence) and name == "children":
            return list(owner.items)
        if isinstance(owner, LayerModule | ModuleSequence) and name == "forward":
            return self.apply(owner, call)
        if isinstance(owner, LayerModule | ModuleSequence | InstanceValue):
            return owner
        if isinstance(owner, SuperObject):
            return self._call_super_method(owner, name, call)
        return unknown_at(call.node, "call_not_followed", name=f".{name[:60]}")

    def _call_super_method(self, owner: SuperObject, name: str, call: Call) -> SourceValue:
        """``super().__init__(…)`` and ``super().forward(…)``; they only matter for a Sequential."""
        if name == "__init__" and owner.defining_class.is_sequential:
            owner.instance.attributes[SEQUENCE_NAME] = build_container("Sequential", call)
        if name == "forward" and SEQUENCE_NAME in owner.instance.attributes:
            given = Call(arguments=call.arguments, node=call.node)
            return self.apply(owner.instance.attributes[SEQUENCE_NAME], given)
        return None
