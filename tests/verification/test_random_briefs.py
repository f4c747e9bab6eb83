"""Random briefs over all fields and legal sizes are verified, in bounded memory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from designer.verification.limits import GIB
from tests.support import SOAK, soak_count
from tests.verification import random_briefs
from tests.verification.random_briefs import (
    BriefOutcome,
    code_digest,
    describe_outcomes,
    read_state,
    run_next,
)

COUNT = soak_count(4, 200)
STATE = Path(".gan-designer") / "random-briefs.jsonl"
"""State of the soaks: each goes on where the one before ended, and ten are 2,000 briefs; `make clean` leaves it."""

VERIFIED = BriefOutcome(
    code=code_digest(),
    number=1,
    brief="",
    level="standard",
    verdict="verified",
    details=[],
    peak_bytes=1,
    seconds=0.1,
)


@pytest.mark.torch
@pytest.mark.slow
def test_random_briefs_have_receipts(tmp_path: Path) -> None:
    """No refusal for want of resources, no honest design refuted, no worker above 1 GiB."""
    state = STATE if SOAK else tmp_path / "state.jsonl"
    state.parent.mkdir(exist_ok=True)
    outcomes = run_next(state, COUNT)
    assert not any(outcome.fault for outcome in outcomes.values()), describe_outcomes(
        outcomes.values()
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"verdict": "refuted", "details": ["generator.layers: differs"]},
        {"verdict": "probe_failed", "details": ["too much memory"]},
        {"peak_bytes": GIB + 1},
    ],
    ids=["refuted", "no receipt", "memory"],
)
def test_an_outcome_can_fail(wrong: dict[str, object]) -> None:
    """Each kind of failure has a sentence; the limit on memory is that of level ``standard``."""
    assert VERIFIED.fault is None
    assert replace(VERIFIED, **wrong).fault  # type: ignore[arg-type]
    assert (replace(VERIFIED, level="full", **wrong).fault is None) == ("peak_bytes" in wrong)  # type: ignore[arg-type]


def test_a_soak_goes_on_where_it_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second run takes the briefs that failed, then the next numbers."""
    state, ran = tmp_path / "state.jsonl", []

    def run_brief(number: int, _pool: object) -> BriefOutcome:
        ran.append(number)
        verdict = "refuted" if number == 1 and ran.count(1) == 1 else "verified"
        return replace(VERIFIED, number=number, verdict=verdict)

    monkeypatch.setattr(random_briefs, "run_brief", run_brief)
    assert sorted(run_next(state, 3)) == [0, 1, 2]
    outcomes = run_next(state, 2)
    assert ran == [0, 1, 2, 1, 3]
    assert not any(outcome.fault for outcome in outcomes.values())
    assert read_state(state) == outcomes


def test_an_outcome_counts_only_for_the_code_that_ran_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a change of the code, every brief is run again, those that failed before first."""
    state, ran = tmp_path / "state.jsonl", []

    def run_brief(number: int, _pool: object) -> BriefOutcome:
        ran.append(number)
        verdict = "refuted" if len(ran) == 2 else "verified"
        return replace(VERIFIED, number=number, verdict=verdict, code=random_briefs.code_digest())

    monkeypatch.setattr(random_briefs, "run_brief", run_brief)
    monkeypatch.setattr(random_briefs, "code_digest", lambda: "before")
    assert run_next(state, 2)[1].fault
    monkeypatch.setattr(random_briefs, "code_digest", lambda: "after")
    assert read_state(state) == {}
    assert ran == [0, 1]
    outcomes = run_next(state, 2)
    assert ran == [0, 1, 1, 0]
    assert read_state(state) == outcomes
    assert not any(outcome.fault for outcome in outcomes.values())


def test_the_digest_covers_the_probe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed file of the packages that are named gives another digest."""
    places = {path.name for path in random_briefs._CODE}
    assert places == {"networks", "source", "verification", "random_briefs.py", "brief_draws.py"}
    (tmp_path / "one.py").write_text("1")
    monkeypatch.setattr(random_briefs, "_ROOT", tmp_path)
    monkeypatch.setattr(random_briefs, "_CODE", [tmp_path])
    digests = []
    for text in ("1", "2"):
        (tmp_path / "one.py").write_text(text)
        code_digest.cache_clear()
        digests.append(code_digest())
    code_digest.cache_clear()
    assert digests[0] != digests[1]
