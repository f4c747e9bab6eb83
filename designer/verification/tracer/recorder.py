"""Records the calls of a network as the nodes of a graph.

A call of a module during which no other module is called is one node; calls of functions outside
such modules are nodes if they change a shape or join several tensors, or would change the shape of
another input.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor, nn
from torch.nn.modules import module as torch_module
from torch.overrides import TorchFunctionMode
from torch.utils.weak import WeakTensorKeyDictionary

from designer.validation.json_readers import JsonValue
from designer.verification.tracer.cheap_calls import CheapCalls
from designer.verification.tracer.documents import Document
from designer.verification.tracer.node_settings import (
    count_own_parameters,
    function_name,
    function_settings,
    is_torch_leaf,
    may_set_size,
    module_settings,
    torch_class_name,
)
from designer.verification.tracer.text_lines import TextLine, calling_places

MAX_RECORDED_NODES = 4096
"""Maximum number of nodes that are recorded; the network runs on, but its graph is cut."""

MAX_MODULE_FUNCTIONS = 12
"""Maximum number of functions of a module's data for which they are listed."""

INPUT_SOURCE = -1
"""The producer of the network's inputs."""


@dataclass(slots=True)
class _Call:
    """A module call that has not returned: its node's index when it began, its inputs, its functions of them."""

    module: nn.Module
    first_node: int
    inputs: list[Tensor]
    places: tuple[TextLine, ...]
    is_torch: bool
    has_calls: bool = False
    functions: list[Document] = field(default_factory=list)


@dataclass(slots=True)
class Recording:
    """What was recorded: nodes, edges, and the call that raised, as a node without output."""

    nodes: list[Document] = field(default_factory=list)
    failed: Document | None = None
    is_cut: bool = False


class Recorder(TorchFunctionMode):
    """Records while it is active; for one network."""

    def __init__(
        self,
        network: nn.Module,
        files: Collection[str],
        made_at: Callable[[nn.Module], tuple[TextLine, ...]],
    ) -> None:
        super().__init__()
        self.recording = Recording()
        self._network = network
        self._files = files
        self._made_at = made_at
        self._names = {module: name for name, module in network.named_modules()}
        self._calls: list[_Call] = []
        self._producers: Any = WeakTensorKeyDictionary()
        self._last_error: BaseException | None = None
        self.cheap_calls = CheapCalls()

    @contextmanager
    def recording_calls(self, inputs: Any) -> Iterator[None]:  # noqa: ANN401
        """Record the calls of modules and functions in the block."""
        for tensor in tensors_of(inputs):
            self._producers[tensor] = INPUT_SOURCE
        handles = [
            torch_module.register_module_forward_pre_hook(self._enter),
            torch_module.register_module_forward_hook(self._leave, always_call=True),
        ]
        try:
            with self:
                yield
        finally:
            for handle in handles:
                handle.remove()

    def __torch_function__(
        self,
        function: Callable[..., Any],
        types: object,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401
        """The result of a function, recorded if it is a node."""
        kwargs = kwargs or {}
        inside_torch = self._is_inside_torch()
        given = [] if inside_torch else [*tensors_of(args), *tensors_of(kwargs)]
        shapes = [list(tensor.shape) for tensor in given]
        try:
            result = self.cheap_calls.run(function, args, kwargs)
        except Exception as error:
            if not inside_torch and given:
                self._fail(error, self._function_node(function, args, kwargs, given, shapes, None))
            raise
        if given:
            self._record_function(function, args, kwargs, given, shapes, result)
        return result

    def _record_function(
        self,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        given: list[Tensor],
        shapes: list[list[int]],
        result: Any,  # noqa: ANN401
    ) -> None:
        outputs = [tensor for tensor in tensors_of(result) if tensor is not None]
        producers = self._producers_of(given)
        if not outputs or not producers:
            return
        if self._calls and len(self._calls[-1].functions) <= MAX_MODULE_FUNCTIONS:
            call = self._function_call(function, args, kwargs, given, shapes, result)
            self._calls[-1].functions.append(call)
        same = all(list(tensor.shape) in shapes for tensor in outputs)
        is_kept = same and not may_set_size(function, args)
        if is_kept and len(producers) == 1 and len(outputs) == 1:
            index = producers[0]
        else:
            node = self._function_node(function, args, kwargs, given, shapes, result)
            index = self._add(node, producers[0])
        for tensor in outputs:
            self._producers[tensor] = index

    def _enter(self, module: nn.Module, args: Any) -> None:  # noqa: ANN401
        inside = self._is_inside_torch()
        if self._calls and not inside:
            self._calls[-1].has_calls = True
        self._calls.append(
            _Call(
                module=module,
                first_node=len(self.recording.nodes),
                inputs=[*tensors_of(args)],
                places=calling_places(self._files),
                is_torch=inside or is_torch_leaf(module),
            )
        )

    def _leave(self, module: nn.Module, _args: Any, output: Any) -> None:  # noqa: ANN401
        while self._calls and self._calls[-1].module is not module:
            self._calls.pop()
        if not self._calls:
            return
        call = self._calls.pop()
        error = sys.exc_info()[1]
        if error is not None and output is None:
            if not call.has_calls and not self._is_inside_torch():
                self._fail(error, self._module_node(call, None))
            return
        is_root = module is self._network
        has_nodes = is_root and len(self.recording.nodes) > call.first_node
        if call.has_calls or has_nodes or self._is_inside_torch():
            return
        del self.recording.nodes[call.first_node :]
        producers = self._producers_of(call.inputs)
        index = self._add(
            self._module_node(call, output), producers[0] if producers else INPUT_SOURCE
        )
        for tensor in tensors_of(output):
            self._producers[tensor] = index

    def _module_node(self, call: _Call, output: Any) -> Document:  # noqa: ANN401
        is_listed = not call.is_torch and len(call.functions) <= MAX_MODULE_FUNCTIONS
        return {
            "name": self._names.get(call.module, ""),
            "class": type(call.module).__name__,
            "torch_class": torch_class_name(call.module),
            "is_module": True,
            "settings": module_settings(call.module),
            **_origin(self._made_at(call.module)),
            "call_line": _line(call.places),
            "input_shapes": [list(tensor.shape) for tensor in call.inputs],
            "output_shape": shapes_of(output),
            "parameters": count_own_parameters(call.module),
            "sources": self._producers_of(call.inputs),
            "functions": call.functions if is_listed else [],
        }

    def _function_node(
        self,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        given: list[Tensor],
        shapes: list[list[int]],
        result: Any,  # noqa: ANN401
    ) -> Document:
        places = calling_places(self._files)
        owner = self._names.get(self._calls[-1].module, "") if self._calls else ""
        return {
            **self._function_call(function, args, kwargs, given, shapes, result),
            "name": owner,
            "torch_class": None,
            "is_module": False,
            **_origin(places),
            "call_line": _line(places),
            "parameters": 0,
            "sources": self._producers_of(given),
        }

    def _function_call(
        self,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        given: list[Tensor],
        shapes: list[list[int]],
        result: Any,  # noqa: ANN401
    ) -> Document:
        """What a function is given and gives; ``fixed_inputs`` do not come from the network's input."""
        fixed = [place for place, each in enumerate(given) if self._producers.get(each) is None]
        shown = {"input_shapes": shapes, "fixed_inputs": fixed, "output_shape": shapes_of(result)}
        settings = function_settings(args, kwargs)
        return {"class": function_name(function), "settings": settings, **shown}

    def _is_inside_torch(self) -> bool:
        """Whether one of torch's own layers is running."""
        return bool(self._calls) and self._calls[-1].is_torch

    def _producers_of(self, given: list[Tensor]) -> list[int]:
        found = [self._producers.get(tensor) for tensor in given]
        return list(dict.fromkeys(each for each in found if each is not None))

    def _add(self, node: Document, source: int) -> int:
        if len(self.recording.nodes) >= MAX_RECORDED_NODES:
            self.recording.is_cut = True
            return source
        self.recording.nodes.append(node)
        return len(self.recording.nodes) - 1

    def _fail(self, error: BaseException, node: Document) -> None:
        """Note the innermost call that an exception came from."""
        if error is not self._last_error:
            self._last_error = error
            self.recording.failed = node


def _origin(places: tuple[TextLine, ...]) -> Document:
    """Where a module is made, or a function called, and the calls that lead there."""
    return {
        "file": places[0].file if places else None,
        "line": _line(places),
        "made_by": [[place.file, place.span] for place in places if place.span is not None],
    }


def _line(places: tuple[TextLine, ...]) -> int | None:
    return places[0].line if places else None


def tensors_of(value: Any, depth: int = 4) -> list[Tensor]:  # noqa: ANN401
    """The tensors in a value: itself, or in lists, tuples and dictionaries."""
    if isinstance(value, Tensor):
        return [value]
    if depth and isinstance(value, list | tuple):
        return [tensor for each in value for tensor in tensors_of(each, depth - 1)]
    if depth and isinstance(value, dict):
        return [tensor for each in value.values() for tensor in tensors_of(each, depth - 1)]
    return []


def shapes_of(value: Any, depth: int = 6) -> JsonValue:  # noqa: ANN401
    """The shapes of the tensors in a value, nested as the value is; None for anything else."""
    if isinstance(value, Tensor):
        return list(value.shape)
    if depth and isinstance(value, list | tuple):
        return [shapes_of(each, depth - 1) for each in value]
    if depth and isinstance(value, dict):
        return {str(name): shapes_of(each, depth - 1) for name, each in value.items()}
    if depth and hasattr(value, "__dataclass_fields__"):
        return {
            name: shapes_of(getattr(value, name), depth - 1) for name in value.__dataclass_fields__
        }
    return None
