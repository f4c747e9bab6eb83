"""The folder in which the workers of one server count, each in files of its own.

The server makes it before it forks and removes it when it ends. prometheus_client decides while it
is imported whether it counts in files, so nothing here imports it: the variable is set first, and
the workers, which load the application, import it after that.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""Where prometheus_client looks for the folder's name."""

MEMORY = "/dev/shm"


def make_folder() -> None:
    """Make an empty folder, in memory where there is such a place, and say so to the workers."""
    where = MEMORY if os.access(MEMORY, os.W_OK) else None
    os.environ[VARIABLE] = tempfile.mkdtemp(prefix="gan-designer-metrics-", dir=where)


def forget_process(process: int) -> None:
    """Remove what a process that has ended said of its present; what it counted stays counted.

    This is prometheus_client's ``mark_process_dead``, which only a process can import that has the
    variable already.
    """
    for file in Path(os.environ[VARIABLE]).glob(f"gauge_live*_{process}.db"):
        file.unlink(missing_ok=True)


def remove_folder() -> None:
    """Remove the folder with all that was counted."""
    shutil.rmtree(os.environ[VARIABLE], ignore_errors=True)
