"""Nodes of a graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.layer_errors import TensorShape
from designer.validation.json_readers import JsonValue

INPUT = -1
"""The source of nodes that read the network's input."""


@dataclass(frozen=True, kw_only=True)
class GraphNode:
    """A call of a module or function; shapes have the batch axis first.

    ``output_shape`` is nested as the result is, and None for the call that raised. ``sources`` are
    the indices of the nodes that it reads. ``layer`` is the layer of a list with the same law, if
    there is one. ``line`` is where a module is made, ``call_line`` where it is called; ``made_by``
    are the expression that makes it and those that call the code with it, innermost first: a file with
    first line, last line, first column and end column, which count bytes. ``fixed_inputs`` are the places
    of inputs that do not depend on the network's. ``acts_as`` is torch's activation that a class of the
    text computes at each position.
    """

    name: str
    class_name: str
    settings: Mapping[str, JsonValue]
    input_shapes: tuple[TensorShape, ...]
    output_shape: JsonValue
    sources: tuple[int, ...]
    layer: AuditLayer | None = None
    is_module: bool = True
    file: str | None = None
    line: int | None = None
    call_line: int | None = None
    made_by: tuple[tuple[str, tuple[int, ...]], ...] = ()
    parameters: int = 0
    fixed_inputs: tuple[int, ...] = ()
    acts_as: str | None = None

    @cached_property
    def output(self) -> TensorShape | None:
        """The shape of the first tensor that the call returns, None if it returns none."""
        return first_shape(self.output_shape)

    @property
    def input(self) -> TensorShape | None:
        """The shape of the first tensor that the call is given and that depends on the network's input."""
        given = enumerate(self.input_shapes)
        return next((shape for place, shape in given if place not in self.fixed_inputs), None)

    @property
    def known_class(self) -> str:
        """The class of torch, with or without a parametrization, that computes the same where it is known."""
        return self.acts_as or self.class_name.removeprefix("Parametrized")

    @property
    def op(self) -> str:
        """The op of its layer; ``module`` without one."""
        return "module" if self.layer is None else self.layer.op


def first_shape(value: JsonValue) -> TensorShape | None:
    """The first shape in nested outputs.

    >>> first_shape([[[2, 3], None], [2, 8]])
    (2, 3)
    """
    return next(iter(all_shapes(value)), None)


def all_shapes(value: JsonValue) -> list[TensorShape]:
    """The shapes in nested outputs, in order; () is a single number.

    >>> all_shapes({"mean": [2, 8], "maps": [[2, 4, 7], [2, 8, 3]]})
    [(2, 8), (2, 4, 7), (2, 8, 3)]
    """
    if isinstance(value, Mapping):
        return [shape for each in value.values() for shape in all_shapes(each)]
    if not isinstance(value, list):
        return []
    if all(isinstance(size, int) for size in value):
        return [tuple(value)]
    return [shape for each in value for shape in all_shapes(each)]
