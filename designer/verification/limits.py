"""What a verifying process may use, and up to which predicted cost a text is run at all.

Two kinds of bound, kept apart: ``Limits`` stop a process (an accident, never a verdict), and a
``WidthPolicy`` decides before anything is started, from predicted figures alone, how wide the
networks are built. The policy is part of the receipt; the same on every replica, the same for ever.
"""

from __future__ import annotations

from dataclasses import dataclass

GIB = 2**30
MIB = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one verification in a process of its own; past one it is stopped.

    ``timeout_s`` and ``cpu_s`` are seconds per text, ``full_level_s`` both of a text at level
    ``full``, ``memory_bytes`` is ``RLIMIT_DATA``,
    ``file_bytes`` the largest file, ``reply_bytes`` the longest answer.
    """

    timeout_s: float = 120.0
    cpu_s: int = 120
    full_level_s: int = 900
    memory_bytes: int = 6 * GIB
    file_bytes: int = 256 * MIB
    open_files: int = 256
    processes: int = 24
    reply_bytes: int = 16 * MIB

    def time_limits(self, level: str | None) -> tuple[float, int]:
        """Wall clock and processor time of a job at this level; None is any other job."""
        return (
            (self.full_level_s, self.full_level_s)
            if level == "full"
            else (self.timeout_s, self.cpu_s)
        )

    def __post_init__(self) -> None:
        for name in self.__slots__:
            assert getattr(self, name) > 0, f"{name} must be above 0, got {getattr(self, name)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WidthPolicy:
    """Predicted cost of one sample through both networks, up to which they are run.

    A text runs at full width up to ``full_multiply_adds`` and ``full_bytes``. Above one of them its
    base_channels are halved until the cost is at most ``reduced_multiply_adds`` and
    ``reduced_bytes``; where one channel is still too dear, it is not run. Level ``full`` never narrows: it runs up to
    ``full_level_multiply_adds`` and ``full_level_bytes``. The bytes are those of
    parameters and activations.
    """

    full_multiply_adds: int = 5 * 10**9
    full_bytes: int = 512 * MIB
    full_level_multiply_adds: int = 150 * 10**9
    full_level_bytes: int = 3 * GIB // 2
    reduced_multiply_adds: int = 10**9
    reduced_bytes: int = 512 * MIB
