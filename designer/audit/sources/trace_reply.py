"""Reads what a run reports. The text may have written the reply itself: nothing in it is trusted.

What is not of the agreed form is refused, so that the answer says that the source failed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

from designer.audit.graph.model import INPUT, GraphNode, first_shape
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.sources.computed_layers import (
    FunctionCall,
    computed_activation,
    computed_layer,
)
from designer.audit.sources.node_layers import node_layer, obeys_law
from designer.audit.sources.source_text import DTYPES, NetworkInput
from designer.validation.json_readers import JsonObject, JsonValue

MAX_REPLY_NODES = 4096
MAX_REPLY_ENTRIES = 4096
MAX_REPLY_TEXT = 4000
MAX_LISTED = 65_536
MAX_REPLY_NUMBER = 2**40
MAX_READ_CANDIDATES = 256
"""Maximum number of candidates that are read; the first are the likely ones."""

MAX_ALL_NODES = 2 * MAX_REPLY_NODES
MAX_ALL_SOURCES = 32_768
MAX_TENSOR_ELEMENTS = 2**62


class InvalidTrace(Exception):
    """The reply is not of the agreed form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RaisedError:
    """An exception of the text; ``in_torch_constructor`` if one of torch's layers refused its arguments.

    ``stand_in`` is the name in a missing package that the network needs.
    """

    type: str
    message: str
    file: str | None
    line: int | None
    in_torch_constructor: bool = False
    stand_in: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkTrace:
    """What a network did: its nodes, the call that raised, its outputs with their batch."""

    inputs: tuple[NetworkInput, ...]
    nodes: tuple[GraphNode, ...]
    failed: GraphNode | None
    outputs: JsonValue
    raised: RaisedError | None
    is_proposed: bool
    parameters: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateRun:
    """A network that the text may mean, with its trace, or why it has none.

    ``rank`` is 0 for a network that the text makes, 1 for one inside another, 2 for a class of which
    it makes none, 3 for a class that another one uses. ``is_named`` if the request names it, ``runs`` if
    it runs on the inputs, or on those of the text or of a proposal.
    """

    class_name: str
    expression: str
    name: str | None
    file: str | None
    line: int | None
    rank: int
    part_of: str | None
    signature: str | None
    needs_arguments: bool
    is_named: bool
    runs: bool
    raised: RaisedError | None
    trace: NetworkTrace | None

    @property
    def document(self) -> JsonObject:
        """The network as JSON."""
        return {
            "class": self.class_name,
            "expression": self.expression,
            "name": self.name,
            "file": self.file,
            "line": self.line,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRun:
    """A run: its candidates, the missing packages, and the statements that raised."""

    candidates: tuple[CandidateRun, ...]
    stubbed: tuple[str, ...]
    skipped: tuple[RaisedError, ...]
    failed: RaisedError | None


def read_run(reply: JsonObject) -> SourceRun:
    """The run that a reply describes.

    Raises:
        InvalidTrace: if it is not of the agreed form.
    """
    candidates = tuple(
        map(_candidate, _list(reply.get("candidates", []), MAX_LISTED)[:MAX_READ_CANDIDATES])
    )
    _refuse_large_graphs([each.trace for each in candidates if each.trace is not None])
    return SourceRun(
        candidates=candidates,
        stubbed=tuple(_text(each) for each in _list(reply.get("stubbed", []))),
        skipped=tuple(map(_raised, _list(reply.get("skipped", [])))),
        failed=None if reply.get("failed") is None else _raised(reply["failed"]),
    )


def _refuse_large_graphs(traces: Sequence[NetworkTrace]) -> None:
    """Refuse graphs that would take seconds to judge.

    Raises:
        InvalidTrace: if they have too many nodes or edges together.
    """
    nodes = [node for trace in traces for node in trace.nodes]
    sources = sum(len(node.sources) + len(node.input_shapes) for node in nodes)
    if len(nodes) > MAX_ALL_NODES or sources > MAX_ALL_SOURCES:
        raise InvalidTrace


def _candidate(value: JsonValue) -> CandidateRun:
    given = _object(value)
    return CandidateRun(
        class_name=_text(given.get("class")),
        expression=_text(given.get("expression")),
        name=_optional_text(given.get("name")),
        file=_optional_text(given.get("file")),
        line=_optional_integer(given.get("line")),
        rank=_integer(given.get("rank"), 0, 3),
        part_of=_optional_text(given.get("part_of")),
        signature=_optional_text(given.get("signature")),
        needs_arguments=given.get("needs_arguments") is True,
        is_named=given.get("is_named") is True,
        runs=given.get("runs") is True,
        raised=None if given.get("raised") is None else _raised(given["raised"]),
        trace=None if given.get("trace") is None else _trace(given["trace"]),
    )


def _trace(value: JsonValue) -> NetworkTrace:
    given = _object(value)
    nodes = _list(given.get("nodes"), MAX_REPLY_NODES)
    failed = given.get("failed")
    return NetworkTrace(
        inputs=tuple(map(_network_input, _list(given.get("inputs")))),
        nodes=tuple(_node(each, index) for index, each in enumerate(nodes)),
        failed=None if failed is None else _node(failed, len(nodes)),
        outputs=_nested_shapes(given.get("outputs"), 8),
        raised=None if given.get("raised") is None else _raised(given["raised"]),
        is_proposed=given.get("proposed") is True,
        parameters=_integer(given.get("parameters", 0), 0, MAX_REPLY_NUMBER),
    )


def _network_input(value: JsonValue) -> NetworkInput:
    given = _object(value)
    if given.get("dtype") not in DTYPES:
        raise InvalidTrace
    return NetworkInput(
        shape=_shape(given.get("shape")),
        dtype=given["dtype"],
        high=_optional_integer(given.get("high")),
        name=_optional_text(given.get("name")),
    )


def _node(value: JsonValue, index: int) -> GraphNode:
    given = _object(value)
    is_module = given.get("is_module") is True
    own = _function_call(given)
    name = _optional_text(given.get("torch_class")) if is_module else own.name
    layer = name and node_layer(name, own.settings, own.input_shapes, is_module=is_module)
    calls = [*map(_function_call, _list(given.get("functions", []), 16))] if is_module else [own]
    is_own_class = is_module and name is None
    sources = _list(given.get("sources"))
    node = GraphNode(
        name=_text(given.get("name")),
        class_name=own.name,
        settings=own.settings,
        input_shapes=own.input_shapes,
        output_shape=_nested_shapes(given.get("output_shape"), 8),
        sources=tuple(_integer(each, INPUT, index - 1) for each in sources),
        layer=layer or computed_layer(calls, next(iter(own.data_shapes), None)),
        is_module=is_module,
        file=_optional_text(given.get("file")),
        line=_optional_integer(given.get("line")),
        call_line=_optional_integer(given.get("call_line")),
        made_by=tuple(map(_call_place, _list(given.get("made_by"), 16))),
        parameters=_integer(given.get("parameters"), 0, MAX_REPLY_NUMBER),
        fixed_inputs=own.fixed_inputs,
        acts_as=computed_activation(calls) if is_own_class else None,
    )
    return node if obeys_law(node) else replace(node, layer=None)


def _function_call(value: JsonValue) -> FunctionCall:
    given = _object(value)
    return FunctionCall(
        name=_text(given.get("class")),
        settings=_object(given.get("settings")),
        input_shapes=tuple(map(_shape, _list(given.get("input_shapes")))),
        fixed_inputs=_shape(given.get("fixed_inputs", [])),
        output=first_shape(_nested_shapes(given.get("output_shape"), 8)),
    )


def _call_place(value: JsonValue) -> tuple[str, tuple[int, ...]]:
    place = _list(value, 2)
    if len(place) != 2:
        raise InvalidTrace
    file, span = place
    return _text(file), _shape(span)


def _raised(value: JsonValue) -> RaisedError:
    given = _object(value)
    return RaisedError(
        type=_text(given.get("type")),
        message=_text(given.get("message")),
        file=_optional_text(given.get("file")),
        line=_optional_integer(given.get("line")),
        in_torch_constructor=given.get("in_torch_constructor") is True,
        stand_in=_optional_text(given.get("stand_in")),
    )


def _nested_shapes(value: JsonValue, depth: int) -> JsonValue:
    if value is None:
        return None
    if isinstance(value, Mapping) and depth:
        return {_text(name): _nested_shapes(each, depth - 1) for name, each in value.items()}
    entries = _list(value)
    if all(isinstance(each, int) and not isinstance(each, bool) for each in entries):
        return list(_shape(entries))
    if not depth:
        raise InvalidTrace
    return [_nested_shapes(each, depth - 1) for each in entries]


def _shape(value: JsonValue) -> TensorShape:
    shape = tuple(_integer(size, 0, MAX_REPLY_NUMBER) for size in _list(value, 64))
    if prod(shape) > MAX_TENSOR_ELEMENTS:
        raise InvalidTrace
    return shape


def _object(value: JsonValue) -> dict[str, Any]:
    if not isinstance(value, dict) or len(value) > MAX_REPLY_ENTRIES:
        raise InvalidTrace
    return value


def _list(value: JsonValue, most: int = MAX_REPLY_ENTRIES) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise InvalidTrace
    return value


def _text(value: JsonValue) -> str:
    if not isinstance(value, str) or len(value) > MAX_REPLY_TEXT:
        raise InvalidTrace
    return value


def _optional_text(value: JsonValue) -> str | None:
    return None if value is None else _text(value)


def _integer(value: JsonValue, low: int, high: int) -> int:
    if type(value) is not int or not low <= value <= high:
        raise InvalidTrace
    return value


def _optional_integer(value: JsonValue) -> int | None:
    return None if value is None else _integer(value, 0, MAX_REPLY_NUMBER)
