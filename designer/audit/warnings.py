"""Warnings about layers that run."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import prod

from designer.audit.length_law import length_warnings
from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.trace import AuditNetwork, Trace
from designer.reasons import Reason, make_reason


def layer_warnings(network: AuditNetwork, trace: Trace, index: int) -> list[Reason]:
    """The warnings of a layer that ran.

    >>> from designer.audit.ops.conv import ConvLayer
    >>> layer = ConvLayer(in_channels=1, out_channels=1, kernel_size=2, stride=2)
    >>> from designer.audit.trace import trace_network
    >>> network = AuditNetwork(input_shape=(1, 5), layers=(layer,))
    >>> [each.sentence for each in layer_warnings(network, trace_network(network), 0)]
    ['1 of 5 positions along axis 0 is never read.']
    """
    layer = network.layers[index]
    before, after = trace.shapes[index], trace.shapes[index + 1]
    found = [*window_warnings(layer, before, after)]
    found += _norm_warnings(network, index, after)
    found += _batch_warnings(network, before, after)
    if index == len(network.layers) - 1:
        found += _critic_warnings(network, trace)
        found += length_warnings(network, trace)
    return found


@lru_cache(maxsize=4096)
def window_warnings(
    layer: AuditLayer, before: TensorShape, after: TensorShape
) -> tuple[Reason, ...]:
    """Warnings about a layer's windows; cached, since a search meets the same layers often.

    >>> from designer.audit.ops.conv import ConvLayer
    >>> layer = ConvLayer(in_channels=1, out_channels=1, kernel_size=2, stride=2)
    >>> window_warnings(layer, (1, 1, 6), (1, 1, 3))
    ()
    """
    return tuple(layer.window_warnings(before, after))


def _norm_warnings(network: AuditNetwork, index: int, after: TensorShape) -> list[Reason]:
    layer = network.layers[index]
    found: list[Reason] = []
    if getattr(layer, "bias", False) and _is_normed(network, index):
        found.append(make_reason("useless_bias"))
    if _is_norm(layer, "batch") and prod(after) == after[1]:
        found.append(make_reason("batch_norm_of_one_value", shape=after[1:]))
    if _is_norm(layer, "instance") and len(after) > 2 and prod(after[2:]) == 1:
        found.append(make_reason("instance_norm_of_one_position", shape=after[1:]))
    return found


def _is_normed(network: AuditNetwork, index: int) -> bool:
    """Whether a norm over each channel follows directly."""
    layer = network.layers[index]
    follower = network.layers[index + 1] if index + 1 < len(network.layers) else None
    if follower is not None and follower.norm_kind in ("batch", "instance"):
        return not layer.activation
    return _is_norm(layer, "batch") or _is_norm(layer, "instance")


def _is_norm(layer: AuditLayer, kind: str) -> bool:
    """Whether the layer's own norm, applied after it, is of a kind; ``norm`` is free text."""
    text = (layer.norm or "").lower()
    return kind in text and "pre" not in text


def _batch_warnings(network: AuditNetwork, before: TensorShape, after: TensorShape) -> list[Reason]:
    if before[0] == after[0] or before[0] != network.batch:
        return []
    return [make_reason("mixed_samples", size=after[0], batch=before[0])]


def _critic_warnings(network: AuditNetwork, trace: Trace) -> list[Reason]:
    """A warning for scores without sigmoid or softmax from a shrinking network with batch norm."""
    layer, end, start = network.layers[-1], trace.shapes[-1], trace.shapes[0]
    scores = len(end) >= 2 and end[1] == 1 and prod(end[2:]) < prod(start[2:])
    normed = any(_is_norm(each, "batch") or each.norm_kind == "batch" for each in network.layers)
    if not (scores and normed) or _has_squashing_activation(layer):
        return []
    return [make_reason("perhaps_critic_with_batch_norm")]


def _has_squashing_activation(layer: AuditLayer) -> bool:
    return any(name in (layer.activation or "").lower() for name in ("sigmoid", "softmax"))


def all_warnings(network: AuditNetwork, trace: Trace) -> Sequence[list[Reason]]:
    """The warnings of every layer that ran."""
    return [layer_warnings(network, trace, index) for index in range(len(trace.steps))]
