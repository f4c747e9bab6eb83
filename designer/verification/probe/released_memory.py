"""Returns freed memory to the operating system.

Of freed blocks below 32 MiB, glibc keeps those between live ones: some 200 MB after the passes of a
large network, on top of what the next stage takes.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

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


_TRIM, _STATE, _SET_OPTION = (
    getattr(ctypes.CDLL(None), name, None) for name in ("malloc_trim", "mallinfo2", "mallopt")
)
"""Functions of glibc; other C libraries have none of them, old ones not the second."""

_MMAP_THRESHOLD = -3
"""glibc's option: bytes of the smallest blocks that are taken from the system and returned one by one."""

_SMALL_BLOCK, _LARGE_BLOCK = 2**20, 2**25

if _STATE is not None:
    _STATE.restype = _AllocatorState


_STATM = Path("/proc/self/statm")
"""Pages of this process: in all, resident, and of files."""


def _anonymous_bytes() -> int | None:
    """Resident memory of this process that is not of files; None where the system does not tell."""
    with suppress(OSError, ValueError):
        resident, of_files = _STATM.read_text().split()[1:3]
        return (int(resident) - int(of_files)) * os.sysconf("SC_PAGE_SIZE")
    return None


_AT_START = _anonymous_bytes() or 0


def release_memory() -> None:
    """Return the freed memory of this process if there is much of it, where the C library can."""
    held = _anonymous_bytes()
    if held is not None and held < _AT_START + _WORTH_RETURNING:
        return  # glibc looks at each free block to count them, which takes milliseconds
    if _TRIM is not None and (_STATE is None or _STATE().fordblks >= _WORTH_RETURNING):
        _TRIM(0)


@contextmanager
def blocks_returned_at_once(*, large: bool) -> Iterator[None]:
    """While active, blocks from 1 MiB on go back to the system once they are freed, if ``large``.

    Each costs the system's time to be taken again; of large networks, those kept would be hundreds
    of megabytes.
    """
    if not large or _SET_OPTION is None:
        yield
        return
    _SET_OPTION(_MMAP_THRESHOLD, _SMALL_BLOCK)
    try:
        yield
    finally:
        _SET_OPTION(_MMAP_THRESHOLD, _LARGE_BLOCK)
