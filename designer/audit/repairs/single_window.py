"""Candidate windows for one layer: small changes of its fields.

The search checks each candidate with the shape rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from itertools import product

from designer.audit.ops.conv import ConvLayer
from designer.audit.ops.conv_transpose import ConvTransposeLayer
from designer.audit.ops.layer import AuditLayer, AxisLayer
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.ops.pooling import PoolLayer

NewFieldValues = Mapping[str, object]
"""New values of one layer's fields, by name."""

MAX_TRIED_KERNEL = 64
MAX_STRIDE = 8
MAX_PADDING = 24
MAX_DILATION = 4

FIELD_PAIRS = (
    ("kernel_size", "padding"),
    ("padding", "output_padding"),
    ("kernel_size", "stride"),
    ("stride", "padding"),
    ("kernel_size", "output_padding"),
    ("stride", "output_padding"),
)
"""Fields that are changed together."""


def single_changes(layer: AuditLayer, before: TensorShape) -> Iterator[NewFieldValues]:
    """Changes of one field, the same on all axes."""
    for name, values in _tried_ranges(layer, before).items():
        for value in values:
            if value != getattr(layer, name):
                yield {name: value}
    if isinstance(layer, PoolLayer):
        yield {"ceil_mode": not layer.ceil_mode}


def double_changes(layer: AuditLayer, before: TensorShape) -> Iterator[NewFieldValues]:
    """Changes of two fields, the same on all axes."""
    ranges = _tried_ranges(layer, before)
    for pair in FIELD_PAIRS:
        if not set(pair) <= set(ranges):
            continue
        first, second = (list(ranges[name])[:20] for name in pair)
        for values in product(first, second):
            if all(value != getattr(layer, name) for name, value in zip(pair, values, strict=True)):
                yield dict(zip(pair, values, strict=True))


def triple_changes(layer: AuditLayer, before: TensorShape) -> Iterator[NewFieldValues]:
    """Changes of kernel, stride and padding to textbook windows: F − S − 2P = 0 or 1."""
    if not isinstance(layer, ConvLayer | ConvTransposeLayer) or isinstance(layer.padding, str):
        return
    for stride in range(1, MAX_STRIDE + 1):
        for padding in range(4):
            for kernel in (stride + 2 * padding, stride + 2 * padding + 1):
                values = {"kernel_size": kernel, "stride": stride, "padding": padding}
                if all(getattr(layer, name) != value for name, value in values.items()):
                    yield values


def axis_changes(layer: AuditLayer, before: TensorShape) -> Iterator[NewFieldValues]:
    """Changes of one field on some axes only, or to different values on them."""
    if not isinstance(layer, AxisLayer) or layer.axes(before) < 2:
        return
    axes = layer.axes(before)
    reach = 24 if axes == 2 else 3
    for name, values in _tried_ranges(layer, before).items():
        now = layer.axis_values(name, axes)
        if not all(isinstance(value, int) for value in now):
            continue
        near = sorted(values, key=lambda value: (abs(value - min(now)), value))[:reach]
        for chosen in product({*near, *now}, repeat=axes):
            if len(set(chosen)) > 1 and chosen != now:
                yield {name: chosen}


def _tried_ranges(layer: AuditLayer, before: TensorShape) -> dict[str, range]:
    """The candidate values by field."""
    if not isinstance(layer, ConvLayer | ConvTransposeLayer | PoolLayer):
        return {}
    axes = layer.axes(before)
    if len(before) <= axes:
        return {}
    names = {field.name for field in fields(layer)}
    kernels = layer.axis_values("kernel_size", axes)
    largest_side = max(before[-axes:])
    ranges = {
        "kernel_size": range(1, min(MAX_TRIED_KERNEL, max(largest_side + 4, *kernels) + 1) + 1),
        "stride": range(1, MAX_STRIDE + 1),
    }
    if not isinstance(layer.padding, str):
        ranges["padding"] = range(0, min(MAX_PADDING, max(kernels) + 2) + 1)
    if isinstance(layer, PoolLayer):
        ranges["padding"] = range(0, max(kernels) // 2 + 1)
        return ranges
    if "output_padding" in names:
        ranges["output_padding"] = range(0, MAX_STRIDE)
    if max(kernels) > 1:
        ranges["dilation"] = range(1, MAX_DILATION + 1)
    return ranges
