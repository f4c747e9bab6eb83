"""Reads what a run reports. The text may have written the reply itself: nothing in it is trusted.

What is not of the agreed form is refused, so that the answer says that the source failed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from designer.audit.graph.model import INPUT, GraphNode, first_shape
from designer.audit.sources.computed_layers import (
    FunctionCall,
    computed_activation,
    computed_layer,
)
from designer.audit.sources.node_layers import node_layer, obeys_law
from designer.audit.sources.reply_values import (
    MAX_REPLY_NUMBER,
    InvalidTrace,
    optional_reply_integer,
    optional_reply_text,
    reply_integer,
    reply_list,
    reply_object,
    reply_place,
    reply_shape,
    reply_shapes,
    reply_text,
)
from designer.audit.sources.source_text import DTYPES, NetworkInput
from designer.validation.json_readers import JsonObject, JsonValue

MAX_REPLY_NODES = 4096
MAX_LISTED = 65_536
MAX_READ_CANDIDATES = 256
"""Maximum number of candidates that are read; the first are the likely ones."""

MAX_ALL_NODES = 2 * MAX_REPLY_NODES
MAX_ALL_SOURCES = 32_768


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
        map(_candidate, reply_list(reply.get("candidates", []), MAX_LISTED)[:MAX_READ_CANDIDATES])
    )
    _refuse_large_graphs([each.trace for each in candidates if each.trace is not None])
    return SourceRun(
        candidates=candidates,
        stubbed=tuple(reply_text(each) for each in reply_list(reply.get("stubbed", []))),
        skipped=tuple(map(_raised, reply_list(reply.get("skipped", [])))),
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
    given = reply_object(value)
    return CandidateRun(
        class_name=reply_text(given.get("class")),
        expression=reply_text(given.get("expression")),
        name=optional_reply_text(given.get("name")),
        file=optional_reply_text(given.get("file")),
        line=optional_reply_integer(given.get("line")),
        rank=reply_integer(given.get("rank"), 0, 3),
        part_of=optional_reply_text(given.get("part_of")),
        signature=optional_reply_text(given.get("signature")),
        needs_arguments=given.get("needs_arguments") is True,
        is_named=given.get("is_named") is True,
        runs=given.get("runs") is True,
        raised=None if given.get("raised") is None else _raised(given["raised"]),
        trace=None if given.get("trace") is None else _trace(given["trace"]),
    )


def _trace(value: JsonValue) -> NetworkTrace:
    given = reply_object(value)
    nodes = reply_list(given.get("nodes"), MAX_REPLY_NODES)
    failed = given.get("failed")
    return NetworkTrace(
        inputs=tuple(map(_network_input, reply_list(given.get("inputs")))),
        nodes=tuple(_node(each, index) for index, each in enumerate(nodes)),
        failed=None if failed is None else _node(failed, len(nodes)),
        outputs=reply_shapes(given.get("outputs"), 8),
        raised=None if given.get("raised") is None else _raised(given["raised"]),
        is_proposed=given.get("proposed") is True,
        parameters=reply_integer(given.get("parameters", 0), 0, MAX_REPLY_NUMBER),
    )


def _network_input(value: JsonValue) -> NetworkInput:
    given = reply_object(value)
    if given.get("dtype") not in DTYPES:
        raise InvalidTrace
    return NetworkInput(
        shape=reply_shape(given.get("shape")),
        dtype=given["dtype"],
        high=optional_reply_integer(given.get("high")),
        name=optional_reply_text(given.get("name")),
    )


def _node(value: JsonValue, index: int) -> GraphNode:
    given = reply_object(value)
    is_module = given.get("is_module") is True
    own = _function_call(given)
    name = optional_reply_text(given.get("torch_class")) if is_module else own.name
    layer = name and node_layer(name, own.settings, own.input_shapes, is_module=is_module)
    calls = (
        [*map(_function_call, reply_list(given.get("functions", []), 16))] if is_module else [own]
    )
    is_own_class = is_module and name is None
    sources = reply_list(given.get("sources"))
    node = GraphNode(
        name=reply_text(given.get("name")),
        class_name=own.name,
        settings=own.settings,
        input_shapes=own.input_shapes,
        output_shape=reply_shapes(given.get("output_shape"), 8),
        sources=tuple(reply_integer(each, INPUT, index - 1) for each in sources),
        layer=layer or computed_layer(calls, next(iter(own.data_shapes), None)),
        is_module=is_module,
        file=optional_reply_text(given.get("file")),
        line=optional_reply_integer(given.get("line")),
        call_line=optional_reply_integer(given.get("call_line")),
        made_by=tuple(map(reply_place, reply_list(given.get("made_by"), 16))),
        parameters=reply_integer(given.get("parameters"), 0, MAX_REPLY_NUMBER),
        fixed_inputs=own.fixed_inputs,
        acts_as=computed_activation(calls) if is_own_class else None,
    )
    return node if obeys_law(node) else replace(node, layer=None)


def _function_call(value: JsonValue) -> FunctionCall:
    given = reply_object(value)
    return FunctionCall(
        name=reply_text(given.get("class")),
        settings=reply_object(given.get("settings")),
        input_shapes=tuple(map(reply_shape, reply_list(given.get("input_shapes")))),
        fixed_inputs=reply_shape(given.get("fixed_inputs", [])),
        output=first_shape(reply_shapes(given.get("output_shape"), 8)),
    )


def _raised(value: JsonValue) -> RaisedError:
    given = reply_object(value)
    return RaisedError(
        type=reply_text(given.get("type")),
        message=reply_text(given.get("message")),
        file=optional_reply_text(given.get("file")),
        line=optional_reply_integer(given.get("line")),
        in_torch_constructor=given.get("in_torch_constructor") is True,
        stand_in=optional_reply_text(given.get("stand_in")),
    )
