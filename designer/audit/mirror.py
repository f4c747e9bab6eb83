"""The mirror of a network: the decoder of an encoder, and the reverse."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.ops.registry import build_audit_layer
from designer.audit.trace import AuditNetwork, Trace, continue_trace
from designer.reasons import Reason, make_reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """The mirrored network, and a sentence about each layer that it leaves out."""

    network: AuditNetwork
    left_out: tuple[Reason, ...]


def mirror_network(network: AuditNetwork, trace: Trace) -> Mirror:
    """The mirror of a network that runs: it passes the same sizes in reverse order.

    Norm and activation belong to a map: the mirror of a layer takes those of the layer before it,
    the mirror of the first layer has none.

    >>> from designer.audit.ops.conv import ConvLayer
    >>> from designer.audit.trace import trace_network
    >>> encoder = ConvLayer(in_channels=3, out_channels=8, kernel_size=3, stride=2, padding=1)
    >>> network = AuditNetwork(input_shape=(3, 28, 27), layers=(encoder,))
    >>> back = mirror_network(network, trace_network(network)).network.layers[0]
    >>> back.op, back.output_padding
    ('conv_transpose', (1, 0))
    """
    back: list[AuditLayer] = []
    left_out: list[Reason] = []
    for index in range(len(network.layers) - 1, -1, -1):
        layer = network.layers[index]
        before, after = trace.shapes[index], trace.shapes[index + 1]
        reversed_layers = [*map(build_audit_layer, layer.reversed_layers(before, after))]
        if not _restores(reversed_layers, before, after):
            reversed_layers = []
        if not reversed_layers and layer.norm_kind is None:
            facts = {"op": layer.op, "before": before[1:], "after": after[1:]}
            left_out.append(make_reason("not_mirrored", index=index, **facts))
        for earlier in network.layers[max(index - 1, 0) : index]:
            values: dict[str, Any] = {"norm": earlier.norm, "activation": earlier.activation}
            reversed_layers = [replace(each, **values) for each in reversed_layers]
        back += reversed_layers
    input_shape = trace.shapes[-1][1:]
    mirrored = replace(network, input_shape=input_shape, layers=tuple(back))
    return Mirror(network=mirrored, left_out=tuple(left_out))


def _restores(reversed_layers: list[AuditLayer], before: TensorShape, after: TensorShape) -> bool:
    """Whether the layers turn ``after`` into ``before`` and the batch is the same in both."""
    trace = continue_trace([after], [], reversed_layers)
    return trace.layer_error is None and trace.shapes[-1] == before and before[0] == after[0]
