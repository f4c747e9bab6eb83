"""The mutation gate: it fails where a mutant survives, and its tables fit the program."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import partial
from pathlib import Path
from threading import Event

import pytest

from tests.mutation.__main__ import ROOT
from tests.mutation.processes import ForkedCall, run_forked
from tests.mutation.report import gate_errors
from tests.mutation.runner import all_mutants, sample_mutants
from tests.mutation.sites import module_mutants, mutated_code
from tests.mutation.tables import read_equivalents, read_targets

MODULE = '''\
"""A toy."""

MOST = 3


def is_allowed(number):
    """Whether a number is from 1 to MOST."""
    return 1 <= number <= MOST
'''

GOOD_TESTS = """\
from toy import is_allowed

def test_bounds():
    assert [number for number in range(-1, 7) if is_allowed(number)] == [1, 2, 3]
"""

WEAK_TESTS = """\
from toy import is_allowed

def test_inside():
    assert is_allowed(2)
    assert not is_allowed(-9)
    assert not is_allowed(9)
"""

LOWER_BOUND = "toy.py is_allowed: 1 <= number <= MOST -> 1 < number <= MOST"


def run_gate(folder: Path, tests: str, equivalents: object = (), ini: str = "") -> tuple[int, str]:
    """Exit status and output of the gate for the toy with these tests."""
    tables = folder / "tests" / "mutation"
    tables.mkdir(parents=True)
    target = {"modules": ["toy.py"], "tests": ["--import-mode=importlib", "test_toy.py"]}
    (tables / "targets.json").write_text(json.dumps({"toy": target}))
    (tables / "equivalents.json").write_text(json.dumps(equivalents))
    (folder / "toy.py").write_text(MODULE)
    (folder / "test_toy.py").write_text(tests)
    (folder / "pytest.ini").write_text(f"[pytest]\npythonpath = .\n{ini}\n")
    command = [sys.executable, "-m", "tests.mutation", "--root", str(folder), "--jobs", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_the_gate_passes_where_every_mutant_is_killed(tmp_path: Path) -> None:
    """In functions, and in constants, which act at import."""
    status, output = run_gate(tmp_path, GOOD_TESTS)
    assert status == 0, output
    assert "no mutant survives" in output
    assert output.splitlines()[-2].split() == ["all", "7", "7", "0", "0", "100.0%"]


def test_the_gate_fails_where_mutants_survive(tmp_path: Path) -> None:
    """It names each of them, and the share that is too low."""
    status, output = run_gate(tmp_path, WEAK_TESTS)
    assert status == 1, output
    assert f"survived: line 8, comparison: {LOWER_BOUND}" in output
    assert "survived: line 3, constant: toy.py <module>: MOST = 3 -> MOST = 4" in output
    assert "of the mutants are killed, at least 95% are asked for" in output


def test_the_gate_fails_where_a_function_is_never_called(tmp_path: Path) -> None:
    """Its mutants survive without being run."""
    status, output = run_gate(
        tmp_path, "import toy\n\ndef test_nothing():\n    assert toy.MOST == 3\n"
    )
    assert status == 1, output
    assert f"never called: line 8, comparison: {LOWER_BOUND}" in output


def test_the_gate_fails_where_tests_fail_without_a_mutant(tmp_path: Path) -> None:
    """A failing test would seem to kill everything."""
    status, output = run_gate(tmp_path, GOOD_TESTS.replace("[1, 2, 3]", "[1, 2]"))
    assert status == 1, output
    assert "fails without a mutant: test_toy.py::test_bounds" in output


def test_the_gate_fails_where_tests_fail_the_second_time(tmp_path: Path) -> None:
    """They would seem to kill every mutant that they are given."""
    tests = f"RUNS = []\n{GOOD_TESTS}    RUNS.append(1)\n    assert len(RUNS) == 1\n"
    status, output = run_gate(tmp_path, tests)
    assert status == 1, output
    assert "fails without a mutant, in a fork: test_toy.py::test_bounds" in output


def test_doctests_kill_mutants(tmp_path: Path) -> None:
    """They run as often as other tests, though python removes their names after the first time."""
    tests = '"""Text.\n\n>>> import toy\n>>> [n for n in range(-1, 7) if toy.is_allowed(n)]\n[1, 2, 3]\n"""\n'
    status, output = run_gate(tmp_path, tests, ini="addopts = --doctest-modules")
    assert status == 0, output
    assert output.splitlines()[-2].split()[:3] == ["all", "7", "7"]


def test_a_call_that_never_ends_is_ended() -> None:
    """By the limit on its time; one that returns is not."""

    def never() -> None:
        while True:
            pass

    calls = [
        ForkedCall(name="never", function=never, cpu_s=0.5, wall_s=60),
        ForkedCall(name="waits", function=Event().wait, cpu_s=60, wall_s=0.5),
        ForkedCall(name="returns", function=partial(sum, [1, 2]), cpu_s=60, wall_s=60),
    ]
    found = {result.name: (result.ended_early, result.value) for result in run_forked(calls, 2)}
    assert found == {"never": (True, None), "waits": (True, None), "returns": (False, 3)}


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        (LOWER_BOUND, "listed as equivalent, but killed"),
        (LOWER_BOUND + " (2)", "listed as equivalent, but there is no such mutant"),
    ],
)
def test_a_wrong_entry_in_the_list_of_equivalents_fails(
    tmp_path: Path, key: str, problem: str
) -> None:
    """The list cannot hide what tests find, nor keep what is gone."""
    status, output = run_gate(tmp_path, GOOD_TESTS, [{"reason": "none", "mutants": [key]}])
    assert status == 1, output
    assert f"{problem}: {key}" in output


def test_a_sample_is_the_same_every_time() -> None:
    """Chosen by the seed, in the order of the program."""
    mutants = all_mutants(ROOT, read_targets(ROOT))
    sample = sample_mutants(mutants, 50, seed=1)
    assert sample == sample_mutants(mutants, 50, seed=1) != sample_mutants(mutants, 50, seed=2)
    assert sum(map(len, sample.values())) == 50
    for target, chosen in sample.items():
        assert [each for each in mutants[target] if each in chosen] == chosen


def test_a_sample_changes_only_where_the_program_does() -> None:
    """Without the mutants that were not chosen, the same ones are chosen again."""
    mutants = all_mutants(ROOT, read_targets(ROOT))
    sample = sample_mutants(mutants, 200, seed=0)
    fewer = {
        target: [each for place, each in enumerate(every) if place % 3 or each in sample[target]]
        for target, every in mutants.items()
    }
    assert sample_mutants(fewer, 200, seed=0) == sample


def test_the_equivalents_are_mutants_of_the_program() -> None:
    """Each has a reason; there are at least 1,500 mutants, and few of them are equivalent."""
    keys = [key.key for each in all_mutants(ROOT, read_targets(ROOT)).values() for key in each]
    equivalents = read_equivalents(ROOT)
    assert len(keys) == len(set(keys)) >= 1_500
    assert equivalents.keys() <= set(keys)
    assert all(reason.strip() for reason in equivalents.values())
    assert len(equivalents) < 0.05 * len(keys)


def test_no_mutants_are_no_success() -> None:
    """A pattern that fits no module does not pass."""
    assert list(gate_errors([], {}, [])) == ["no mutant was run"]


def test_every_operator_plants_a_fault() -> None:
    """One line for each, and the code with the fault compiles."""
    source = """\
def f(a, b=(), *, c: int | None = None):
    "Text."
    assert a > 0
    for each in range(a):
        if not each and a:
            continue
        if each:
            g(each)
        b = min(-each, a - 1)
    return b
"""
    found = module_mutants("m.py", source)
    assert {mutant.operator for mutant in found} == {
        "arithmetic", "boolean", "constant", "function or bound", "jump", "negated condition",
        "removed sign or not", "removed statement", "return",
    }  # fmt: skip
    assert not any(mutant.line in (1, 2, 3) for mutant in found)
    codes = {mutated_code(source, mutant.number, "m.py") for mutant in found}
    assert len(codes) == len(found)
