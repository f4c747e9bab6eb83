"""Edits of whole layers: removal, crops and pads, pooling, flattening, reshaping."""

from __future__ import annotations

from collections.abc import Iterator

from designer.audit.ops.layer import LayerFields
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.ops.padding import crop_or_pad
from designer.audit.ops.registry import build_audit_layer
from designer.audit.repairs.changes import ChangeList, add_layer, remove_layer, set_field
from designer.audit.repairs.goal import Goal
from designer.audit.trace import AuditNetwork, Trace


def removal_edits(network: AuditNetwork, trace: Trace, goal: Goal) -> Iterator[ChangeList]:
    """Removals of one layer, up to the one that fails, with the next layer's channels adapted.

    Without a wanted shape the last layer with weights stays, since it defines the output.
    """
    last = len(trace.steps) if trace.layer_error else len(network.layers) - 1
    weighted = [index for index, layer in enumerate(network.layers) if layer.output_field]
    protected = weighted[-1:] if goal.wanted is None else []
    for index in range(min(last, len(network.layers) - 1), -1, -1):
        if len(network.layers) == 1:
            return
        if index in protected:
            continue
        change = remove_layer(network, index)
        layer, followers = network.layers[index], network.layers[index + 1 : index + 2]
        channels = [getattr(layer, name, None) for name in ("in_channels", "out_channels")]
        if channels[0] == channels[1]:
            yield (change,)
        elif followers and "in_channels" in followers[0].declaring_fields:
            yield (change, set_field(network, index + 1, "in_channels", channels[0]))


def border_edits(network: AuditNetwork, trace: Trace, goal: Goal) -> Iterator[ChangeList]:
    """A crop or pad at the end or before a skip of another size; a pool, flatten or reshape."""
    index, shape = len(trace.steps), trace.shapes[-1]
    if trace.layer_error is None:
        added = () if goal.wanted is None else _last_layers(shape, goal.wanted)
    else:
        added = network.layers[index].adapters(trace.shapes)
    for fields in added:
        yield (add_layer(index, build_audit_layer(fields)),)


def _last_layers(shape: TensorShape, wanted: TensorShape) -> Iterator[LayerFields]:
    """Layers one of which may turn the output into the wanted shape."""
    if len(wanted) != len(shape) - 1:
        yield from ({"op": "flatten"}, {"op": "global_pool"}, {"op": "reshape", "shape": wanted})
        return
    yield from crop_or_pad(shape[2:], wanted[1:])
    if set(wanted[1:]) == {1}:
        yield {"op": "global_pool", "keepdim": True}
