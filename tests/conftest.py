"""Configuration of all tests: reproducible examples, full counts only in `make soak`, a table of costs."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from tests.real_processes.browser import browser as browser
from tests.real_processes.verifying_pool import pool as pool
from tests.support import SOAK, seconds_by_file

# One thread: tests share the machine, and torch's sums are then the same on every run.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# `make test` runs the same examples every time; `make soak` draws new ones. No deadline: the
# time of an example depends more on the machine than on the code.
settings.register_profile("test", derandomize=True, deadline=None)
settings.register_profile("soak", max_examples=500, deadline=None, print_blob=True)
settings.load_profile("soak" if SOAK else "test")

SHOWN_FILES = 15


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run tests marked ``slow`` first, and deselect those marked ``soak`` except in `make soak`."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
    if SOAK:
        return
    left_out = [item for item in items if item.get_closest_marker("soak")]
    if left_out:
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the files that took longest."""
    reports = [each for same in terminalreporter.stats.values() for each in same]
    seconds = seconds_by_file(each for each in reports if isinstance(each, pytest.TestReport))
    if len(seconds) > 1:
        terminalreporter.section(f"slowest of {len(seconds)} files")
        for file, spent in seconds.most_common(SHOWN_FILES):
            terminalreporter.write_line(f"{spent:8.1f} s  {file}")
