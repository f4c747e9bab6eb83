"""How much a search may do: counted in layers stepped, never in seconds, so that answers repeat."""

from __future__ import annotations

from collections.abc import Sequence

from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.layer_errors import LayerError, TensorShape, refuse_too_large
from designer.audit.trace import AuditNetwork, Trace, trace_network


class SearchBudget:
    """A budget of layer steps, and the traces that were paid from it."""

    def __init__(self, steps: int) -> None:
        self.remaining = steps
        self._ends: dict[tuple[int, TensorShape], TensorShape | None] = {}

    @property
    def is_spent(self) -> bool:
        """Whether nothing is left."""
        return self.remaining <= 0

    def trace(self, network: AuditNetwork) -> Trace:
        """A whole trace."""
        self.remaining -= len(network.layers) + 4
        return trace_network(network)

    def end_after(
        self, network: AuditNetwork, seen: Sequence[TensorShape], index: int, shape: TensorShape
    ) -> TensorShape | None:
        """The shape that the layers behind ``index`` make of another output of layer ``index``.

        ``seen`` are the shapes up to that layer's input. None where one breaks. Remembered: many
        edits of a layer give the same shape.
        """
        key = (index, shape)
        if key not in self._ends:
            self._ends[key] = self._run([*seen[: index + 1], shape], network.layers[index + 1 :])
        return self._ends[key]

    def step(self, layer: AuditLayer, seen: Sequence[TensorShape]) -> TensorShape | None:
        """The shape that one layer makes of the last one seen, None where it breaks."""
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
