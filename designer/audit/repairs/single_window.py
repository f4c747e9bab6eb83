"""Candidate windows for one layer: small changes of its fields.

The search checks each candidate with the shape rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from designer.audit.ops.axis_layer import MAX_STRIDE
from designer.audit.ops.layer import AuditLayer, FieldValues
from designer.audit.ops.layer_errors import TensorShape

FIELD_PAIRS = (
    ("kernel_size", "padding"),
    ("padding", "output_padding"),
    ("kernel_size", "stride"),
    ("stride", "padding"),
    ("kernel_size", "output_padding"),
    ("stride", "output_padding"),
)
"""Fields that are changed together."""


def single_changes(layer: AuditLayer, before: TensorShape) -> Iterator[FieldValues]:
    """Changes of one field, the same on all axes."""
    for name, values in layer.window_values(before).items():
        for value in values:
            if value != getattr(layer, name):
                yield {name: value}


def double_changes(layer: AuditLayer, before: TensorShape) -> Iterator[FieldValues]:
    """Changes of two fields, the same on all axes."""
    ranges = layer.window_values(before)
    for pair in FIELD_PAIRS:
        if not set(pair) <= set(ranges):
            continue
        first, second = (ranges[name][:20] for name in pair)
        for values in product(first, second):
            if all(value != getattr(layer, name) for name, value in zip(pair, values, strict=True)):
                yield dict(zip(pair, values, strict=True))


def triple_changes(layer: AuditLayer, before: TensorShape) -> Iterator[FieldValues]:
    """Changes of kernel, stride and padding to textbook windows: F − S − 2P = 0 or 1."""
    if layer.axis_window(0) is None:
        return
    for stride in range(1, MAX_STRIDE + 1):
        for padding in range(4):
            for kernel in (stride + 2 * padding, stride + 2 * padding + 1):
                values = {"kernel_size": kernel, "stride": stride, "padding": padding}
                if all(getattr(layer, name) != value for name, value in values.items()):
                    yield values


def axis_changes(layer: AuditLayer, before: TensorShape) -> Iterator[FieldValues]:
    """Changes of one field on some axes only, or to different values on them."""
    axes = layer.axes(before)
    reach = 24 if axes == 2 else 3
    for name, values in layer.window_values(before).items():
        if axes < 2 or name not in layer.AXIS_FIELDS or getattr(layer, name) is None:
            continue
        now = layer.axis_values(name, axes)
        near = sorted(values, key=lambda value: (abs(value - min(now)), value))[:reach]
        for chosen in product({*near, *now}, repeat=axes):
            if len(set(chosen)) > 1 and chosen != now:
                yield {name: chosen}
