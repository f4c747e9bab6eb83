"""Connections to the SQLite file of the job store; a damaged file is set aside."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock

from service.jobs.store.sqlite_damage import is_damage, set_aside
from service.jobs.store.sqlite_tables import TABLES

logger = logging.getLogger("gan_designer.jobs")

_WAIT_S = 30.0


class SqliteConnections:
    """One connection per thread and process to the file at a path, which may be replaced.

    A file that turns out to be damaged is renamed; the next call begins a new one.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._local = threading.local()

    def current(self) -> sqlite3.Connection:
        """This thread's connection to the current file; a new one if the file was removed.

        A connection from before a fork belongs to the parent: it is kept and never closed.
        """
        known: dict[int, tuple[int, ObservedConnection]]
        known = self._local.__dict__.setdefault("by_pid", {})
        file, db = known.get(os.getpid(), (0, None))
        if db is None or file != self._inode():
            db = self._connect()
            known[os.getpid()] = db.inode, db
        return db

    def _inode(self) -> int:
        return self._file.stat().st_ino if self._file.exists() else 0

    def _connect(self) -> ObservedConnection:
        """A connection to the file with its tables, created under a lock: SQLite does not wait."""
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._locked():
                try:
                    return self._open()
                except sqlite3.DatabaseError as error:
                    if not is_damage(error):
                        raise
                    set_aside(self._file, error)
                    return self._open()
        except OSError as error:
            raise sqlite3.OperationalError(str(error)) from error

    def _open(self) -> ObservedConnection:
        db = sqlite3.connect(
            self._file, timeout=_WAIT_S, isolation_level=None, factory=ObservedConnection
        )
        db.row_factory = sqlite3.Row
        db.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;"
            + TABLES
        )
        db.inode = self._inode()
        db.on_damage = lambda error: self._set_aside(db.inode, error)
        return db

    def _set_aside(self, inode: int, error: sqlite3.Error) -> None:
        """Set the file of a connection aside, unless another process has done so."""
        try:
            with self._locked():
                if self._inode() == inode:
                    set_aside(self._file, error)
        except OSError as failure:  # the caller raises the error of the query
            logger.warning("the damaged job store cannot be set aside: %s", failure)

    def _locked(self) -> FileLock:
        return FileLock(f"{self._file}.lock", timeout=_WAIT_S)


class ObservedConnection(sqlite3.Connection):
    """A connection that calls ``on_damage`` when a query finds its file damaged.

    ``inode`` is that of its file.
    """

    inode: int
    on_damage: Callable[[sqlite3.Error], None] = staticmethod(lambda _: None)

    def execute(self, *query: Any) -> sqlite3.Cursor:  # noqa: ANN401
        """Run a query with a cursor that reports damage."""
        return self.cursor(ObservedCursor).execute(*query)


class ObservedCursor(sqlite3.Cursor):
    """A cursor that reports damage to its connection, and raises the error."""

    def execute(self, *query: Any) -> ObservedCursor:  # noqa: ANN401
        """Run a query."""
        with self._reporting():
            super().execute(*query)
        return self

    def fetchone(self) -> Any:  # noqa: ANN401
        """The next row, or None."""
        with self._reporting():
            return super().fetchone()

    def fetchall(self) -> list[Any]:
        """All further rows."""
        with self._reporting():
            return super().fetchall()

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            if is_damage(error):
                assert isinstance(self.connection, ObservedConnection)
                self.connection.on_damage(error)
            raise
