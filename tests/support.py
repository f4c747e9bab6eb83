"""Helpers for tests: numbers of examples, and temporary folders."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

SOAK = os.environ.get("SOAK") == "1"
"""Whether this run uses full counts: `make soak`."""


def soak_count(small: int, full: int) -> int:
    """Number of examples: ``small`` in `make test`, ``full`` in `make soak`."""
    return full if SOAK else small


def make_temporary_folder() -> str:
    """A new folder for the state of an application, removed when the tests end."""
    folder = tempfile.mkdtemp(prefix="gan-designer-test-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
