"""Edits of whole layers: removal, copies, crops and pads, pooling, flattening, reshaping."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from designer.audit.ops.adaptive_pooling import GlobalPoolLayer
from designer.audit.ops.conv import ConvLayer
from designer.audit.ops.conv_transpose import ConvTransposeLayer
from designer.audit.ops.convolutions import ConvolutionLayer
from designer.audit.ops.layer import AuditLayer, AxisLayer
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.ops.linear_and_reshape import FlattenLayer, LinearLayer, ReshapeLayer
from designer.audit.ops.padding import CropLayer, PadLayer
from designer.audit.ops.pooling import PoolLayer
from designer.audit.ops.skips import SkipLayer
from designer.audit.ops.upsampling import UpsampleLayer
from designer.audit.repairs.changes import ChangeList, add_layer, remove_layer, set_field
from designer.audit.repairs.goal import Goal
from designer.audit.trace import AuditNetwork, Trace

WEIGHTED_LAYERS = (ConvolutionLayer, LinearLayer)
"""Layers with weights, whose own fields set their output channels or features."""

BORDER_DIVISOR = 4
"""Crops and pads change a side by at most 1/4 of it (or 2): more would be another picture."""

MAX_COPIES = 4
"""Maximum number of inserted copies of one layer."""


def removal_edits(network: AuditNetwork, trace: Trace, goal: Goal) -> Iterator[ChangeList]:
    """Removals of one layer, up to the one that fails, with the next layer's channels adapted.

    Without a wanted shape the last layer with weights stays, since it defines the output.
    """
    last = len(trace.steps) if trace.layer_error else len(network.layers) - 1
    weighted = [i for i, layer in enumerate(network.layers) if isinstance(layer, WEIGHTED_LAYERS)]
    protected = weighted[-1:] if goal.wanted is None else []
    for index in range(min(last, len(network.layers) - 1), -1, -1):
        if len(network.layers) == 1:
            return
        if index in protected:
            continue
        change = remove_layer(network, index)
        layer = network.layers[index]
        follower = network.layers[index + 1] if index + 1 < len(network.layers) else None
        if (
            not isinstance(layer, ConvLayer | ConvTransposeLayer)
            or layer.in_channels == layer.out_channels
        ):
            yield (change,)
        elif isinstance(follower, ConvLayer | ConvTransposeLayer):
            yield (change, set_field(network, index + 1, "in_channels", layer.in_channels))


def copy_edits(network: AuditNetwork, trace: Trace) -> Iterator[ChangeList]:
    """1 to ``MAX_COPIES`` copies of a layer that changes sizes, after or before it."""
    for index in range(len(trace.steps) - 1, -1, -1):
        before, after = trace.shapes[index], trace.shapes[index + 1]
        layer = network.layers[index]
        if before[2:] == after[2:] or len(before) != len(after):
            continue
        copy = _copy_layer(layer, after[1])
        if copy is not None:
            for count in range(1, MAX_COPIES + 1):
                yield (add_layer(index + 1, copy),) * count
        first = _copy_layer(layer, before[1])
        if first is not None:
            for count in range(1, MAX_COPIES + 1):
                yield (add_layer(index, first),) * count


def border_edits(network: AuditNetwork, trace: Trace, goal: Goal) -> Iterator[ChangeList]:
    """A crop or pad at the end or before a skip of another size; a pool, flatten or reshape."""
    index, shape = len(trace.steps), trace.shapes[-1]
    if trace.layer_error is None:
        if goal.wanted is not None and len(goal.wanted) == len(shape) - 1:
            yield from _crop_or_pad_edits(index, shape[2:], goal.wanted[1:])
            if set(goal.wanted[1:]) == {1}:
                yield (add_layer(index, GlobalPoolLayer(keepdim=True)),)
        elif goal.wanted is not None:
            yield (add_layer(index, FlattenLayer()),)
            yield (add_layer(index, GlobalPoolLayer()),)
            yield (add_layer(index, ReshapeLayer(shape=goal.wanted)),)
        return
    layer = network.layers[index]
    if isinstance(layer, SkipLayer):
        yield from _crop_or_pad_edits(index, shape[2:], layer.skip_shape(trace.shapes)[2:])
    if isinstance(layer, LinearLayer) and len(shape) > 2:
        yield (add_layer(index, FlattenLayer()),)
        yield (add_layer(index, GlobalPoolLayer()),)
    if isinstance(layer, ConvolutionLayer):
        yield from _reshape_edits(index, layer, shape)


def _reshape_edits(index: int, layer: ConvolutionLayer, shape: TensorShape) -> Iterator[ChangeList]:
    """A reshape of a vector, or of a picture without channel axis, to a convolution's input."""
    channels, axes = layer.in_channels, layer.axes(shape)
    if len(shape) == axes + 1 and channels == 1:
        yield (add_layer(index, ReshapeLayer(shape=(1, *shape[1:]))),)
    if len(shape) != 2 or shape[1] % channels:
        return
    side = round((shape[1] // channels) ** (1 / axes))
    if channels * side**axes == shape[1]:
        yield (add_layer(index, ReshapeLayer(shape=(channels, *(side,) * axes))),)


def _crop_or_pad_edits(
    index: int, sizes: tuple[int, ...], wanted: tuple[int, ...]
) -> Iterator[ChangeList]:
    if len(sizes) != len(wanted) or sizes == wanted or not sizes:
        return
    less = [have - want for have, want in zip(sizes, wanted, strict=True)]
    if any(abs(n) > max(2, want // BORDER_DIVISOR) for n, want in zip(less, wanted, strict=True)):
        return
    if min(less) >= 0:
        yield (add_layer(index, CropLayer(crop=tuple((n // 2, n - n // 2) for n in less))),)
    else:
        more = [-n for n in reversed(less)]
        pads = tuple(pad for n in more for pad in ((n // 2, n - n // 2) if n > 0 else (0, n)))
        yield (add_layer(index, PadLayer(pad=pads)),)


def _copy_layer(layer: AuditLayer, channels: int) -> AuditLayer | None:
    """The layer with ``channels`` in and out, None if there is no such layer."""
    if isinstance(layer, ConvLayer | ConvTransposeLayer):
        if channels % layer.groups:
            return None
        return replace(layer, in_channels=channels, out_channels=channels)
    return layer if isinstance(layer, PoolLayer | UpsampleLayer | AxisLayer) else None
