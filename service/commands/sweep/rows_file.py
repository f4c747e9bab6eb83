"""The output file of a sweep: written under a temporary name, renamed once it is complete."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click


class RowsFile:
    """Writes whole lines to ``rows.csv.part``, which is renamed to ``rows.csv`` at the end.

    Until then an existing ``rows.csv`` stays unchanged. A resumed sweep rewrites the ``.part`` file
    from the rows in its store.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.part = self.path.with_name(f"{self.path.name}.part")
        self._lines = 0
        if self.path.exists() and not self.path.is_file():
            raise click.UsageError(f"cannot write to {path}: it is not a regular file")
        with self._write_errors_as_usage_errors():
            self._file = self.part.open("wb", buffering=0)

    def write(self, line: str) -> None:
        """Append a line in one write."""
        with self._write_errors_as_usage_errors():
            self._file.write(f"{line}\n".encode())
        self._lines += 1

    def finish(self) -> None:
        """Rename the file to its final name."""
        with self._write_errors_as_usage_errors():
            os.fsync(self._file.fileno())
            self.part.replace(self.path)

    def close(self) -> None:
        """Close the file; an empty ``.part`` file is deleted."""
        self._file.close()
        if not self._lines:
            self.part.unlink(missing_ok=True)

    @contextmanager
    def _write_errors_as_usage_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise click.UsageError(f"cannot write to {self.part}: {error.strerror}") from error
