"""How many input pixels lie between neighboring positions of each map, and which maps are skips.

Unlike a reach, a stride is also taken from the sizes of a call whose law is not known.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from designer.audit.graph.model import INPUT, GraphNode
from designer.audit.graph.reach import MAX_EXACT_NUMBER
from designer.audit.ops.layer_errors import TensorShape

MapStrides = tuple[Fraction, ...] | None
"""One stride per axis; None where it is not known, as behind a pooling to a fixed size."""

_FIXED_SIZES = frozenset(["adaptive_pool", "global_pool"])
_SAME_STRIDE = frozenset(["pad", "getitem", "narrow"])


def find_strides(nodes: Sequence[GraphNode], axes: int) -> list[MapStrides]:
    """The stride of each node's map, for a network whose input has so many axes besides channels.

    >>> from designer.audit.ops.conv_transpose import ConvTransposeLayer
    >>> layer = ConvTransposeLayer(in_channels=2, out_channels=1, kernel_size=4, stride=2, ndim=1)
    >>> node = GraphNode(
    ...     name="0",
    ...     class_name="ConvTranspose1d",
    ...     settings={},
    ...     input_shapes=((1, 2, 5),),
    ...     output_shape=[1, 1, 12],
    ...     sources=(INPUT,),
    ...     layer=layer,
    ... )
    >>> find_strides([node], 1)
    [(Fraction(1, 2),)]
    """
    found: list[MapStrides] = []
    start: MapStrides = (Fraction(1),) * axes
    for node in nodes:
        before = [start if source == INPUT else found[source] for source in node.sources]
        known = [strides for strides in before if strides is not None]
        found.append(_strides_after(node, known[0], axes) if known else None)
    return found


def _strides_after(node: GraphNode, before: tuple[Fraction, ...], axes: int) -> MapStrides:
    given, after = node.input, node.output
    if given is None or after is None or not len(given) == len(after) == axes + 2:
        return None
    if given[2:] == after[2:] or node.class_name in _SAME_STRIDE:
        return before
    if node.layer is not None and node.layer.op in _FIXED_SIZES:
        return None
    ratios = _window_ratios(node, axes) or _size_ratios(given[2:], after[2:])
    strides = tuple(stride * ratio for stride, ratio in zip(before, ratios, strict=True))
    return strides if all(map(_is_exact, strides)) else None


def _is_exact(stride: Fraction) -> bool:
    return 0 < stride <= MAX_EXACT_NUMBER and stride.denominator <= MAX_EXACT_NUMBER


def _window_ratios(node: GraphNode, axes: int) -> list[Fraction] | None:
    """By the stride of the layer, where it has one."""
    layer = node.layer
    if layer is None or "stride" not in layer.AXIS_FIELDS or not layer.has_axes(axes):
        return None
    strides = layer.axis_values("stride", axes)
    if not all(isinstance(stride, int) for stride in strides):
        return None
    grows = bool(layer.transposed_windows(axes))
    return [Fraction(1, stride) if grows else Fraction(stride) for stride in strides]


def _size_ratios(before: TensorShape, after: TensorShape) -> list[Fraction]:
    """The nearest whole factor by which each size shrinks or grows; 0 for an empty map."""
    if 0 in (*before, *after):
        return [Fraction(0)] * len(before)
    return [
        Fraction(round(one / other)) if one >= other else 1 / Fraction(round(other / one))
        for one, other in zip(before, after, strict=True)
    ]


def largest_strides(nodes: Sequence[GraphNode], axes: int) -> TensorShape:
    """The number per axis, ΠS, on whose residues the sizes of all maps depend."""
    strides = [each for each in find_strides(nodes, axes) if each is not None]
    return tuple(
        lcm(*(each[axis].numerator for each in strides if each[axis].denominator == 1))
        for axis in range(axes)
    )


def has_skips(nodes: Sequence[GraphNode], axes: int) -> bool:
    """Whether a call reads a map and another one that comes back from a coarser map."""
    strides = find_strides(nodes, axes)
    coarsest: list[Fraction] = []
    for node, own in zip(nodes, strides, strict=True):
        reached = [Fraction(1) if each == INPUT else coarsest[each] for each in node.sources]
        is_map = node.input is not None and len(node.input) == axes + 2
        if is_map and len(reached) > 1 and _is_skip(node, strides, reached):
            return True
        coarsest.append(max([*reached, *(own or ())], default=Fraction(1)))
    return False


def _is_skip(node: GraphNode, strides: Sequence[MapStrides], reached: Sequence[Fraction]) -> bool:
    """Whether one source never was coarser than it is, and another one was."""
    for source, coarsest in zip(node.sources, reached, strict=True):
        own = (Fraction(1),) if source == INPUT else strides[source]
        if own is not None and coarsest == max(own) and coarsest < max(reached):
            return True
    return False
