"""The report of a run: a table by module, every survivor, and what makes the gate fail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from tests.mutation.runner import Outcome

MIN_KILLED = 0.95
"""The share of mutants that tests have to kill."""


def score_rows(outcomes: Sequence[Outcome], equivalents: Mapping[str, str]) -> Iterator[str]:
    """A line for each module, and one for all: mutants, killed, equivalent, surviving, share."""
    yield f"{'module':<58}{'mutants':>9}{'killed':>8}{'equivalent':>12}{'survive':>9}{'share':>8}"
    ordered = sorted(outcomes, key=lambda outcome: outcome.mutant.module)
    for module, group in groupby(ordered, key=lambda outcome: outcome.mutant.module):
        yield _score_row(module, list(group), equivalents)
    yield _score_row("all", ordered, equivalents)


def _score_row(name: str, outcomes: Sequence[Outcome], equivalents: Mapping[str, str]) -> str:
    survivors = [outcome for outcome in outcomes if not outcome.killed]
    listed = sum(outcome.mutant.key in equivalents for outcome in survivors)
    return (
        f"{name:<58}{len(outcomes):>9}{len(outcomes) - len(survivors):>8}{listed:>12}"
        f"{len(survivors) - listed:>9}{killed_share(outcomes):>8.1%}"
    )


def killed_share(outcomes: Sequence[Outcome]) -> float:
    """The share of all mutants, equivalent ones too, that tests killed."""
    return sum(outcome.killed for outcome in outcomes) / max(len(outcomes), 1)


def gate_errors(
    outcomes: Sequence[Outcome], equivalents: Mapping[str, str], known_keys: Iterable[str]
) -> Iterator[str]:
    """Why the gate fails, a line for each reason; nothing if it passes."""
    if not outcomes:
        yield "no mutant was run"
    elif (share := killed_share(outcomes)) < MIN_KILLED:
        yield f"{share:.1%} of the mutants are killed, at least {MIN_KILLED:.0%} are asked for"
    for outcome in sorted(outcomes, key=lambda each: (each.mutant.module, each.mutant.number)):
        mutant = outcome.mutant
        if not outcome.killed and mutant.key not in equivalents:
            yield f"{outcome.result}: line {mutant.line}, {mutant.operator}: {mutant.key}"
        if outcome.killed and mutant.key in equivalents:
            yield f"listed as equivalent, but killed: {mutant.key}"
    for key in sorted(equivalents.keys() - set(known_keys)):
        yield f"listed as equivalent, but there is no such mutant: {key}"
