"""The helpers of the tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import Part, seconds_by_file


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


def test_the_parts_of_a_run_are_all_files_once() -> None:
    """However many parts there are, in whatever order the files come."""
    files = [Path(f"test_{number}.py") for number in (3, 1, 2, 7, 5)]
    for count in range(1, 8):
        parts = [Part.parse(f"{number}/{count}").of(files) for number in range(1, count + 1)]
        assert sorted(file for part in parts for file in part) == sorted(files)
        assert max(map(len, parts)) - min(map(len, parts)) <= 1


@pytest.mark.parametrize("text", ["0/3", "4/3", "1/0", "two/3", "3"])
def test_what_is_no_part_is_refused(text: str) -> None:
    """Rather than run no test."""
    with pytest.raises(ValueError, match=r"part|values to unpack|invalid literal"):
        Part.parse(text)
