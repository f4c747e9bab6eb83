"""Calls as R3GAN has them: resamplers of each channel by itself, and a map for each channel."""

from __future__ import annotations

from collections.abc import Sequence

from designer.audit.graph.model import GraphNode
from designer.audit.ops.layer_errors import TensorShape


def is_resampler(node: GraphNode) -> bool:
    """Whether a call changes the size of each channel by itself, by a stride and without a bias."""
    layer, sizes = node.layer, (node.input or ())[2:]
    if layer is None or not _scales_channels(node):
        return False
    return min(layer.axis_values("stride", len(sizes))) > 1


def is_basis(node: GraphNode) -> bool:
    """Whether a call makes a map of one position, or one position of a map, by a number for each of it."""
    before, after = (node.input or ())[2:], (node.output or ())[2:]
    ends: set[TensorShape] = {before, after}
    is_whole = (1,) * len(before) in ends and len(ends) == 2
    return is_whole and _scales_channels(node) and not is_resampler(node)


def has_basis_and_resamplers(nodes: Sequence[GraphNode]) -> bool:
    """Whether a network has both.

    >>> has_basis_and_resamplers([])
    False
    """
    return any(map(is_resampler, nodes)) and any(map(is_basis, nodes))


def _scales_channels(node: GraphNode) -> bool:
    """Whether a call is a convolution of each channel by itself without a bias."""
    layer = node.layer
    if layer is None or node.input is None:
        return False
    return layer.is_depthwise and not layer.adds_bias
