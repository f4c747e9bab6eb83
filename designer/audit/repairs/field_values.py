"""Other values for the fields that are no window: counts, axes, factors, origins, borders.

A count that must meet another is a number that the network already knows, or a difference, a
quotient or a product of two of them: those are tried. What each leads to, the search asks the laws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import permutations
from math import prod

from designer.audit.layers_json import field_value
from designer.audit.ops.adaptive_pooling import AdaptivePoolLayer, GlobalPoolLayer
from designer.audit.ops.convolutions import ConvLayer, ConvolutionLayer
from designer.audit.ops.layer import AxisLayer, Layer
from designer.audit.ops.layer_errors import Shape
from designer.audit.ops.linear_and_reshape import FlattenLayer, LinearLayer, ReshapeLayer
from designer.audit.ops.norms import GroupNormLayer, InstanceNormLayer, LayerNormLayer, NormLayer
from designer.audit.ops.padding import CropLayer, PadLayer
from designer.audit.ops.skips import ConcatLayer
from designer.audit.ops.upsampling import INTERPOLATING, PixelShuffleLayer, UpsampleLayer
from designer.audit.repairs.goal import Goal
from designer.audit.repairs.single_window import Values
from designer.audit.trace import Network, Trace

MAX_NUMBERS = 40
"""Most numbers of a network whose differences and quotients are tried."""

SMALL = 64
"""Every count up to this one is tried."""

MAX_FACTOR = 8
MAX_BORDER = 4

Knowledge = tuple[int, ...]
"""The counts that are tried, ascending."""


def known_counts(network: Network, trace: Trace, goal: Goal) -> Knowledge:
    """Numbers that a count of this network may have to be.

    >>> from designer.audit.trace import trace_network
    >>> layer = LinearLayer(in_features=8, out_features=2)
    >>> network = Network(input_shape=(8,), layers=(layer,))
    >>> counts = known_counts(network, trace_network(network), Goal(wanted=(400,)))
    >>> [count for count in counts if count > SMALL]
    [200, 392, 398, 399, 400]
    """
    names = ("in_channels", "out_channels", "in_features", "out_features", "num_features")
    shapes = [goal.wanted or (), *(shape[1:] for shape in reversed(trace.shapes))]
    seen = [n for shape in shapes for n in (*shape, prod(shape), prod(shape[1:]))]
    stated = [getattr(layer, name, None) for layer in network.layers for name in names]
    base = [n for n in dict.fromkeys([*stated, *seen]) if n][:MAX_NUMBERS]
    pairs = [(a, b) for a, b in permutations(base, 2) if a > b]
    made = {a - b for a, b in pairs} | {a // b for a, b in pairs if a % b == 0}
    squares = {n.upscale_factor**2 for n in network.layers if isinstance(n, PixelShuffleLayer)}
    made |= {a * b for a in base for b in squares}
    return tuple(sorted({*range(1, SMALL + 1), *base, *made}))


def value_changes(known: Knowledge) -> Callable[[Layer, Shape], Iterator[Values]]:
    """One field changed that is no window's, by layer and the shape that it gets."""

    def changes(layer: Layer, before: Shape) -> Iterator[Values]:
        for name, values in _choices(layer, before, known).items():
            for value in values:
                if value != field_value(layer, name):
                    yield {name: value}

    return changes


def other_ranks(layer: Layer) -> Sequence[int]:
    """The numbers of axes that a layer may be made for: none where its own lists say how many."""
    listed = isinstance(layer, AxisLayer) and any(
        isinstance(getattr(layer, name), tuple) for name in layer.AXIS_FIELDS
    )
    return () if listed or getattr(layer, "ndim", None) is None else range(1, 4)


def _choices(layer: Layer, before: Shape, known: Knowledge) -> Mapping[str, Iterable[object]]:
    """The values that are tried, field by field."""
    choices: dict[str, Iterable[object]] = {}
    choices["ndim"] = other_ranks(layer)
    for kind, made in _CHOICES.items():
        if isinstance(layer, kind):
            choices |= made(layer, before, known)
    return choices


def _of_convolution(
    layer: ConvolutionLayer, before: Shape, known: Knowledge
) -> dict[str, Iterable[object]]:
    common = [n for n in range(1, layer.groups) if not layer.out_channels % n]
    return {
        "groups": [n for n in reversed(common) if not layer.in_channels % n],
        "out_channels": [n for n in known if not n % layer.groups],
    }


def _of_conv(layer: ConvLayer, before: Shape, known: Knowledge) -> dict[str, Iterable[object]]:
    paddings: list[object] = ["same"]
    if isinstance(layer.padding, str):
        paddings += range(5)
    return {"padding": paddings, "padding_mode": ["zeros"]}


def _of_reshape(
    layer: ReshapeLayer, before: Shape, known: Knowledge
) -> dict[str, Iterable[object]]:
    shapes = (
        (*layer.shape[:place], count, *layer.shape[place + 1 :])
        for place in range(len(layer.shape))
        for count in (*known, -1)
    )
    return {"shape": shapes, "fold_batch": [False]}


def _of_flatten(
    layer: FlattenLayer, before: Shape, known: Knowledge
) -> dict[str, Iterable[object]]:
    return {"start_dim": range(1, len(before)), "end_dim": (-1, *range(1, len(before)))}


def _of_upsample(
    layer: UpsampleLayer, before: Shape, known: Knowledge
) -> dict[str, Iterable[object]]:
    modes = [name for name, ranks in INTERPOLATING.items() if len(before) in ranks]
    choices: dict[str, Iterable[object]] = {"mode": [*modes, "nearest"]}
    if layer.size is not None:
        choices["size"] = known
    else:
        choices["scale_factor"] = range(1, MAX_FACTOR + 1)
    return choices


def _of_crop(layer: CropLayer, before: Shape, known: Knowledge) -> dict[str, Iterable[object]]:
    pairs = enumerate(layer.crop)
    moved = (
        (*layer.crop[:axis], new, *layer.crop[axis + 1 :])
        for axis, (near, far) in pairs
        for rows in range(MAX_BORDER + 1)
        for new in ((rows, far), (near, rows), (rows, rows))
    )
    return {"crop": moved}


def _of_pad(layer: PadLayer, before: Shape, known: Knowledge) -> dict[str, Iterable[object]]:
    moved = (
        (*layer.pad[:place], rows, *layer.pad[place + 1 :])
        for place in range(len(layer.pad))
        for rows in range(-MAX_BORDER, MAX_BORDER + 1)
    )
    alike = ((rows,) * len(layer.pad) for rows in range(MAX_BORDER + 1))
    return {"mode": ["constant"], "pad": [*moved, *alike]}


def _of_instance_norm(
    layer: InstanceNormLayer, before: Shape, known: Knowledge
) -> dict[str, Iterable[object]]:
    """Not the axes of one sample less, where torch would take the batch for channels."""
    ranks = [axes for axes in other_ranks(layer) if axes == len(before) - 2]
    return {"num_features": before[1:2], "ndim": ranks}


def _of_group_norm(
    layer: GroupNormLayer, before: Shape, known: Knowledge
) -> dict[str, Iterable[object]]:
    return {"num_channels": before[1:2], "num_groups": range(layer.num_groups - 1, 0, -1)}


def norm_shapes(layer: LayerNormLayer, before: Shape) -> list[object]:
    """The sizes at the end of a map: as many as the norm names, then others.

    >>> norm_shapes(LayerNormLayer(normalized_shape=7), (2, 8, 5))
    [5, (8, 5)]
    """
    named = layer.normalized_shape
    count = len(named) if isinstance(named, tuple) else 1
    order = sorted(range(1, len(before)), key=lambda other: abs(other - count))
    tails = [before[-length:] for length in order]
    return [tail if len(tail) > 1 or isinstance(named, tuple) else tail[0] for tail in tails]


_CHOICES: Mapping[type[Layer], Callable[..., dict[str, Iterable[object]]]] = {
    ConvolutionLayer: _of_convolution,
    ConvLayer: _of_conv,
    LinearLayer: lambda layer, before, known: {"out_features": known},
    ReshapeLayer: _of_reshape,
    FlattenLayer: _of_flatten,
    UpsampleLayer: _of_upsample,
    PixelShuffleLayer: lambda layer, before, known: {"upscale_factor": range(1, MAX_FACTOR + 1)},
    CropLayer: _of_crop,
    PadLayer: _of_pad,
    GlobalPoolLayer: lambda layer, before, known: {"keepdim": [not layer.keepdim]},
    AdaptivePoolLayer: lambda layer, before, known: {"output_size": known},
    ConcatLayer: lambda layer, before, known: {"extra_channels": known},
    NormLayer: lambda layer, before, known: {"num_features": before[1:2]},
    InstanceNormLayer: _of_instance_norm,
    GroupNormLayer: _of_group_norm,
    LayerNormLayer: lambda layer, before, known: {"normalized_shape": norm_shapes(layer, before)},
}
"""What is tried of each op, and of the ops that it is one of."""
