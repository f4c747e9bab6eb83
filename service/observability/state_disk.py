"""The disk of the state folder as a part of ``/readyz``."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import Any

from designer.verification.limits import MIB
from service.observability.readiness import DEGRADED, OK

MIN_FREE_BYTES = 64 * MIB
"""Free bytes below which rows and cache entries may soon be refused."""

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_PROBE_BYTES = 64 * 1024


def state_disk_readiness(folder: Path) -> dict[str, Any]:
    """``degraded`` if the disk is full or nearly so, or a quota is used up; else the free bytes.

    A quota shows only when something is written. What else may be wrong with the folder is
    reported by the parts that use it.
    """
    try:
        free_bytes = shutil.disk_usage(folder).free
        _write_probe(folder / f"space-{os.getpid()}")
    except OSError as error:
        if error.errno not in _FULL:
            return {"state": OK}
        return {"state": DEGRADED, "reason": "the disk of the state folder is full"}
    if free_bytes < MIN_FREE_BYTES:
        reason = "the disk of the state folder is nearly full"
        return {"state": DEGRADED, "reason": reason, "free_bytes": free_bytes}
    return {"state": OK, "free_bytes": free_bytes}


def _write_probe(file: Path) -> None:
    """Write a file and remove it."""
    try:
        file.write_bytes(bytes(_PROBE_BYTES))
    finally:
        file.unlink(missing_ok=True)
