"""Which input pixels a position of a node depends on, borders ignored.

Along one axis, position k of a map depends on the pixels from ``first + k·stride`` to
``last + k·stride``, rounded inwards. A strided convolution multiplies the stride, a transposed one
divides it (Araujo et al., 2019, Computing Receptive Fields of Convolutional Neural Networks).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from designer.audit.graph.model import INPUT, GraphNode
from designer.audit.ops.layer import AxisReach

POINTWISE_CLASSES = frozenset(
    [
        "ReLU",
        "ReLU6",
        "LeakyReLU",
        "PReLU",
        "RReLU",
        "ELU",
        "SELU",
        "CELU",
        "GELU",
        "SiLU",
        "Mish",
        "Sigmoid",
        "LogSigmoid",
        "Tanh",
        "Hardtanh",
        "Hardsigmoid",
        "Hardswish",
        "Softplus",
        "Softsign",
        "Softmax2d",
        "Identity",
        "Dropout",
        "Dropout1d",
        "Dropout2d",
        "Dropout3d",
        "AlphaDropout",
        "FeatureAlphaDropout",
        "BatchNorm1d",
        "BatchNorm2d",
        "BatchNorm3d",
        "SyncBatchNorm",
        "InstanceNorm1d",
        "InstanceNorm2d",
        "InstanceNorm3d",
        "GroupNorm",
        "LocalResponseNorm",
        "ConstantPad1d",
    ]
)
"""Classes whose output at a position depends on that position; statistics of a norm do not count."""

MAX_EXACT_NUMBER = 2**53
"""Largest number up to which every whole number is a floating-point number, too."""

JOINING_FUNCTIONS = frozenset(
    [
        "cat",
        "concat",
        "concatenate",
        "add",
        "iadd",
        "radd",
        "sub",
        "isub",
        "rsub",
        "mul",
        "imul",
        "rmul",
    ]
)
"""Functions of several maps of one size that depend on the same position of each."""


@dataclass(frozen=True, slots=True)
class Reach:
    """The pixels of position k: from ``first + k·stride`` to ``last + k·stride``, along one axis.

    >>> reach = Reach(Fraction(-1), Fraction(2), Fraction(2))
    >>> reach.pixels, reach.offset
    (4, -1)
    """

    first: Fraction
    last: Fraction
    stride: Fraction

    @property
    def pixels(self) -> int:
        """The receptive field: the number of pixels of the position that depends on most."""
        return floor(self.last - self.first) + 1

    @property
    def is_exact(self) -> bool:
        """Whether its numbers are so small that JSON has them exactly."""
        parts = (self.first, self.last, self.stride)
        return all(max(abs(part.numerator), part.denominator) <= MAX_EXACT_NUMBER for part in parts)

    @property
    def offset(self) -> int:
        """The first pixel of position 0; negative in the padding."""
        return ceil(self.first)

    def followed_by(self, step: AxisReach) -> Reach:
        """The reach after one more layer, whose position k reads ``step`` of this map."""
        first, last, stride = step
        return Reach(
            self.first + first * self.stride,
            self.last + last * self.stride,
            self.stride * stride,
        )


IDENTITY = Reach(Fraction(0), Fraction(0), Fraction(1))

Reaches = tuple[Reach, ...] | None
"""One reach per axis; None where a position depends on the whole input, or it is not known or huge."""


def find_reaches(nodes: Sequence[GraphNode], input_axes: int) -> list[Reaches]:
    """The reach of each node, for a network whose input has so many axes besides channels."""
    found: list[Reaches] = []
    start: Reaches = (IDENTITY,) * input_axes if input_axes else None
    for node in nodes:
        before = [start if source == INPUT else found[source] for source in node.sources]
        found.append(_node_reach(node, before))
    return found


def _node_reach(node: GraphNode, before: Sequence[Reaches]) -> Reaches:
    known = [reaches for reaches in before if reaches is not None]
    if not known or len(known) < len(before) or node.input is None or node.output is None:
        return None
    if not node.is_module and node.class_name in JOINING_FUNCTIONS:
        return _union(known)
    if len(known) > 1:
        return None
    axes = len(known[0])
    same = node.input[-axes:] == node.output[-axes:]
    if node.layer is None or node.layer.norm_kind is not None:
        return known[0] if node.known_class in POINTWISE_CLASSES and same else None
    steps = node.layer.axis_reaches(node.input, node.output)
    if steps is None or len(steps) != axes:
        return None
    reached = [reach.followed_by(step) for reach, step in zip(known[0], steps, strict=True)]
    return tuple(reached) if all(reach.is_exact for reach in reached) else None


def _union(known: Sequence[tuple[Reach, ...]]) -> Reaches:
    joined: list[Reach] = []
    if len({len(reaches) for reaches in known}) > 1:
        return None
    for parts in zip(*known, strict=True):
        if len({part.stride for part in parts}) > 1:
            return None
        first, last = min(part.first for part in parts), max(part.last for part in parts)
        joined.append(Reach(first, last, parts[0].stride))
    return tuple(joined)
