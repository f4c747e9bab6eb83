"""The file of a sweep: beside its place while rows come, in its place once they are all there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click


class RowsFile:
    """Writes ``rows.csv.part``, whole lines at any time, which becomes ``rows.csv`` at the end.

    Until then a file of that name stays as it is. The rows of an interrupted sweep lie in its
    store, so that the part is written anew and never continued.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.part = self.path.with_name(f"{self.path.name}.part")
        self._lines = 0
        if self.path.exists() and not self.path.is_file():
            raise click.UsageError(f"cannot write to {path}: it is no regular file")
        with self._refusing():
            self._file = self.part.open("wb", buffering=0)

    def write(self, line: str) -> None:
        """Add a line, in one piece."""
        with self._refusing():
            self._file.write(f"{line}\n".encode())
        self._lines += 1

    def finish(self) -> None:
        """Put the file in its place."""
        with self._refusing():
            os.fsync(self._file.fileno())
            self.part.replace(self.path)

    def close(self) -> None:
        """End with it; a part without any line is not left behind."""
        self._file.close()
        if not self._lines:
            self.part.unlink(missing_ok=True)

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise click.UsageError(f"cannot write to {self.part}: {error.strerror}") from error
