"""Warnings about layers that run."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import prod

from designer.audit.ops.conv import ConvLayer
from designer.audit.ops.conv_transpose import ConvTransposeLayer
from designer.audit.ops.convolutions import ConvolutionLayer
from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.layer_errors import TensorShape, format_sizes
from designer.audit.ops.linear_and_reshape import LinearLayer
from designer.audit.ops.norms import InstanceNormLayer, NormLayer
from designer.audit.ops.pooling import PoolLayer
from designer.audit.trace import AuditNetwork, Trace
from designer.geometry.axis import kernel_span, unread_positions


def layer_warnings(network: AuditNetwork, trace: Trace, index: int) -> list[str]:
    """The warnings of a layer that ran.

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

    >>> window_warnings(ConvTransposeLayer(in_channels=1, out_channels=1, kernel_size=4, stride=2),
    ...                 (1, 1, 5), (1, 1, 12))
    ()
    """
    if isinstance(layer, ConvLayer | PoolLayer):
        return tuple(_read_warnings(layer, before, after))
    return tuple(_overlap_warnings(layer, before)) if isinstance(layer, ConvTransposeLayer) else ()


def _read_warnings(
    layer: ConvLayer | PoolLayer, before: TensorShape, after: TensorShape
) -> list[str]:
    axes = layer.axes(before)
    kernels, dilations = layer.axis_values("kernel_size", axes), layer.axis_values("dilation", axes)
    strides = kernels if layer.stride is None else layer.axis_values("stride", axes)
    found = []
    sizes, outputs = before[-axes:], after[-axes:]
    spans = [kernel_span(f, d) for f, d in zip(kernels, dilations, strict=True)]
    if any(span > size for span, size in zip(spans, sizes, strict=True)):
        found.append(
            f"The kernel spans {format_sizes(spans)}, more than the map of {format_sizes(sizes)} it reads: much of"
            " it only covers padding."
        )
    if layer.padding == "same":
        return found
    paddings = (0,) * axes if layer.padding == "valid" else layer.axis_values("padding", axes)
    for axis, (f, s, p, d) in enumerate(zip(kernels, strides, paddings, dilations, strict=True)):
        unread = unread_positions(
            sizes[axis], positions=outputs[axis], kernel_size=f, stride=s, padding=p, dilation=d
        )
        if unread:
            verb = "is" if unread == 1 else "are"
            found.append(
                f"{unread} of {sizes[axis]} positions along axis {axis} {verb} never read."
            )
    return found


def _overlap_warnings(layer: ConvTransposeLayer, before: TensorShape) -> list[str]:
    return [
        f"Uneven overlap along axis {axis}: kernel_size {window.kernel_size} is no multiple of"
        f" stride {window.stride}"
        + (
            f", or dilation {window.dilation} shares a divisor with it"
            if window.dilation > 1
            else ""
        )
        + ": a checkerboard is likely."
        for axis, window in enumerate(layer.windows(layer.axes(before)))
        if not window.overlaps_evenly
    ]


def _norm_warnings(network: AuditNetwork, index: int, after: TensorShape) -> list[str]:
    layer = network.layers[index]
    found: list[str] = []
    if (
        isinstance(layer, ConvolutionLayer | LinearLayer)
        and layer.bias
        and _is_normed(network, index)
    ):
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
    if isinstance(follower, NormLayer | InstanceNormLayer):
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
    normed = any(_is_norm(each, "batch") or each.op == "norm" for each in network.layers)
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
