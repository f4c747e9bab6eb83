"""The goal of a repair."""

from __future__ import annotations

from dataclasses import dataclass

from designer.audit.ops.layer_errors import TensorShape
from designer.audit.trace import AuditNetwork, Trace
from designer.audit.wanted_shape import assume_wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """The network runs, and its output for one sample has the shape ``wanted`` if that is known.

    ``preferred`` is the output shape of the network for inputs that fit; it decides between repairs.
    """

    wanted: TensorShape | None = None
    preferred: TensorShape | None = None

    def accepts(self, network: AuditNetwork, end: TensorShape | None) -> bool:
        """Whether an output shape with its batch is accepted; None means that a layer fails."""
        if end is None:
            return False
        return self.wanted is None or end == (network.batch, *self.wanted)

    def is_reached_by(self, network: AuditNetwork, trace: Trace) -> bool:
        """Whether a trace reaches the goal: without a wanted shape, the one that would be assumed."""
        if trace.layer_error is not None or not self.accepts(network, trace.shapes[-1]):
            return False
        if self.wanted is not None:
            return True
        assumed = assume_wanted(trace.shapes, trace.shapes[-1], None)
        return assumed is None or trace.shapes[-1][1:] == assumed.shape

    def misses_preferred(self, trace: Trace) -> bool:
        """Whether the output shape of a trace differs from the preferred one."""
        return self.preferred is not None and trace.output_shape != self.preferred
