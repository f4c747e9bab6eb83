"""Helpers for tests: numbers of examples, temporary folders, durations, and counted steps."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

SOAK = os.environ.get("SOAK") == "1"
"""Whether this run uses full counts: `make soak`."""


def soak_count(small: int, full: int) -> int:
    """Number of examples: ``small`` in `make test`, ``full`` in `make soak`."""
    return full if SOAK else small


@dataclass(frozen=True, slots=True)
class Part:
    """One of several parts of the test files; together they are all files, each once."""

    number: int
    count: int

    @classmethod
    def parse(cls, text: str) -> Part:
        """The part of a text such as 2/5.

        >>> Part.parse("2/5")
        Part(number=2, count=5)
        """
        number, count = map(int, text.split("/"))
        if not 1 <= number <= count:
            raise ValueError(f"{text} is no part: 1/5 to 5/5 are the parts of five")
        return cls(number, count)

    def of(self, files: Collection[Path]) -> set[Path]:
        """The files of this part."""
        return set(sorted(files)[self.number - 1 :: self.count])


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


class CountingTurn:
    """A turn that counts."""

    def __init__(self) -> None:
        self.spent = 0

    def spend(self, steps: int) -> None:
        """Count them."""
        self.spent += steps

    def give_back(self) -> None:
        """Nothing."""
