"""A pytest session that is collected once and then runs tests in a fork for each mutant.

A first run, without a mutant, records which tests call which functions and for how long they run:
a mutant is given to the tests that call its function, the quickest first.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from doctest import DocTest
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import Phase, settings

from tests.mutation.function_patches import FunctionPlace, LoadedFunctions, function_place
from tests.mutation.processes import ForkedCall, run_forked
from tests.mutation.sites import Mutant, mutated_code

SPARE_S, SPARE_FACTOR = 5.0, 3.0
"""A mutant's tests may take so many seconds, and so many times what they take without it."""

KILLED, SURVIVED, NEVER_CALLED = "killed", "survived", "never called"
"""Outcomes of a mutant."""

ACTS_AT_IMPORT = "acts at import"
"""Instead of an outcome: the mutant may change what modules compute when they are imported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedTest:
    """How long a test takes, in seconds of the processor, and the functions that it calls."""

    index: int
    cpu_s: float
    places: frozenset[FunctionPlace]


class QuickFailures:
    """A plugin that makes hypothesis stop at the first counterexample instead of reducing it."""

    def __init__(self) -> None:
        self.failed = False

    def pytest_collection(self) -> None:
        """Change the profile before tests are imported, which take their settings from it."""
        phases = (Phase.explicit, Phase.generate)
        settings.register_profile("mutation", settings(), phases=phases, database=None)
        settings.load_profile("mutation")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a failure of a test, of its set-up or of its end."""
        self.failed = self.failed or report.failed

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a failure to import tests."""
        self.failed = self.failed or report.failed


class WarmSession(QuickFailures):
    """A plugin that takes the place of pytest's loop over the tests; made before they are imported."""

    def __init__(self, root: Path, mutants: Sequence[Mutant]) -> None:
        super().__init__()
        self.root = root
        self.mutants = mutants
        self.outcomes: dict[str, str] = {}
        self.cpu_s = 0.0
        self.quickest_first: list[str] = []
        self._files = {str(root / mutant.module) for mutant in mutants}
        self._import_calls = CalledFunctions(self._files)
        self._called_at_import = self._import_calls.__enter__()
        self._tests: list[RecordedTest] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the tests without a mutant, then with each of them."""
        self._import_calls.__exit__()
        functions = LoadedFunctions(self._files)
        self._tests = [*self._recorded_tests(session, functions)]
        self._tests.sort(key=lambda test: test.cpu_s)
        self.cpu_s = sum(test.cpu_s for test in self._tests)
        self.quickest_first = [session.items[test.index].nodeid for test in self._tests]
        self._refuse_failure_in_a_fork(session)
        for mutant in self.mutants:
            self.outcomes[mutant.key] = self._outcome(session, functions, mutant)
        return True

    def _recorded_tests(
        self, session: pytest.Session, functions: LoadedFunctions
    ) -> Iterator[RecordedTest]:
        for index in range(len(session.items)):
            functions.clear_caches()
            started = time.process_time()
            with CalledFunctions(self._files) as places:
                _run_item(session.items, index)
            assert not self.failed, f"fails without a mutant: {session.items[index].nodeid}"
            yield RecordedTest(
                index=index, cpu_s=time.process_time() - started, places=frozenset(places)
            )

    def _refuse_failure_in_a_fork(self, session: pytest.Session) -> None:
        """Tests that fail when they run a second time would seem to kill every mutant."""

        def run() -> str | None:
            return self._first_failure(session.items)

        limit_s = SPARE_S + SPARE_FACTOR * self.cpu_s
        call = ForkedCall(name="no mutant", function=run, cpu_s=limit_s, wall_s=10 * limit_s)
        [result] = run_forked([call], jobs=1)
        assert not result.ended_early, f"ends early without a mutant:\n{result.output}"
        assert result.value is None, f"fails without a mutant, in a fork: {result.value}"

    def _first_failure(self, items: Sequence[pytest.Item]) -> str | None:
        """The first test that fails, None if none does."""
        for index, item in enumerate(items):
            _run_item(items, index)
            if self.failed:
                return item.nodeid
        return None

    def _outcome(self, session: pytest.Session, functions: LoadedFunctions, mutant: Mutant) -> str:
        if mutant.first_line is None:
            return ACTS_AT_IMPORT
        place = (str(self.root / mutant.module), mutant.function, mutant.first_line)
        tests = [test for test in self._tests if place in test.places]
        outcome = NEVER_CALLED
        if tests:
            call = self._run_with(mutant, place, tests, session, functions)
            [result] = run_forked([call], jobs=1)
            outcome = KILLED if result.ended_early else str(result.value)
        return ACTS_AT_IMPORT if outcome != KILLED and place in self._called_at_import else outcome

    def _run_with(
        self,
        mutant: Mutant,
        place: FunctionPlace,
        tests: Sequence[RecordedTest],
        session: pytest.Session,
        functions: LoadedFunctions,
    ) -> ForkedCall:
        items = [session.items[test.index] for test in tests]
        cpu_s = SPARE_S + SPARE_FACTOR * sum(test.cpu_s for test in tests)

        def run() -> str:
            path = self.root / mutant.module
            code = mutated_code(path.read_text(encoding="utf-8"), mutant.number, str(path))
            if not functions.replace(place, code):
                return ACTS_AT_IMPORT
            functions.clear_caches()
            return SURVIVED if self._first_failure(items) is None else KILLED

        return ForkedCall(name=mutant.key, function=run, cpu_s=cpu_s, wall_s=10 * cpu_s)


def _run_item(items: Sequence[pytest.Item], index: int) -> None:
    """Run a test; a doctest keeps its names, which are removed after it, for the next time."""
    following = items[index + 1] if index + 1 < len(items) else None
    item = items[index]
    doctest: DocTest | None = getattr(item, "dtest", None)
    names = doctest.globs.copy() if doctest is not None else {}
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
    if doctest is not None:
        doctest.globs.update(names)


class CalledFunctions:
    """The functions of some files that are called inside a ``with`` block."""

    def __init__(self, files: set[str]) -> None:
        self._files = files
        self._found: set[FunctionPlace] = set()

    def __enter__(self) -> set[FunctionPlace]:
        sys.settrace(self._note)
        threading.settrace(self._note)
        return self._found

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)
        threading.settrace(None)

    def _note(self, frame: FrameType, event: str, argument: object) -> None:
        if frame.f_code.co_filename in self._files:
            self._found.add(function_place(frame.f_code))
