"""Limits of a verifying process, and the predicted cost up to which a source is run.

``Limits`` stop a process, which is an accident and never a verdict. ``WidthPolicy`` decides before
the start, from predicted cost alone, how wide the networks are built. It is part of a receipt's
key, the same on every replica.
"""

from __future__ import annotations

from dataclasses import dataclass

GIB = 2**30
MIB = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of one verification; a process that exceeds one is stopped.

    ``timeout_s`` is wall-clock time and ``cpu_s`` CPU time in seconds per source; ``full_level_s``
    is both at level ``full``, ``trace_s`` both for the source of an audit, ``trial_s`` both for one
    seed of a trial. ``memory_bytes`` is ``RLIMIT_DATA``, ``file_bytes`` the largest file,
    ``scratch_bytes`` all files together, ``reply_bytes`` the longest reply.
    """

    timeout_s: float = 120.0
    cpu_s: int = 120
    full_level_s: int = 900
    trace_s: int = 20
    trial_s: int = 900
    memory_bytes: int = 6 * GIB
    file_bytes: int = 64 * MIB
    scratch_bytes: int = 64 * MIB
    open_files: int = 256
    processes: int = 24
    reply_bytes: int = 16 * MIB

    def time_limits(self, level: str | None) -> tuple[float, int]:
        """Wall-clock and CPU seconds of a job at this level; None is a job without a level."""
        if level == "trace":
            return self.trace_s, self.trace_s
        if level == "full":
            return self.full_level_s, self.full_level_s
        if level == "trial":
            return self.trial_s, self.trial_s
        return self.timeout_s, self.cpu_s

    def __post_init__(self) -> None:
        for name in self.__slots__:
            assert getattr(self, name) > 0, f"{name} must be above 0, got {getattr(self, name)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WidthPolicy:
    """Limits on the predicted cost of one sample through all networks.

    A source runs at full width up to ``full_multiply_adds`` and ``full_bytes``. Above either, its
    base_channels are halved until the cost is at most ``reduced_multiply_adds`` and
    ``reduced_bytes``; if the narrowest networks are still too expensive, it is not run. Level ``full`` never
    reduces the width: it runs up to ``full_level_multiply_adds`` and ``full_level_bytes``. Bytes
    are those of parameters, the largest gradient and activations. At level ``standard``, channels of
    the picture and numbers of the input are halved, too, where that is not enough, and the widths
    are reduced until a stage of the probe takes at most ``pass_bytes`` besides Python and torch.
    """

    full_multiply_adds: int = 5 * 10**9
    full_bytes: int = 512 * MIB
    full_level_multiply_adds: int = 150 * 10**9
    full_level_bytes: int = 3 * GIB // 2
    reduced_multiply_adds: int = 10**9
    reduced_bytes: int = 512 * MIB
    pass_bytes: int = 704 * MIB
