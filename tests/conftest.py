"""Configuration of all tests: reproducible examples, full counts only in `make soak`, a table of costs."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from tests.real_processes.browser import browser as browser
from tests.real_processes.verifying_pool import pool as pool
from tests.support import SOAK, Part, seconds_by_file

# One thread: tests share the machine, and torch's sums are then the same on every run.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# `make test` runs the same examples every time; `make soak` draws new ones. No deadline: the
# time of an example depends more on the machine than on the code.
settings.register_profile("test", derandomize=True, deadline=None)
settings.register_profile("soak", max_examples=500, deadline=None, print_blob=True)
settings.load_profile("soak" if SOAK else "test")

SHOWN_FILES = 15


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--part``, with which a soak run fits into several sittings."""
    parser.addoption(
        "--part", default="1/1", help="such as 2/5: the second fifth of the test files"
    )


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores, since tests also wait for processes; more than four need much memory."""
    return min(4, 1 + (os.cpu_count() or 1))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run tests marked ``slow`` first; deselect other parts, and ``soak`` except in `make soak`."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
    files = Part.parse(config.getoption("part")).of({item.path for item in items})
    chosen, left_out = [], []
    for item in items:
        runs = item.path in files and (SOAK or not item.get_closest_marker("soak"))
        (chosen if runs else left_out).append(item)
    if left_out:
        items[:] = chosen
        config.hook.pytest_deselected(items=left_out)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the files that took longest."""
    reports = [each for same in terminalreporter.stats.values() for each in same]
    seconds = seconds_by_file(each for each in reports if isinstance(each, pytest.TestReport))
    if len(seconds) > 1:
        terminalreporter.section(f"slowest of {len(seconds)} files")
        for file, spent in seconds.most_common(SHOWN_FILES):
            terminalreporter.write_line(f"{spent:8.1f} s  {file}")
