"""Warnings about layers that run."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import prod

from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.layer_errors import TensorShape, format_sizes
from designer.audit.trace import AuditNetwork, Trace


def layer_warnings(network: AuditNetwork, trace: Trace, index: int) -> list[str]:
    """The warnings of a layer that ran.

    >>> from designer.audit.ops.conv import ConvLayer
    >>> layer = ConvLayer(in_channels=1, out_channels=1, kernel_size=2, stride=2)
    >>> from designer.audit.trace import trace_network
    >>> network = AuditNetwork(input_shape=(1, 5), layers=(layer,))
    >>> layer_warnings(network, trace_network(network), 0)
    ['1 of 5 positions along axis 0 is never read.']
    """
    layer = network.layers[index]
    before, after = trace.shapes[index], trace.shapes[index + 1]
    found = [*window_warnings(layer, before, after)]
    found += _norm_warnings(network, index, after)
    found += _batch_warnings(network, before, after)
    if index == len(network.layers) - 1:
        found += _critic_warnings(network, trace)
    return found


@lru_cache(maxsize=4096)
def window_warnings(layer: AuditLayer, before: TensorShape, after: TensorShape) -> tuple[str, ...]:
    """Warnings about a layer's windows; cached, since a search meets the same layers often.

    >>> from designer.audit.ops.conv import ConvLayer
    >>> layer = ConvLayer(in_channels=1, out_channels=1, kernel_size=2, stride=2)
    >>> window_warnings(layer, (1, 1, 6), (1, 1, 3))
    ()
    """
    return tuple(layer.window_warnings(before, after))


def _norm_warnings(network: AuditNetwork, index: int, after: TensorShape) -> list[str]:
    layer = network.layers[index]
    found: list[str] = []
    if getattr(layer, "bias", False) and _is_normed(network, index):
        found.append("The bias does nothing: the norm that follows subtracts the mean.")
    if _is_norm(layer, "batch") and prod(after) == after[1]:
        found.append(
            f"A batch norm of {format_sizes(after[1:])} with a batch of 1 has one value per channel: torch"
            " refuses it in training mode."
        )
    if _is_norm(layer, "instance") and len(after) > 2 and prod(after[2:]) == 1:
        found.append(
            f"An instance norm of {format_sizes(after[1:])} has one position per channel: torch refuses it in"
            " training mode."
        )
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


def _batch_warnings(network: AuditNetwork, before: TensorShape, after: TensorShape) -> list[str]:
    if before[0] == after[0] or before[0] != network.batch:
        return []
    return [
        f"The first axis becomes {after[0]} where the batch was {before[0]}: torch raises no error,"
        " but samples are mixed here."
    ]


def _critic_warnings(network: AuditNetwork, trace: Trace) -> list[str]:
    """A warning for scores without sigmoid or softmax from a shrinking network with batch norm."""
    layer, end, start = network.layers[-1], trace.shapes[-1], trace.shapes[0]
    scores = len(end) >= 2 and end[1] == 1 and prod(end[2:]) < prod(start[2:])
    normed = any(_is_norm(each, "batch") or each.norm_kind == "batch" for each in network.layers)
    if not (scores and normed) or _has_squashing_activation(layer):
        return []
    return [
        "If this is a critic with a gradient penalty, it must have no batch norm: the penalty is"
        " computed per sample, and a batch norm makes samples depend on each other."
    ]


def _has_squashing_activation(layer: AuditLayer) -> bool:
    return any(name in (layer.activation or "").lower() for name in ("sigmoid", "softmax"))


def all_warnings(network: AuditNetwork, trace: Trace) -> Sequence[list[str]]:
    """The warnings of every layer that ran."""
    return [layer_warnings(network, trace, index) for index in range(len(trace.steps))]
