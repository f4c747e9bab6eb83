"""The folder in which the workers of one server count, each in files of its own.

The server makes it before it forks and removes it when it ends. prometheus_client decides while it
is imported whether it counts in files, so nothing here imports it: the variable is set first, and
the workers, which load the application, import it after that.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

MULTIPROC_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""Where prometheus_client looks for the folder's name."""

MEMORY_FOLDER = "/dev/shm"
FOLDER_PREFIX = "gan-designer-metrics-"
_LOCK = "held"


def make_metrics_folder() -> None:
    """Make an empty folder, in memory where there is such a place, and say so to the workers.

    Those that killed servers left behind are removed: nobody holds their lock any more, which a
    server and its workers do as long as one of them lives.
    """
    parent = Path(MEMORY_FOLDER if os.access(MEMORY_FOLDER, os.W_OK) else tempfile.gettempdir())
    for held in parent.glob(f"{FOLDER_PREFIX}*/{_LOCK}"):
        with suppress(OSError), held.open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(held.parent, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX, dir=parent))
    lock_file = os.open(folder / "new", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock_file, fcntl.LOCK_EX)
    (folder / "new").rename(folder / _LOCK)
    os.environ[MULTIPROC_VARIABLE] = str(folder)


def remove_live_gauges(process: int) -> None:
    """Remove what a process that has ended said of its present; what it counted stays counted.

    This is prometheus_client's ``mark_process_dead``, which only a process can import that has the
    variable already.
    """
    for file in Path(os.environ[MULTIPROC_VARIABLE]).glob(f"gauge_live*_{process}.db"):
        file.unlink(missing_ok=True)


def remove_metrics_folder() -> None:
    """Remove the folder with all that was counted."""
    shutil.rmtree(os.environ[MULTIPROC_VARIABLE], ignore_errors=True)
