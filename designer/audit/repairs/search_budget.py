"""Budget of a search, counted in layer steps instead of seconds, so that answers repeat."""

from __future__ import annotations

from collections.abc import Sequence

from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.layer_errors import LayerError, TensorShape, refuse_too_large
from designer.audit.trace import AuditNetwork, Trace, trace_network


class SearchBudget:
    """A budget of layer steps, and the traces that are charged to it."""

    def __init__(self, steps: int) -> None:
        self.remaining = steps
        self._ends: dict[tuple[int, TensorShape], TensorShape | None] = {}

    @property
    def is_spent(self) -> bool:
        """Whether no steps are left."""
        return self.remaining <= 0

    def trace(self, network: AuditNetwork) -> Trace:
        """The trace of a network."""
        self.remaining -= len(network.layers) + 4
        return trace_network(network)

    def end_after(
        self, network: AuditNetwork, seen: Sequence[TensorShape], index: int, shape: TensorShape
    ) -> TensorShape | None:
        """Output shape of the network if layer ``index`` has output ``shape``, None if it fails.

        ``seen`` has the shapes up to that layer's input. Results are cached: many edits of a layer
        lead to the same shape.
        """
        key = (index, shape)
        if key not in self._ends:
            self._ends[key] = self._run([*seen[: index + 1], shape], network.layers[index + 1 :])
        return self._ends[key]

    def step(self, layer: AuditLayer, seen: Sequence[TensorShape]) -> TensorShape | None:
        """Output shape of one layer for the last shape seen, None if the layer fails."""
        self.remaining -= 1
        try:
            shape = layer.step(seen[-1], seen).shape
            refuse_too_large(shape, seen[0][0])
        except LayerError:
            return None
        return shape

    def _run(self, seen: list[TensorShape], layers: Sequence[AuditLayer]) -> TensorShape | None:
        for layer in layers:
            shape = self.step(layer, seen)
            if shape is None:
                return None
            seen.append(shape)
        return seen[-1]
