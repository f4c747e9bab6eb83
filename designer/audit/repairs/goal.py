"""What a repaired network must do."""

from __future__ import annotations

from dataclasses import dataclass

from designer.audit.ops.layer_errors import TensorShape
from designer.audit.trace import AuditNetwork, Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """To run, and to end at ``wanted`` for one sample where that is known.

    ``preferred`` is where such a network ends when its input suits it: it decides between repairs.
    """

    wanted: TensorShape | None = None
    preferred: TensorShape | None = None

    def accepts(self, network: AuditNetwork, end: TensorShape | None) -> bool:
        """Whether a whole shape at the end will do; None is a network that breaks."""
        if end is None:
            return False
        return self.wanted is None or end == (network.batch, *self.wanted)

    def is_reached_by(self, network: AuditNetwork, trace: Trace) -> bool:
        """Whether a trace reaches it."""
        return trace.layer_error is None and self.accepts(network, trace.shapes[-1])

    def misses_preferred(self, trace: Trace) -> bool:
        """Whether a trace that runs ends elsewhere than wished."""
        return self.preferred is not None and trace.output_shape != self.preferred
