"""A source in the search for repairs: its text, what its network did, and the edits so far."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import cached_property

from designer.audit.graph.model import INPUT, GraphNode
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.ops.registry import TORCH_MODULES
from designer.audit.sources.candidate_choice import WantedShapes
from designer.audit.sources.node_layers import split_axes
from designer.audit.sources.repairs.number_edits import Edits, NumberEditor
from designer.audit.sources.repairs.number_sites import MakingCall, SourceIndex
from designer.audit.sources.trace_reply import NetworkTrace


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Edits that may repair a network. ``idea`` is the code of what they do; several edits are one idea."""

    idea: str
    edits: Edits


@dataclass(frozen=True, kw_only=True)
class RepairState:
    """The files, the trace of the network in them, and what is wanted of it."""

    files: dict[str, str]
    trace: NetworkTrace
    wanted: WantedShapes | None
    batch: int
    ideas: tuple[str, ...] = field(default=())

    @cached_property
    def index(self) -> SourceIndex:
        """Where things stand in the files."""
        return SourceIndex(self.files)

    @cached_property
    def editor(self) -> NumberEditor:
        """The editor of the files' numbers."""
        return NumberEditor(self.files, self.index)

    @cached_property
    def nodes(self) -> list[GraphNode]:
        """The calls in order, the one that raised last."""
        failed = self.trace.failed
        return [*self.trace.nodes, *([] if failed is None else [failed])]

    def call(self, node: GraphNode) -> ast.Call | None:
        """The call that makes a module, or that is the function's."""
        calls = making_calls(node)
        return self.index.call_at(calls[0]) if calls else None

    def argument(self, node: GraphNode, name: str) -> ast.expr | None:
        """The argument of a module's constructor under torch's name; None if it is not passed."""
        call = self.call(node)
        if call is None:
            return None
        for keyword in call.keywords:
            if keyword.arg == name:
                return keyword.value
        template, _ = split_axes(node.class_name.removeprefix("Parametrized"))
        names = TORCH_MODULES.get(template, (None, ()))[1]
        if name not in names or any(isinstance(arg, ast.Starred) for arg in call.args):
            return None
        place = names.index(name)
        return call.args[place] if place < len(call.args) else None

    def functional(self, file: str) -> str:
        """The name under which a file knows ``torch.nn.functional``."""
        found = (
            alias.asname or alias.name
            for node in self.index.nodes()
            if isinstance(node, ast.Import | ast.ImportFrom) and self.index.file_of(node) == file
            for alias in node.names
            if alias.name.rpartition(".")[2] == "functional"
        )
        return next(found, "nn.functional")

    def ancestors(self, node: GraphNode) -> list[GraphNode]:
        """The nodes that a node depends on, nearest first."""
        needed = set(node.sources)
        found: list[GraphNode] = []
        for index in range(max(needed, default=INPUT), INPUT, -1):
            if index in needed:
                found.append(self.trace.nodes[index])
                needed |= set(self.trace.nodes[index].sources)
        return found

    def last_map(self, node: GraphNode) -> TensorShape | None:
        """The sizes of the nearest map that a node depends on: channels and sides."""
        for ancestor in self.ancestors(node):
            if ancestor.output is not None and len(ancestor.output) > 2:
                return ancestor.output[1:]
        start = self.trace.inputs[0].shape
        return start if len(start) > 1 else None


def making_calls(node: GraphNode) -> list[MakingCall]:
    """The calls that make a module, innermost first."""
    return [MakingCall(file, tuple(span)) for file, span in node.made_by]


def up_layers(state: RepairState) -> list[int]:
    """Indices of the transposed layers, in order."""
    return [
        index
        for index, node in enumerate(state.trace.nodes)
        if node.layer is not None and node.layer.op == "conv_transpose"
    ]


def called_axes(node: GraphNode) -> int:
    """Number of axes that a layer works along."""
    if node.layer is not None and node.input is not None:
        return node.layer.axes(node.input)
    return split_axes(node.class_name.removeprefix("Parametrized"))[1]
