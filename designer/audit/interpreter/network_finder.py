"""Selection of the network in a source, and its layers."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from designer.audit.interpreter.recorded_layers import RecordedLayer, Tape
from designer.audit.interpreter.source_parser import SourceRefused, SourceTooLong, parse_source
from designer.audit.interpreter.statements import Interpreter
from designer.audit.interpreter.values import (
    Call,
    ClassValue,
    InstanceValue,
    LayerModule,
    ModuleSequence,
    Scope,
    SourceValue,
)
from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.layer_errors import TensorShape
from designer.reasons import make_reason


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceNetwork:
    """The layers of a source, each with the node that created it.

    ``stop_reason`` is the error at which a partial reading ended.
    """

    text: str
    recorded: tuple[RecordedLayer, ...]
    stop_reason: SourceRefused | None = None

    @property
    def layers(self) -> tuple[AuditLayer, ...]:
        """The layers in execution order."""
        return tuple(recorded.layer for recorded in self.recorded)

    @property
    def lines(self) -> tuple[int, ...]:
        """Line number of each layer, counted from 1."""
        return tuple(_line_number(recorded.node) for recorded in self.recorded)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundNetwork:
    """A network in a source: its name, its node, and the value to call."""

    name: str
    node: ast.AST
    module: SourceValue


def read_source(
    text: str, *, input_shape: TensorShape, batch: int = 2, allow_partial: bool = False
) -> SourceNetwork:
    """The layers that an input of shape ``input_shape`` passes through.

    Of several networks, the one whose first layer accepts the input. With ``allow_partial`` the
    layers end where the source cannot be followed.

    >>> network = read_source("nn.Sequential(nn.Conv2d(3, 8, 4, 2, 1), nn.ReLU())",
    ...                       input_shape=(3, 64, 64))
    >>> [(layer.op, layer.activation) for layer in network.layers]
    [('conv', 'relu')]

    Raises:
        SourceRefused: if the source has no single network, or cannot be followed; names the line.
    """
    tree = parse_source(text)
    interpreter = Interpreter()
    try:
        found = _find_networks(interpreter, tree)
        return _choose_network(
            interpreter, found, text, (batch, *input_shape), allow_partial=allow_partial
        )
    except RecursionError as error:
        raise SourceTooLong(interpreter.line, "too_nested_to_follow") from error


def _find_networks(interpreter: Interpreter, tree: ast.Module) -> list[FoundNetwork]:
    """The networks that the source creates; if none, its classes that no other class uses."""
    scope: Scope = {}
    *body, last = tree.body or [ast.Pass()]
    interpreter.run_top_level(body, scope)
    if isinstance(last, ast.Expr):
        value = interpreter.evaluate(last.value, scope)
        if isinstance(value, LayerModule | ModuleSequence | InstanceValue):
            return [FoundNetwork(name="the network", node=last, module=value)]
    interpreter.run_top_level([last], scope)
    networks = [
        FoundNetwork(name=name, node=_definition_node(value), module=value)
        for name, value in scope.items()
        if (isinstance(value, InstanceValue) and value.class_value.is_module)
        or (isinstance(value, ModuleSequence) and value.callable)
    ]
    if networks:
        return list({id(each.module): each for each in networks}.values())
    return _find_classes(scope)


def _find_classes(scope: Scope) -> list[FoundNetwork]:
    classes = {
        name: value
        for name, value in scope.items()
        if isinstance(value, ClassValue) and value.is_module
    }
    used = {
        node.id
        for value in scope.values()
        if isinstance(value, ClassValue)
        for node in ast.walk(value.node)
        if isinstance(node, ast.Name) and node.id != value.node.name
    }
    named = {name: value for name, value in classes.items() if value.node.name not in used}
    return [
        FoundNetwork(name=name, node=value.node, module=value)
        for name, value in (named or classes).items()
        if value.find_member("forward") is not None or value.is_sequential
    ]


def _choose_network(
    interpreter: Interpreter,
    found: list[FoundNetwork],
    text: str,
    shape: TensorShape,
    *,
    allow_partial: bool,
) -> SourceNetwork:
    """The only network, or the only one that accepts the input."""
    if not found:
        _refuse_skipped_statements(interpreter)
        raise SourceRefused(1, make_reason("no_network"), code="no_network")
    tapes, refusals = _trace_networks(interpreter, found, shape, allow_partial=allow_partial)
    if len(found) == 1 and refusals:
        raise refusals[0]
    accepting = [(each, tape) for each, tape in tapes if len(tape.shapes) > 1]
    if len(found) == 1 or len(accepting) == 1:
        tape = (accepting or tapes)[0][1]
        return _source_network(tape, text, found)
    if not tapes:
        raise refusals[0]
    places = [
        make_reason("network_on_line", name=each.name[:60], line=_line_number(each.node))
        for each in found
    ]
    reason = make_reason("several_networks", networks=places)
    raise SourceRefused(_line_number(found[-1].node), reason, code="several_networks")


def _trace_networks(
    interpreter: Interpreter, found: list[FoundNetwork], shape: TensorShape, *, allow_partial: bool
) -> tuple[list[tuple[FoundNetwork, Tape]], list[SourceRefused]]:
    """The tapes of the networks that can be followed, and the refusals of the others."""
    tapes: list[tuple[FoundNetwork, Tape]] = []
    refusals: list[SourceRefused] = []
    for each in found:
        try:
            module = each.module
            if isinstance(module, ClassValue):
                module = interpreter.apply(module, Call(node=module.node))
            tape = interpreter.trace_module(module, shape, each.node, allow_partial=allow_partial)
            tapes.append((each, tape))
        except SourceTooLong:
            raise
        except SourceRefused as refused:
            refusals.append(refused)
    return tapes, refusals


def _refuse_skipped_statements(interpreter: Interpreter) -> None:
    """Report the first skipped statement that uses torch as the reason for finding no network.

    Raises:
        SourceRefused: if there is such a statement.
    """
    for statement, refused in interpreter.skipped_statements:
        names = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
        if names & {"nn", "torch", "Sequential", "Module"}:
            raise refused


def _source_network(tape: Tape, text: str, found: list[FoundNetwork]) -> SourceNetwork:
    if not tape.recorded:
        line, reason = _line_number(found[0].node), make_reason("no_layers")
        raise SourceRefused(line, reason, code="no_network")
    return SourceNetwork(text=text, recorded=tuple(tape.recorded), stop_reason=tape.stop_reason)


def _definition_node(value: SourceValue) -> ast.AST:
    if isinstance(value, InstanceValue):
        return value.class_value.node
    assert isinstance(value, ModuleSequence)
    return value.node


def _line_number(node: ast.AST) -> int:
    return getattr(node, "lineno", 1)
