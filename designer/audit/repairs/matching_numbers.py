"""Edits of numbers that must match: channels, features, shapes, the source of a skip.

The shape rules determine the required number, so edits set it without trying a range of values.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isqrt, prod

from designer.audit.ops.convolutions import ConvolutionLayer
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.ops.linear_and_reshape import LinearLayer, ReshapeLayer
from designer.audit.ops.norms import (
    GroupNormLayer,
    InstanceNormLayer,
    LayerNormLayer,
    NormalizationLayer,
    NormLayer,
)
from designer.audit.ops.skips import SkipLayer
from designer.audit.ops.upsampling import PixelShuffleLayer, UpsampleLayer
from designer.audit.repairs.changes import Change, ChangeList, set_field
from designer.audit.repairs.field_values import normalized_shapes, other_ranks
from designer.audit.repairs.goal import Goal
from designer.audit.trace import AuditNetwork, Trace

_CHANNEL_PRESERVING_OPS = ("upsample", "max_pool", "avg_pool", "pad", "crop")
"""Ops that keep the number of channels."""


def number_edits(network: AuditNetwork, trace: Trace) -> Iterator[ChangeList]:
    """Edits that may make the failing layer match its input."""
    index = trace.fails_at
    if index is None:
        return
    layer, shape = network.layers[index], trace.shapes[-1]
    if len(shape) - 2 in other_ranks(layer):
        yield (set_field(network, index, "ndim", len(shape) - 2),)
    if isinstance(layer, ConvolutionLayer):
        yield from _channel_edits(network, index, layer, shape)
    elif isinstance(layer, LinearLayer):
        yield (set_field(network, index, "in_features", shape[-1]),)
        yield from _producer_edits(network, index, layer.in_features, linear_input=shape)
    elif isinstance(layer, NormalizationLayer):
        yield from _norm_edits(network, index, layer, shape)
    elif isinstance(layer, ReshapeLayer):
        yield from _reshape_edits(network, index, layer, shape)
    elif isinstance(layer, SkipLayer):
        yield from _layer_source_edits(network, index, layer)
    elif isinstance(layer, PixelShuffleLayer) and len(shape) > 2:
        yield from _producer_edits(network, index, shape[-3] * layer.upscale_factor**2)


def _norm_edits(
    network: AuditNetwork, index: int, layer: NormalizationLayer, shape: TensorShape
) -> Iterator[ChangeList]:
    """Edits of the channels, the sizes, and the groups that divide the channels."""
    if isinstance(layer, LayerNormLayer):
        for sizes in normalized_shapes(layer, shape):
            yield (set_field(network, index, "normalized_shape", sizes),)
    if len(shape) < 2:
        return
    if isinstance(layer, NormLayer | InstanceNormLayer):
        yield (set_field(network, index, "num_features", shape[1]),)
    if isinstance(layer, GroupNormLayer):
        groups = next(n for n in range(layer.num_groups, 0, -1) if shape[1] % n == 0)
        wanted = {"num_channels": shape[1], "num_groups": groups}
        edits = [set_field(network, index, name, value) for name, value in wanted.items()]
        if any(edit.before != edit.after for edit in edits):
            yield tuple(edit for edit in edits if edit.before != edit.after)


def skip_source_edits(network: AuditNetwork, trace: Trace) -> Iterator[ChangeList]:
    """Other sources of skips, up to the layer that fails."""
    for index in range(min(len(trace.steps), len(network.layers) - 1), -1, -1):
        layer = network.layers[index]
        if isinstance(layer, SkipLayer):
            yield from _layer_source_edits(network, index, layer)


def output_channel_edits(network: AuditNetwork, channels: int) -> Iterator[ChangeList]:
    """Edits of the number of output channels of a network that runs."""
    yield from _producer_edits(network, len(network.layers), channels)


def size_edits(network: AuditNetwork, trace: Trace, goal: Goal) -> Iterator[ChangeList]:
    """Upsampling to the wanted size, or to one that occurs elsewhere in the network."""
    known = {shape[2:] for shape in trace.shapes} | {(goal.wanted or ())[1:]}
    for index in range(min(len(trace.steps), len(network.layers) - 1), -1, -1):
        layer, before = network.layers[index], trace.shapes[index]
        if not isinstance(layer, UpsampleLayer):
            continue
        for sizes in sorted(known, reverse=True):
            if 0 < len(sizes) == len(before) - 2 and min(sizes) > 0 and sizes != layer.size:
                to_size = [set_field(network, index, "size", sizes)]
                if layer.scale_factor is not None:
                    to_size.insert(0, set_field(network, index, "scale_factor", None))
                yield tuple(to_size)


def _channel_edits(
    network: AuditNetwork, index: int, layer: ConvolutionLayer, shape: TensorShape
) -> Iterator[ChangeList]:
    """Edits of the input channels, of the layer that produces them, and of the groups."""
    got = shape[1] if len(shape) > 1 else 1
    if got != layer.in_channels:
        one = [set_field(network, index, "in_channels", got)]
        if got % layer.groups:
            one.append(set_field(network, index, "groups", 1))
        if layer.groups == layer.in_channels and layer.out_channels == layer.in_channels:
            depthwise = [
                set_field(network, index, name, got)
                for name in ("in_channels", "out_channels", "groups")
            ]
            yield tuple(depthwise)
        yield tuple(one)
        yield from _producer_edits(network, index, layer.in_channels)
        if index == 0 or shape == (network.batch, *network.input_shape):
            sizes = network.input_shape[1:]
            yield (_input_change(network, (layer.in_channels, *sizes)),)
        return
    if layer.in_channels % layer.groups or layer.out_channels % layer.groups:
        for groups in range(layer.groups - 1, 0, -1):
            if layer.in_channels % groups == 0 and layer.out_channels % groups == 0:
                yield (set_field(network, index, "groups", groups),)
                break


def _layer_source_edits(
    network: AuditNetwork, index: int, layer: SkipLayer
) -> Iterator[ChangeList]:
    for source in range(-1, index - 1):
        if source != layer.from_:
            yield (set_field(network, index, "from", source),)


def _producer_edits(
    network: AuditNetwork, index: int, wanted: int, *, linear_input: TensorShape = ()
) -> Iterator[ChangeList]:
    """The edit of the layer that sets the channels or features at ``index`` to ``wanted``."""
    for earlier in range(index - 1, -1, -1):
        layer = network.layers[earlier]
        if isinstance(layer, ConvolutionLayer):
            if not linear_input and wanted % layer.groups == 0:
                yield (set_field(network, earlier, "out_channels", wanted),)
            return
        if isinstance(layer, LinearLayer):
            yield (set_field(network, earlier, "out_features", wanted),)
            return
        if not isinstance(layer, NormalizationLayer) and layer.op not in _CHANNEL_PRESERVING_OPS:
            return


def _reshape_edits(
    network: AuditNetwork, index: int, layer: ReshapeLayer, shape: TensorShape
) -> Iterator[ChangeList]:
    """Other channels with the same sizes, other sizes with the same channels, other features."""
    if not layer.shape:
        return
    numbers = prod(shape[1:])
    channels, sizes = layer.shape[0], layer.shape[1:]
    if min(sizes, default=1) > 0 and numbers % prod(sizes) == 0:
        yield (set_field(network, index, "shape", (numbers // prod(sizes), *sizes)),)
    if channels > 0 and numbers % channels == 0:
        elements_per_channel = numbers // channels
        if len(sizes) == 1:
            yield (set_field(network, index, "shape", (channels, elements_per_channel)),)
        elif len(sizes) == 2 and isqrt(elements_per_channel) ** 2 == elements_per_channel:
            yield (
                set_field(
                    network,
                    index,
                    "shape",
                    (channels, isqrt(elements_per_channel), isqrt(elements_per_channel)),
                ),
            )
    if min(layer.shape) > 0:
        yield from _producer_edits(network, index, prod(layer.shape))


def _input_change(network: AuditNetwork, shape: TensorShape) -> Change:
    return Change(index=-1, field="input_shape", before=network.input_shape, after=shape)
