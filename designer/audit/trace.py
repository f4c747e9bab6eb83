"""The trace of a network: every layer's output shape, up to the first layer that fails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.layer_errors import LayerError, TensorShape, TraceStep, refuse_too_large


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditNetwork:
    """An existing network: the input shape of one sample, and the layers in order."""

    input_shape: TensorShape
    layers: tuple[AuditLayer, ...]
    batch: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One step per layer that runs, and the error of the first layer that fails.

    ``shapes`` starts with the input; every shape includes the batch axis, which comes first.
    """

    shapes: tuple[TensorShape, ...]
    steps: tuple[TraceStep, ...]
    layer_error: LayerError | None = None

    @property
    def fails_at(self) -> int | None:
        """Index of the first layer that fails, None if all run."""
        return None if self.layer_error is None else len(self.steps)

    @property
    def output_shape(self) -> TensorShape | None:
        """Output shape of one sample, None if a layer fails."""
        return None if self.layer_error is not None else self.shapes[-1][1:]


def trace_network(network: AuditNetwork) -> Trace:
    """The trace of a network.

    >>> from designer.audit.ops.linear_and_reshape import LinearLayer
    >>> layer = LinearLayer(in_features=8, out_features=2)
    >>> trace_network(AuditNetwork(input_shape=(8,), layers=(layer,))).output_shape
    (2,)
    >>> trace_network(AuditNetwork(input_shape=(8,), layers=(layer, layer))).fails_at
    1
    """
    return continue_trace([(network.batch, *network.input_shape)], [], network.layers)


def continue_trace(
    shapes: Sequence[TensorShape], steps: Sequence[TraceStep], layers: Sequence[AuditLayer]
) -> Trace:
    """The trace of further layers, continued from the shapes and steps of earlier ones."""
    seen, done = list(shapes), list(steps)
    for layer in layers:
        try:
            step = layer.step(seen[-1], seen)
            refuse_too_large(step.shape, seen[0][0])
        except LayerError as layer_error:
            return Trace(shapes=tuple(seen), steps=tuple(done), layer_error=layer_error)
        seen.append(step.shape)
        done.append(step)
    return Trace(shapes=tuple(seen), steps=tuple(done))
