"""Runs the mutants of a project: in warm sessions, and those that act at import in cold ones."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from importlib import import_module
from pathlib import Path

import pytest

from tests.mutation.cold_session import cold_outcome
from tests.mutation.processes import CallResult, ForkedCall, run_forked
from tests.mutation.sites import Mutant, module_mutants
from tests.mutation.tables import Target
from tests.mutation.warm_session import (
    ACTS_AT_IMPORT,
    KILLED,
    SPARE_FACTOR,
    SPARE_S,
    WarmSession,
)

OPTIONS = (
    *("-q", "-p", "no:cacheprovider", "-p", "no:xdist"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # hypothesis is imported before
)
"""Arguments of pytest for every target."""

MAX_BATCH = 200
"""Most mutants of one warm session: sessions run at the same time."""

NO_LIMIT_S = 1e6
"""Limit on a warm session: each of its mutants has a limit of its own."""

IMPORT_S = 60.0
"""What a cold session may take beside its tests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the tests made of a mutant: killed, survived or never called."""

    mutant: Mutant
    result: str

    @property
    def killed(self) -> bool:
        """Whether a test failed, or its process came to a limit."""
        return self.result == KILLED


def all_mutants(root: Path, targets: Iterable[Target]) -> dict[Target, list[Mutant]]:
    """The mutants of each target, in the order of its modules."""
    return {
        target: [
            mutant
            for module in target.paths(root)
            for mutant in module_mutants(module, (root / module).read_text(encoding="utf-8"))
        ]
        for target in targets
    }


def sample_mutants(
    mutants: dict[Target, list[Mutant]], count: int, seed: int
) -> dict[Target, list[Mutant]]:
    """So many of all mutants, chosen by the seed, in the same order.

    Each is chosen by a hash of its key, so that an edit changes the sample only where it edits.
    """
    keys = [mutant.key for each in mutants.values() for mutant in each]
    chosen = set(sorted(keys, key=lambda key: sha256(f"{seed} {key}".encode()).digest())[:count])
    return {
        target: [mutant for mutant in each if mutant.key in chosen]
        for target, each in mutants.items()
    }


def run_mutants(root: Path, mutants: dict[Target, list[Mutant]], jobs: int) -> Iterator[Outcome]:
    """The outcome of each mutant, as it comes.

    Raises:
        RuntimeError: if tests fail without a mutant.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # torch's threads do not survive a fork
    for package in sorted({name for target in mutants for name in target.packages}):
        import_module(package)
    os.chdir(root)
    cold: list[ForkedCall] = []
    by_key = {mutant.key: mutant for each in mutants.values() for mutant in each}
    for result in run_forked(_warm_calls(root, mutants), jobs):
        for key, outcome in _returned(result)["outcomes"].items():
            if outcome == ACTS_AT_IMPORT:
                cold.append(_cold_call(root, by_key[key], result))
            else:
                yield Outcome(mutant=by_key[key], result=outcome)
    for result in run_forked(cold, jobs):
        outcome = KILLED if result.ended_early else result.value
        yield Outcome(mutant=by_key[result.name], result=outcome)


def _warm_calls(root: Path, mutants: dict[Target, list[Mutant]]) -> Iterator[ForkedCall]:
    for target, each in mutants.items():
        for start in range(0, len(each), MAX_BATCH):
            yield ForkedCall(
                name=target.name,
                function=partial(_run_warm, root, target, each[start : start + MAX_BATCH]),
                cpu_s=NO_LIMIT_S,
                wall_s=NO_LIMIT_S,
            )


def _arguments(root: Path, target: Target) -> list[str]:
    return [*OPTIONS, "--rootdir", str(root), *target.tests]


def _run_warm(root: Path, target: Target, mutants: Sequence[Mutant]) -> dict[str, object]:
    session = WarmSession(root, mutants)
    arguments = _arguments(root, target)
    pytest.main(arguments, plugins=[session])
    assert len(session.outcomes) == len(mutants), f"pytest ended early: {arguments}"
    return {
        "outcomes": session.outcomes,
        "cpu_s": session.cpu_s,
        "order": session.quickest_first,
        "arguments": arguments,
    }


def _cold_call(root: Path, mutant: Mutant, warm: CallResult) -> ForkedCall:
    cpu_s = IMPORT_S + SPARE_S + SPARE_FACTOR * warm.value["cpu_s"]
    return ForkedCall(
        name=mutant.key,
        function=partial(cold_outcome, root, mutant, warm.value["arguments"], warm.value["order"]),
        cpu_s=cpu_s,
        wall_s=10 * cpu_s,
    )


def _returned(result: CallResult) -> dict[str, dict[str, str]]:
    if result.ended_early:
        raise RuntimeError(f"{result.name}: no mutant was run\n{result.output}")
    returned: dict[str, dict[str, str]] = result.value
    return returned
