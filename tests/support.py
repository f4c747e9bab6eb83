"""What tests share: how often to try, and where applications keep what they make."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

SOAK = os.environ.get("SOAK") == "1"
"""Whether this run tries everything with full counts: `make soak`."""


def soak_count(small: int, full: int) -> int:
    """How often to try: ``small`` in `make test`, ``full`` in `make soak`."""
    return full if SOAK else small


def make_temporary_folder() -> str:
    """A new folder for what an application keeps, gone when the tests end."""
    folder = tempfile.mkdtemp(prefix="gan-designer-test-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
