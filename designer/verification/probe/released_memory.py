"""Returns freed memory to the operating system.

Of freed blocks below 32 MiB, glibc keeps those between live ones: some 200 MB after the passes of a
large network, on top of what the next stage takes.
"""

from __future__ import annotations

import ctypes

_WORTH_RETURNING = 2**28
"""Bytes; memory that is returned costs time when it is taken again."""


class _AllocatorState(ctypes.Structure):
    """glibc's ``struct mallinfo2``; ``fordblks`` are the bytes in free blocks."""

    _fields_ = (
        ("arena", ctypes.c_size_t),
        ("ordblks", ctypes.c_size_t),
        ("smblks", ctypes.c_size_t),
        ("hblks", ctypes.c_size_t),
        ("hblkhd", ctypes.c_size_t),
        ("usmblks", ctypes.c_size_t),
        ("fsmblks", ctypes.c_size_t),
        ("uordblks", ctypes.c_size_t),
        ("fordblks", ctypes.c_size_t),
        ("keepcost", ctypes.c_size_t),
    )


_TRIM, _STATE = (getattr(ctypes.CDLL(None), name, None) for name in ("malloc_trim", "mallinfo2"))
"""Functions of glibc; other C libraries have neither, old ones only the first."""

if _STATE is not None:
    _STATE.restype = _AllocatorState


def release_memory() -> None:
    """Return the freed memory of this process if there is much of it, where the C library can."""
    if _TRIM is not None and (_STATE is None or _STATE().fordblks >= _WORTH_RETURNING):
        _TRIM(0)
