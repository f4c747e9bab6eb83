"""Mutation test of the verification: every planted fault is refuted."""

from __future__ import annotations

import pytest

from designer.verification import Pool
from tests.support import soak_count
from tests.verification.mutants import Mutant
from tests.verification.mutation_score import (
    DESIGNS,
    Outcome,
    judge_all,
    planted_mutants,
    score_table,
)

pytestmark = [pytest.mark.torch, pytest.mark.slow]


def sampled_mutants() -> list[tuple[str, Mutant]]:
    """The first three mutants of each design; all of them in a soak run."""
    planted = planted_mutants()
    groups = {name: [pair for pair in planted if pair[0] == name] for name in DESIGNS}
    return [pair for group in groups.values() for pair in group[: soak_count(3, 100_000)]]


@pytest.fixture(scope="module")
def outcomes(pool: Pool) -> list[Outcome]:
    """What became of each mutant of the sample."""
    return judge_all(sampled_mutants(), pool=pool)


def test_every_mutant_is_refuted(outcomes: list[Outcome]) -> None:
    """Except for mutants with a stated reason of equivalence."""
    survivors = [f"{outcome.design}: {outcome.mutant}" for outcome in outcomes if outcome.survives]
    assert survivors == []


def test_the_sample_covers_designs_and_faults(outcomes: list[Outcome]) -> None:
    """It contains every design and most kinds of fault, and at least 90 % are refuted."""
    assert {outcome.design for outcome in outcomes} == set(DESIGNS)
    assert len({outcome.mutant.kind for outcome in outcomes}) >= 12
    assert sum(outcome.verdict == "refuted" for outcome in outcomes) >= 0.9 * len(outcomes)


def test_there_are_a_thousand_mutants() -> None:
    """The number of mutants that `make soak` verifies."""
    assert len(planted_mutants()) >= 1_000


def test_the_table_counts_every_mutant(outcomes: list[Outcome]) -> None:
    """The last line of the table is the total."""
    last = score_table(outcomes).splitlines()[-1].split()
    assert last[:2] == ["all", str(len(outcomes))]
    assert last[-1] == "100.0%"
