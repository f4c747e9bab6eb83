"""Budget of a search, counted in layer steps instead of seconds, so that answers repeat."""

from __future__ import annotations

from collections.abc import Sequence

from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.layer_errors import LayerError, TensorShape, refuse_too_large
from designer.audit.trace import AuditNetwork, Trace, trace_network
from designer.errors.turns import spend_steps

Ends = dict[tuple[int, TensorShape, tuple[TensorShape, ...]], TensorShape | None]
"""Output shapes of a network by layer, that layer's output, and the shapes that skips read."""

LAYER_STEPS_PER_CHECK = 250
"""Layer steps after which a search looks whether it is cancelled, and whether it is its turn."""

STEP_COST = 20
"""Steps of a search for chains that take as long as one layer step."""


class SearchBudget:
    """A budget of layer steps, and the traces that are charged to it."""

    def __init__(self, steps: int) -> None:
        self.remaining = steps
        self._unchecked = 0
        self._network: AuditNetwork | None = None
        self._ends: Ends = {}
        self._ends_by_network: dict[AuditNetwork, Ends] = {}

    @property
    def is_spent(self) -> bool:
        """Whether no steps are left."""
        return self.remaining <= 0

    def spend(self, steps: int) -> None:
        """Take layer steps from the budget, which may end below zero.

        Raises:
            Cancelled: if no caller waits for the audit any more.
            Overloaded: if too many computations wait for their turn.
        """
        self.remaining -= steps
        self._unchecked += steps
        if self._unchecked >= LAYER_STEPS_PER_CHECK:
            unchecked, self._unchecked = self._unchecked, 0
            spend_steps(STEP_COST * unchecked)

    def trace(self, network: AuditNetwork) -> Trace:
        """The trace of a network.

        Raises:
            Cancelled: if no caller waits for the audit any more.
            Overloaded: if too many computations wait for their turn.
        """
        self.spend(len(network.layers) + 4)
        return trace_network(network)

    def end_after(
        self, network: AuditNetwork, seen: Sequence[TensorShape], index: int, shape: TensorShape
    ) -> TensorShape | None:
        """Output shape of the network if layer ``index`` has output ``shape``, None if it fails.

        ``seen`` has the shapes up to that layer's input. Results are cached, since many edits of a
        layer lead to the same shape: by the network and all shapes that its later layers read.
        """
        ends = self._ends_of(network)
        key = (index, shape, _skip_shapes(network, seen, index))
        if key not in ends:
            ends[key] = self._run([*seen[: index + 1], shape], network.layers[index + 1 :])
        return ends[key]

    def _ends_of(self, network: AuditNetwork) -> Ends:
        """The cached results of a network; mostly it is the one of the last call."""
        if network is not self._network:
            self._network, self._ends = network, self._ends_by_network.setdefault(network, {})
        return self._ends

    def step(self, layer: AuditLayer, seen: Sequence[TensorShape]) -> TensorShape | None:
        """Output shape of one layer for the last shape seen, None if the layer fails."""
        self.spend(1)
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


def _skip_shapes(
    network: AuditNetwork, seen: Sequence[TensorShape], index: int
) -> tuple[TensorShape, ...]:
    """The shapes before layer ``index`` that skips after it read."""
    return tuple(
        seen[layer.skip_source + 1]
        for layer in network.layers[index + 1 :]
        if layer.skip_source is not None and layer.skip_source < index
    )
