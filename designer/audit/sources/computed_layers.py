"""The layer, or the activation, that functions of torch compute: convolutions with given weights, and others.

People write classes of their own around ``F.conv2d``, with weights that they scale or that are fixed, and
around activations with a bias. Channels that are folded into the batch are those of a convolution of
each channel by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod

from designer.audit.layers_json import json_value, read_audit_layer
from designer.audit.ops.field_types import as_per_axis
from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.sources.node_layers import split_axes
from designer.errors import InvalidRequest
from designer.validation.json_readers import JsonObject, JsonValue

_CONVOLUTIONS = {
    "conv{}d": ("conv", ("stride", "padding", "dilation", "groups")),
    "conv_transpose{}d": (
        "conv_transpose",
        ("stride", "padding", "output_padding", "groups", "dilation"),
    ),
}
"""The op of a function, and its arguments after the bias."""

_ACTIVATIONS = {
    "relu": "ReLU",
    "leaky_relu": "LeakyReLU",
    "elu": "ELU",
    "selu": "SELU",
    "celu": "CELU",
    "gelu": "GELU",
    "silu": "SiLU",
    "mish": "Mish",
    "softplus": "Softplus",
    "tanh": "Tanh",
    "sigmoid": "Sigmoid",
}

_PRODUCTS = frozenset(["mul", "imul", "rmul"])

_POINTWISE = frozenset(
    (*_ACTIVATIONS, *_PRODUCTS, "add", "iadd", "radd", "sub", "isub", "div", "idiv", "truediv")
) | {"neg", "to", "type", "float", "half", "contiguous", "clone", "clamp"}
"""Functions whose output at a position depends on that position."""

_RESHAPES = frozenset(["view", "reshape"])


@dataclass(frozen=True, kw_only=True)
class FunctionCall:
    """A function of torch, what it is given, and what it gives; ``fixed_inputs`` are places of inputs.

    These do not depend on the input of the network: weights, biases, filters.
    """

    name: str
    settings: Mapping[str, JsonValue]
    input_shapes: tuple[TensorShape, ...]
    fixed_inputs: tuple[int, ...]
    output: TensorShape | None

    @property
    def data_shapes(self) -> list[TensorShape]:
        """The inputs that depend on the network's input."""
        given = enumerate(self.input_shapes)
        return [shape for place, shape in given if place not in self.fixed_inputs]

    @property
    def is_pointwise(self) -> bool:
        """Whether each position of the output depends on that position of one map."""
        same = self.output in (None, *self.data_shapes)
        return self.name in _POINTWISE and len(self.data_shapes) == 1 and same

    @cached_property
    def layer(self) -> AuditLayer | None:
        """The convolution that it computes, None if it computes none."""
        try:
            fields = self._convolution_fields() or self._scaled_map_fields()
            return None if fields is None else read_audit_layer(fields, pointer="", index=0)
        except (InvalidRequest, TypeError, ValueError, ZeroDivisionError):
            return None

    def _convolution_fields(self) -> JsonObject | None:
        """The fields of a convolution whose weights are given.

        A weight of a convolution is (C_out, C_in/groups, *F), of a transposed one (C_in, C_out/groups, *F).
        """
        template, axes = split_axes(self.name)
        if template not in _CONVOLUTIONS or 1 not in self.fixed_inputs or 0 in self.fixed_inputs:
            return None
        op, names = _CONVOLUTIONS[template]
        listed = self.settings.get("arguments")
        given = [*listed] if isinstance(listed, list) else []
        if given[:1] == [None]:  # no bias
            given = given[1:]
        fields: JsonObject = dict(zip(names, given, strict=False))
        fields |= {name: self.settings[name] for name in names if name in self.settings}
        for name in names:
            if isinstance(sizes := fields.get(name), list):
                fields[name] = json_value(as_per_axis([*sizes]))
        groups = fields.get("groups", 1)
        outer, inner, *kernel = self.input_shapes[1]
        channels = [outer, inner * groups]  # type: ignore[operator]
        before, after = channels if op == "conv_transpose" else reversed(channels)
        return {
            **fields,
            **{"op": op, "ndim": axes, "in_channels": before, "out_channels": after},
            **{"kernel_size": json_value(as_per_axis(kernel)), "bias": len(self.input_shapes) > 2},
        }

    def _scaled_map_fields(self) -> JsonObject | None:
        """The fields of a transposed convolution of one position: a map whose channels the data scales."""
        if self.name not in _PRODUCTS or len(self.fixed_inputs) != 1 or self.output is None:
            return None
        _, channels, *sizes = self.output
        one = (self.output[0], channels, *(1,) * len(sizes))
        scaled = self.input_shapes[self.fixed_inputs[0]]
        own = (
            scaled[-len(sizes) - 1 :] == (channels, *sizes) and prod(scaled[: -len(sizes) - 1]) == 1
        )
        if self.data_shapes != [one] or not sizes or not own:
            return None
        numbers = dict.fromkeys(("in_channels", "out_channels", "groups"), channels)
        return {
            "op": "conv_transpose",
            "ndim": len(sizes),
            "kernel_size": json_value(as_per_axis(sizes)),
            "bias": False,
            **numbers,
        }


def computed_layer(calls: Sequence[FunctionCall], before: TensorShape | None) -> AuditLayer | None:
    """The layer of functions that are called one after the other on a map of shape ``before``.

    None if they compute no convolution, or more than that and an activation.

    >>> call = FunctionCall(name="conv2d", settings={"stride": 2, "padding": 1}, fixed_inputs=(1,),
    ...                     input_shapes=((2, 8, 8, 8), (16, 8, 4, 4)), output=(2, 16, 4, 4))
    >>> computed_layer([call], (2, 8, 8, 8)).kernel_size
    4
    """
    found = [(place, call.layer) for place, call in enumerate(calls) if call.layer is not None]
    if len(found) != 1 or not before or len(before) < 3:
        return None
    ((place, layer),) = found
    others = [call for call in calls if call.layer is None]
    if not all(call.is_pointwise or call.name in _RESHAPES for call in others):
        return None
    given = calls[place].data_shapes[0]
    if given != before and not (calls[place].name in _PRODUCTS and place == 0):
        folded = (before[0] * before[1], 1, *before[2:])
        if given != folded or not layer.is_depthwise:  # of one channel
            return None
        numbers = dict.fromkeys(("in_channels", "out_channels", "groups"), before[1])
        layer = replace(layer, **numbers)  # type: ignore[arg-type]
    later = [_ACTIVATIONS[call.name] for call in calls[place:] if call.name in _ACTIVATIONS]
    return replace(layer, activation=later[-1].lower()) if later else layer


def computed_activation(calls: Sequence[FunctionCall]) -> str | None:
    """Torch's class of the activation that functions of each position compute; Identity if it is none.

    >>> given = {"settings": {}, "output": (2, 8, 4, 4)}
    >>> biased = FunctionCall(name="add", input_shapes=((2, 8, 4, 4), (1, 8, 1, 1)), fixed_inputs=(1,), **given)
    >>> steep = FunctionCall(name="leaky_relu", input_shapes=((2, 8, 4, 4),), fixed_inputs=(), **given)
    >>> computed_activation([biased, steep])
    'LeakyReLU'
    """
    if not calls or not all(call.is_pointwise for call in calls):
        return None
    found = [_ACTIVATIONS[call.name] for call in calls if call.name in _ACTIVATIONS]
    return found[-1] if found else "Identity"
