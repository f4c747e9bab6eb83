"""The folder with the metric files of the web processes of one server.

The server creates it before it forks and removes it on exit. prometheus_client decides on import
whether it counts in files, so this module does not import it: the server sets the variable first,
and the web processes import prometheus_client afterwards, with the application.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

MULTIPROC_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""Variable in which prometheus_client expects the folder."""

MEMORY_FOLDER = "/dev/shm"
FOLDER_PREFIX = "gan-designer-metrics-"
_LOCK = "held"


def make_metrics_folder() -> None:
    """Create an empty folder, in memory if possible, and set the variable for the web processes.

    Folders of killed servers are removed: a server and its web processes hold a lock on their
    folder as long as one of them runs, so an unlocked folder is abandoned.
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
    """Remove the live gauges of an ended process; its counters stay.

    Equivalent to ``mark_process_dead`` of prometheus_client, which cannot be imported before the
    variable is set.
    """
    for file in Path(os.environ[MULTIPROC_VARIABLE]).glob(f"gauge_live*_{process}.db"):
        file.unlink(missing_ok=True)


def remove_metrics_folder() -> None:
    """Remove the folder with all metric files."""
    shutil.rmtree(os.environ[MULTIPROC_VARIABLE], ignore_errors=True)
