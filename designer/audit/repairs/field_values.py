"""Candidate values for fields outside windows: counts, axes, factors, shapes, borders.

Candidates for a count are small numbers, the numbers of the network, and differences, quotients and
products of two of them. The search checks each candidate with the shape rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import permutations
from math import prod

from designer.audit.layers_json import field_value
from designer.audit.ops.adaptive_pooling import AdaptivePoolLayer, GlobalPoolLayer
from designer.audit.ops.conv import ConvLayer
from designer.audit.ops.convolutions import ConvolutionLayer
from designer.audit.ops.layer import AuditLayer, AxisLayer
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.ops.linear_and_reshape import FlattenLayer, LinearLayer, ReshapeLayer
from designer.audit.ops.norms import GroupNormLayer, InstanceNormLayer, LayerNormLayer, NormLayer
from designer.audit.ops.padding import CropLayer, PadLayer
from designer.audit.ops.skips import ConcatLayer
from designer.audit.ops.upsampling import INTERPOLATION_RANKS, PixelShuffleLayer, UpsampleLayer
from designer.audit.repairs.goal import Goal
from designer.audit.repairs.single_window import NewFieldValues
from designer.audit.trace import AuditNetwork, Trace

MAX_KNOWN_NUMBERS = 40
"""Maximum number of a network's numbers that are combined in pairs."""

MAX_SMALL_COUNT = 64
"""Every count up to this one is tried."""

MAX_FACTOR = 8
MAX_BORDER = 4

KnownCounts = tuple[int, ...]
"""Candidate counts, ascending."""


def known_counts(network: AuditNetwork, trace: Trace, goal: Goal) -> KnownCounts:
    """Candidate counts for this network, ascending.

    >>> from designer.audit.trace import trace_network
    >>> layer = LinearLayer(in_features=8, out_features=2)
    >>> network = AuditNetwork(input_shape=(8,), layers=(layer,))
    >>> counts = known_counts(network, trace_network(network), Goal(wanted=(400,)))
    >>> [count for count in counts if count > MAX_SMALL_COUNT]
    [200, 392, 398, 399, 400]
    """
    names = ("in_channels", "out_channels", "in_features", "out_features", "num_features")
    shapes = [goal.wanted or (), *(shape[1:] for shape in reversed(trace.shapes))]
    seen = [n for shape in shapes for n in (*shape, prod(shape), prod(shape[1:]))]
    stated = [getattr(layer, name, None) for layer in network.layers for name in names]
    base = [n for n in dict.fromkeys([*stated, *seen]) if n][:MAX_KNOWN_NUMBERS]
    pairs = [(a, b) for a, b in permutations(base, 2) if a > b]
    derived = {a - b for a, b in pairs} | {a // b for a, b in pairs if a % b == 0}
    squares = {n.upscale_factor**2 for n in network.layers if isinstance(n, PixelShuffleLayer)}
    derived |= {a * b for a in base for b in squares}
    return tuple(sorted({*range(1, MAX_SMALL_COUNT + 1), *base, *derived}))


def value_changes(
    counts: KnownCounts,
) -> Callable[[AuditLayer, TensorShape], Iterator[NewFieldValues]]:
    """Function of a layer and its input shape that yields changes of one field outside windows."""

    def changes(layer: AuditLayer, before: TensorShape) -> Iterator[NewFieldValues]:
        for name, values in _tried_values(layer, before, counts).items():
            for value in values:
                if value != field_value(layer, name):
                    yield {name: value}

    return changes


def other_ranks(layer: AuditLayer) -> Sequence[int]:
    """Candidate values of ``ndim``, none if a layer does not set it or has per-axis lists."""
    listed = isinstance(layer, AxisLayer) and any(
        isinstance(getattr(layer, name), tuple) for name in layer.AXIS_FIELDS
    )
    return () if listed or getattr(layer, "ndim", None) is None else range(1, 4)


def _tried_values(
    layer: AuditLayer, before: TensorShape, counts: KnownCounts
) -> Mapping[str, Iterable[object]]:
    """The candidate values by field."""
    choices: dict[str, Iterable[object]] = {}
    choices["ndim"] = other_ranks(layer)
    for layer_class, list_values in _TRIED_VALUES.items():
        if isinstance(layer, layer_class):
            choices |= list_values(layer, before, counts)
    return choices


def _convolution_values(
    layer: ConvolutionLayer, before: TensorShape, counts: KnownCounts
) -> dict[str, Iterable[object]]:
    common = [n for n in range(1, layer.groups) if not layer.out_channels % n]
    return {
        "groups": [n for n in reversed(common) if not layer.in_channels % n],
        "out_channels": [n for n in counts if not n % layer.groups],
    }


def _conv_values(
    layer: ConvLayer, before: TensorShape, counts: KnownCounts
) -> dict[str, Iterable[object]]:
    paddings: list[object] = ["same"]
    if isinstance(layer.padding, str):
        paddings += range(5)
    return {"padding": paddings, "padding_mode": ["zeros"]}


def _reshape_values(
    layer: ReshapeLayer, before: TensorShape, counts: KnownCounts
) -> dict[str, Iterable[object]]:
    shapes = (
        (*layer.shape[:place], count, *layer.shape[place + 1 :])
        for place in range(len(layer.shape))
        for count in (*counts, -1)
    )
    return {"shape": shapes, "fold_batch": [False]}


def _flatten_values(
    layer: FlattenLayer, before: TensorShape, counts: KnownCounts
) -> dict[str, Iterable[object]]:
    return {"start_dim": range(1, len(before)), "end_dim": (-1, *range(1, len(before)))}


def _upsample_values(
    layer: UpsampleLayer, before: TensorShape, counts: KnownCounts
) -> dict[str, Iterable[object]]:
    modes = [name for name, ranks in INTERPOLATION_RANKS.items() if len(before) in ranks]
    choices: dict[str, Iterable[object]] = {"mode": [*modes, "nearest"]}
    if layer.size is not None:
        choices["size"] = counts
    else:
        choices["scale_factor"] = range(1, MAX_FACTOR + 1)
    return choices


def _crop_values(
    layer: CropLayer, before: TensorShape, counts: KnownCounts
) -> dict[str, Iterable[object]]:
    pairs = enumerate(layer.crop)
    moved = (
        (*layer.crop[:axis], new, *layer.crop[axis + 1 :])
        for axis, (near, far) in pairs
        for rows in range(MAX_BORDER + 1)
        for new in ((rows, far), (near, rows), (rows, rows))
    )
    return {"crop": moved}


def _pad_values(
    layer: PadLayer, before: TensorShape, counts: KnownCounts
) -> dict[str, Iterable[object]]:
    moved = (
        (*layer.pad[:place], rows, *layer.pad[place + 1 :])
        for place in range(len(layer.pad))
        for rows in range(-MAX_BORDER, MAX_BORDER + 1)
    )
    alike = ((rows,) * len(layer.pad) for rows in range(MAX_BORDER + 1))
    return {"mode": ["constant"], "pad": [*moved, *alike]}


def _instance_norm_values(
    layer: InstanceNormLayer, before: TensorShape, counts: KnownCounts
) -> dict[str, Iterable[object]]:
    """``ndim`` is that of the map only: with one axis less, torch treats the batch as channels."""
    ranks = [axes for axes in other_ranks(layer) if axes == len(before) - 2]
    return {"num_features": before[1:2], "ndim": ranks}


def _group_norm_values(
    layer: GroupNormLayer, before: TensorShape, counts: KnownCounts
) -> dict[str, Iterable[object]]:
    return {"num_channels": before[1:2], "num_groups": range(layer.num_groups - 1, 0, -1)}


def normalized_shapes(layer: LayerNormLayer, before: TensorShape) -> list[object]:
    """The last sizes of a map: first as many as the norm has, then other numbers of them.

    >>> normalized_shapes(LayerNormLayer(normalized_shape=7), (2, 8, 5))
    [5, (8, 5)]
    """
    named = layer.normalized_shape
    count = len(named) if isinstance(named, tuple) else 1
    order = sorted(range(1, len(before)), key=lambda other: abs(other - count))
    tails = [before[-length:] for length in order]
    return [tail if len(tail) > 1 or isinstance(named, tuple) else tail[0] for tail in tails]


_TRIED_VALUES: Mapping[type[AuditLayer], Callable[..., dict[str, Iterable[object]]]] = {
    ConvolutionLayer: _convolution_values,
    ConvLayer: _conv_values,
    LinearLayer: lambda layer, before, counts: {"out_features": counts},
    ReshapeLayer: _reshape_values,
    FlattenLayer: _flatten_values,
    UpsampleLayer: _upsample_values,
    PixelShuffleLayer: lambda layer, before, counts: {"upscale_factor": range(1, MAX_FACTOR + 1)},
    CropLayer: _crop_values,
    PadLayer: _pad_values,
    GlobalPoolLayer: lambda layer, before, counts: {"keepdim": [not layer.keepdim]},
    AdaptivePoolLayer: lambda layer, before, counts: {"output_size": counts},
    ConcatLayer: lambda layer, before, counts: {"extra_channels": counts},
    NormLayer: lambda layer, before, counts: {"num_features": before[1:2]},
    InstanceNormLayer: _instance_norm_values,
    GroupNormLayer: _group_norm_values,
    LayerNormLayer: lambda layer, before, counts: {
        "normalized_shape": normalized_shapes(layer, before)
    },
}
"""Candidate values by layer class; those of base classes apply too."""
