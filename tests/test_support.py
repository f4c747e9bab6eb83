"""The helpers of the tests."""

from __future__ import annotations

import pytest

from tests.support import seconds_by_file


def test_the_seconds_of_a_file_are_those_of_all_its_phases() -> None:
    """Setup, call and teardown of every test count, each for the file of its test."""
    durations = {
        ("a.py::one", "setup"): 2.0,
        ("a.py::one", "call"): 0.5,
        ("b.py::C::two", "call"): 3.0,
    }
    reports = [
        pytest.TestReport(
            nodeid=name, location=("", 0, ""), keywords={}, outcome="passed", longrepr=None,
            when=phase, duration=duration,
        )
        for (name, phase), duration in durations.items()
    ]  # fmt: skip
    assert seconds_by_file(reports).most_common() == [("b.py", 3.0), ("a.py", 2.5)]
