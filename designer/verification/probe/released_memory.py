"""Returns freed memory to the operating system.

Of freed blocks below 32 MiB, glibc keeps those between live ones: some 200 MB after the passes of a
large network, on top of what the next stage takes.
"""

from __future__ import annotations

import ctypes

_TRIM = getattr(ctypes.CDLL(None), "malloc_trim", None)
"""glibc's ``malloc_trim``; other C libraries have none."""


def release_memory() -> None:
    """Return the freed memory of this process, where the C library can."""
    if _TRIM is not None:
        _TRIM(0)
