"""Cache store in an SQLite file that the processes of one machine share, with a limit in bytes."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout

QueryResult = TypeVar("QueryResult")

DATABASE_FILE = "cache-1.sqlite"
"""File name with the version of the schema, so that each version has its own file."""

BUSY_S = 0.25
"""Seconds to wait while another process writes."""

_EVICTED_AT_ONCE = 16
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_PREPARE = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA cache_size = -512",
    "CREATE TABLE IF NOT EXISTS entries"
    " (number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, value BLOB NOT NULL)",
)
_PUT = "INSERT OR REPLACE INTO entries (key, value) VALUES (?, ?)"
_EVICT = (
    "DELETE FROM entries WHERE number IN"
    f" (SELECT number FROM entries ORDER BY number LIMIT {_EVICTED_AT_ONCE})"
)


class SqliteCacheStore:
    """Bytes by key in ``folder``, up to ``max_bytes``; the oldest entries are evicted first.

    The file is opened on first use, so that no connection is open when a server forks. A damaged
    file is deleted, as its content can be computed again.
    """

    name = "sqlite"

    def __init__(self, folder: Path, *, max_bytes: int) -> None:
        self._folder = folder
        self._path = folder / DATABASE_FILE
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._inode = 0

    def get(self, key: str) -> bytes | None:
        """The bytes of a key, or None."""
        rows = self._use(
            lambda db: db.execute("SELECT value FROM entries WHERE key = ?", (key,)).fetchall()
        )
        return rows[0][0] if rows else None

    def put(self, key: str, value: bytes) -> None:
        """Store bytes and evict the oldest entries above the size limit."""
        self._use(lambda db: self._insert(db, key, value))

    def acquire_lock(self, key: str, *, timeout_s: float) -> Callable[[], None]:
        """A lock on one of 4,096 files, chosen by the key; it is released if the process dies."""
        folder = self._folder / "turns"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(folder / f"{sha256(key.encode()).hexdigest()[:3]}.lock")
        try:
            lock.acquire(timeout=timeout_s, poll_interval=0.02)
        except Timeout:
            return lambda: None
        return lock.release

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._close_connection()

    def _use(self, work: Callable[[sqlite3.Connection], QueryResult]) -> QueryResult:
        with self._lock:
            try:
                return work(self._open())
            except sqlite3.Error as error:
                self._close_connection()
                if error.sqlite_errorcode in _DAMAGE:
                    self._remove_damaged_file()
                raise

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with FileLock(self._folder / "cache.lock", timeout=BUSY_S):
                self._path.touch(mode=0o600)
                self._inode = self._path.stat().st_ino
                self._connection = db = sqlite3.connect(
                    self._path, timeout=BUSY_S, isolation_level=None, check_same_thread=False
                )
                for statement in _PREPARE:
                    db.execute(statement)
        return self._connection

    def _close_connection(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _remove_damaged_file(self) -> None:
        """Remove the damaged file, unless another process has replaced it."""
        if self._path.stat().st_ino == self._inode:
            for suffix in ("", "-wal", "-shm"):
                Path(f"{self._path}{suffix}").unlink(missing_ok=True)

    def _insert(self, db: sqlite3.Connection, key: str, value: bytes) -> None:
        db.execute("BEGIN IMMEDIATE")
        db.execute(_PUT, (key, value))
        while _used_bytes(db) > self._max_bytes and db.execute(_EVICT).rowcount:
            pass
        db.execute("COMMIT")


def _used_bytes(db: sqlite3.Connection) -> int:
    """Bytes of the file in used pages."""
    sizes = {
        name: int(db.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("page_count", "freelist_count", "page_size")
    }
    return (sizes["page_count"] - sizes["freelist_count"]) * sizes["page_size"]
