"""Damaged SQLite files: recognized, and set aside so that a new file can be begun."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

SIDE_FILES = ("-wal", "-shm")
"""Suffixes of the files that SQLite keeps beside a file in use."""

logger = logging.getLogger("gan_designer.jobs")


def is_damage(error: sqlite3.Error) -> bool:
    """Whether an error says that the file is damaged, not that it is busy, full or absent.

    >>> is_damage(sqlite3.OperationalError("database is locked"))
    False
    """
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in DAMAGE


def set_aside(file: Path, error: sqlite3.Error) -> Path:
    """Rename a damaged file with its side files, and log where it lies; its new path."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    aside = file.with_name(f"{file.name}.damaged-{stamp}")
    for suffix in ("", *SIDE_FILES):
        with suppress(FileNotFoundError):
            Path(f"{file}{suffix}").rename(f"{aside}{suffix}")
    logger.error("the job store is damaged (%s): it lies in %s, a new one is begun", error, aside)
    return aside
