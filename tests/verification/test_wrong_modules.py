"""Every wrong module is refuted; only a trigger may need the check of the syntax."""

from __future__ import annotations

import pytest

from designer.verification import Pool
from tests.support import SOAK
from tests.verification.wrong_module_designs import BRIEFS
from tests.verification.wrong_module_reasons import EQUIVALENT, TRIGGERS
from tests.verification.wrong_modules import (
    EDITS,
    Judgement,
    exceptions_table,
    judge_modules,
    module_table,
    spread_sample,
    wrong_modules,
)

pytestmark = [pytest.mark.torch, pytest.mark.slow]


@pytest.fixture(scope="module")
def judgements(pool: Pool) -> list[Judgement]:
    """A fixed sample of 40 wrong modules; all of them in a soak run."""
    return judge_modules(wrong_modules() if SOAK else spread_sample(40), pool=pool)


def test_every_wrong_module_is_refuted(judgements: list[Judgement]) -> None:
    """Except for equivalent ones; without the check of the syntax, except for triggers, too."""
    print(module_table(judgements))
    print(exceptions_table(judgements))
    assert [f"{judged.module}" for judged in judgements if judged.survives] == []


def test_the_sample_covers_families_and_designs(judgements: list[Judgement]) -> None:
    """It contains every family of edits and every design."""
    assert {judged.module.family for judged in judgements} == set(EDITS)
    assert {judged.module.design for judged in judgements} == set(BRIEFS)


def test_there_are_three_hundred_edits() -> None:
    """Each changes the source of at least one design, and all texts are distinct from it."""
    edits = {(family, edit) for family, named in EDITS.items() for edit in named}
    assert len(edits) >= 300
    assert {(module.family, module.edit) for module in wrong_modules()} == edits
    assert len(BRIEFS) >= 12


def test_every_reason_belongs_to_an_edit() -> None:
    """A renamed edit loses its reason."""
    edits = {(family, edit) for family, named in EDITS.items() for edit in named}
    assert {*EQUIVALENT, *TRIGGERS} <= edits


def test_a_verified_wrong_module_survives() -> None:
    """Neither a digest alone nor, without a trigger, the syntax alone refutes it."""
    module = next(module for module in wrong_modules() if module.family == "batch")
    assert Judgement(module=module, failures=("text.sha256",)).survives
    assert Judgement(module=module, failures=("text.sha256", "text.syntax")).survives
    assert not Judgement(module=module, failures=("generator.conduct", "text.syntax")).survives


def test_the_table_counts_every_module(judgements: list[Judgement]) -> None:
    """The last line is the total, and nothing survives."""
    last = module_table(judgements).splitlines()[-1].split()
    assert last[:2] == ["all", str(len(judgements))]
    assert last[-1] == "0"
