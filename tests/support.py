"""Helpers for tests: numbers of examples, temporary folders, and durations."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable

import pytest

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


def seconds_by_file(reports: Iterable[pytest.TestReport]) -> Counter[str]:
    """Duration of the tests of each file, with their setup and teardown."""
    seconds: Counter[str] = Counter()
    for report in reports:
        seconds[report.nodeid.partition("::")[0]] += report.duration  # type: ignore[assignment]
    return seconds
