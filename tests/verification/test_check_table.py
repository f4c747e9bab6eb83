"""No check of a receipt is vacuous: each refutes wrong texts of its own, and the page describes each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from designer.verification import Check, Pool
from tests.support import soak_count
from tests.verification.check_table import (
    PLAIN_DESIGN,
    CheckMutant,
    check_mutants,
    honest_checks,
    judge_checks,
    outcome_table,
    range_table,
    receipt_of,
    source_of_design,
)

pytestmark = [pytest.mark.torch, pytest.mark.slow]

PAGE = (Path(__file__).parents[2] / "docs" / "receipt.md").read_text()
OF_COMMANDS = {"run", "design.figures"}
"""Checks of receipts that no verification gives."""


@pytest.fixture(scope="module")
def honest(pool: Pool) -> list[Check]:
    """The checks of correct sources, among them every check that a receipt can have."""
    return honest_checks(pool)


def test_each_check_refutes_its_texts(pool: Pool) -> None:
    """A fixed sample of the wrong texts; all of them in a soak run."""
    outcomes = judge_checks(check_mutants()[:: soak_count(12, 1)], pool)
    print(outcome_table(outcomes))
    assert [check for check, refuted in outcomes.items() if not all(refuted)] == []


def test_a_vacuous_check_is_noticed(pool: Pool) -> None:
    """A check that does not see a text is counted."""
    text = source_of_design(PLAIN_DESIGN) + "\n"
    checks = ("text.sha256", "generator.conduct")
    mutant = CheckMutant(checks=checks, number=0, design=PLAIN_DESIGN, text=text)
    outcomes = judge_checks([mutant], pool)
    assert outcomes == {"text.sha256": [True], "generator.conduct": [False]}
    assert outcome_table(outcomes).splitlines() == ["text.sha256: 1/1", "generator.conduct: 0/1"]


def test_every_check_has_three_texts(honest: list[Check]) -> None:
    """Every check of a receipt, at either level, stands in the table."""
    planted = [check for mutant in check_mutants() for check in mutant.checks]
    names = {check.name for check in honest}
    same = {name for name in names if name.replace("encoder", "generator", 1) in planted}
    assert set(planted) | same == names
    assert min(map(planted.count, planted)) >= 3
    assert len({mutant.text for mutant in check_mutants()}) >= 100


def test_correct_sources_pass_within_the_useful_range(honest: list[Check]) -> None:
    """Nothing fails, and every activation of the thin networks distinguishes its inputs."""
    table = range_table(honest)
    print(table)
    assert [check.name for check in honest if check.passed is False] == []
    assert table.count("inside") == 15
    assert "OUTSIDE" not in table


def test_a_network_outside_the_useful_range_is_noticed(pool: Pool) -> None:
    """The table names a thin network whose activations were not measured."""
    text = source_of_design(PLAIN_DESIGN)
    broken = text.replace("        width = [", "        assert channels != 3\n        width = [", 1)
    assert "OUTSIDE" in range_table(receipt_of(PLAIN_DESIGN, broken, pool).checks)


def described_checks() -> dict[str, list[str]]:
    """The cells of each row of the receipt page, by the name of the check."""
    rows: dict[str, list[str]] = {}
    for line in PAGE.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if line.startswith("| `"):
            rows |= dict.fromkeys(re.findall(r"`([^`]+)`", cells[0]), cells[1:])
    return rows


def test_the_receipt_page_describes_each_check(honest: list[Check]) -> None:
    """Under its own name or that without the network, with what it passes for; no row is left over."""
    rows = described_checks()
    names = {check.name for check in honest}
    kinds = {name: name if name in rows else name.partition(".")[2] for name in names}
    assert sorted(name for name, kind in kinds.items() if kind not in rows) == []
    assert sorted(rows.keys() - kinds.values() - OF_COMMANDS) == []
    assert [name for name, cells in rows.items() if len(cells[0]) < 10] == []
