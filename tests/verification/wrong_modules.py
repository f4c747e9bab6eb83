"""Wrong modules: sources of eighteen designs with one fault each, which the verification must refute.

    python -m tests.verification.wrong_modules [COUNT]

prints the table for COUNT of them, by default all, with the equivalent ones and their reasons.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from hashlib import sha256

from designer.brief.options import Level
from designer.errors import ProbeFailed
from designer.source import PythonSource, render_source
from designer.verification import Limits, Pool, verify_text
from tests.verification.call_edits import CALL_EDITS
from tests.verification.gradient_edits import GRADIENT_EDITS
from tests.verification.layer_edits import LAYER_EDITS
from tests.verification.network_edits import network_of
from tests.verification.single_edits import SINGLE_EDITS
from tests.verification.size_edits import SIZE_EDITS
from tests.verification.source_edits import SOURCE_EDITS
from tests.verification.variational_edits import VARIATIONAL_EDITS
from tests.verification.wrong_module_designs import BRIEFS, wrong_module_gan
from tests.verification.wrong_module_reasons import EQUIVALENT, TRIGGERS

ONE_DESIGN = "one design"
OF_ONE_DESIGN = SINGLE_EDITS | SIZE_EDITS | VARIATIONAL_EDITS
PLACES = {
    edit: (design, network)
    for design, networks in OF_ONE_DESIGN.items()
    for network, edits in networks.items()
    for edit in edits
}
"""The design and the network of each edit of the family of ``ONE_DESIGN``."""

EDITS = CALL_EDITS | GRADIENT_EDITS | LAYER_EDITS | SOURCE_EDITS
EDITS |= {
    ONE_DESIGN: {edit: OF_ONE_DESIGN[design][name][edit] for edit, (design, name) in PLACES.items()}
}
NETWORKS = ("Generator", "Discriminator", "Encoder")
TEXT_CHECKS = {"text.sha256", "text.syntax"}


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongModule:
    """An edit of one network in the source of a design."""

    design: str
    network: str
    family: str
    edit: str
    text: str

    def __str__(self) -> str:
        return f"{self.family}: {self.edit} ({self.design}, {self.network})"

    @property
    def digest(self) -> str:
        """Place in the fixed shuffled order."""
        return sha256(str(self).encode()).hexdigest()

    @property
    def equivalence_reason(self) -> str | None:
        """Why torch computes the same with it, listed by hand; None if it does not."""
        for (family, edit), (applies, reason) in EQUIVALENT.items():
            if (family, edit) == (self.family, self.edit) and applies(self.network, self.text):
                return reason
        return None

    @property
    def trigger_reason(self) -> str | None:
        """Why no run of the verification meets the case in which it is wrong."""
        return TRIGGERS.get((self.family, self.edit))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The failed checks of a wrong module; ``accident`` if its process ended, which refutes, too."""

    module: WrongModule
    failures: tuple[str, ...]

    @property
    def refuted(self) -> bool:
        """Whether a check of its text or of its run fails, the digest left out."""
        return any(name != "text.sha256" for name in self.failures)

    @property
    def refuted_by_run(self) -> bool:
        """Whether a check other than those of the text fails."""
        return not TEXT_CHECKS.issuperset(self.failures)

    @property
    def survives(self) -> bool:
        """Whether it is wrong and verified; only what a run cannot see may need the syntax check."""
        needs_run = self.module.trigger_reason is None
        seen = self.refuted_by_run if needs_run else self.refuted
        return not seen and self.module.equivalence_reason is None


@cache
def wrong_modules() -> tuple[WrongModule, ...]:
    """Every edit in every design that it applies to, in one network of it, the networks by turns."""
    found = []
    edits = [(family, edit) for family, named in EDITS.items() for edit in named]
    for turn, (family, edit) in enumerate(edits):
        for place, design in enumerate(BRIEFS):
            changed = _changed(design, family, edit)
            if changed:
                network, text = changed[(turn + place) % len(changed)]
                found.append(
                    WrongModule(design=design, network=network, family=family, edit=edit, text=text)
                )
    return tuple(sorted(found, key=lambda module: module.digest))


@cache
def design_source(design: str) -> PythonSource:
    """The source that is edited."""
    return render_source(wrong_module_gan(design))


def _changed(design: str, family: str, edit: str) -> list[tuple[str, str]]:
    """The networks of a design that an edit changes, each with the changed source."""
    text = design_source(design).text
    place = PLACES.get(edit)
    names = NETWORKS if place is None else (place[1],) if place[0] == design else ()
    parts = [part for name in names if (part := network_of(text, name))]
    edited = [(part.name, changed) for part in parts if (changed := EDITS[family][edit](part))]
    return [(name, part.text) for name, part in edited if part.text != text]


def spread_sample(count: int) -> list[WrongModule]:
    """A fixed sample: the families by turns, each time from the design that has come up least."""
    chosen: list[WrongModule] = []
    used: Counter[str] = Counter()
    for turn in range(count):
        family = list(EDITS)[turn % len(EDITS)]
        candidates = [m for m in wrong_modules() if m.family == family and m not in chosen]
        best = min(candidates, key=lambda module: (used[module.design], module.digest))
        used[best.design] += 1
        chosen.append(best)
    return chosen


def judge_module(module: WrongModule, *, pool: Pool) -> Judgement:
    """The checks that fail on one wrong module at level ``standard``."""
    gan = wrong_module_gan(module.design)
    stated = design_source(module.design).sha256
    try:
        receipt = verify_text(module.text, stated, gan, level=Level.STANDARD, runner=pool.run)
    except ProbeFailed:
        return Judgement(module=module, failures=("text.syntax", "accident"))
    return Judgement(module=module, failures=tuple(check.name for check in receipt.failures))


def judge_modules(modules: Iterable[WrongModule], *, pool: Pool) -> list[Judgement]:
    """The judgements of many wrong modules, in order."""
    with ThreadPoolExecutor(pool.workers) as callers:
        return list(callers.map(partial(judge_module, pool=pool), modules))


def module_table(judgements: Sequence[Judgement]) -> str:
    """Counts by family: ``by run`` leaves out the checks of the text, ``refuted`` has all checks."""
    columns = ("modules", "refuted", "by run", "equivalent", "trigger", "survive")
    counts = {family: Counter[str]() for family in [*EDITS, "all"]}
    for judged in judgements:
        module = judged.module
        for family in (module.family, "all"):
            counts[family].update(
                {
                    "modules": 1,
                    "refuted": judged.refuted,
                    "by run": judged.refuted_by_run,
                    "equivalent": module.equivalence_reason is not None,
                    "trigger": module.trigger_reason is not None and not judged.refuted_by_run,
                    "survive": judged.survives,
                }
            )
    rows = [f"{'family':<16}" + "".join(f"{column:>12}" for column in columns)]
    rows += [
        f"{family:<16}" + "".join(f"{found[column]:>12}" for column in columns)
        for family, found in counts.items()
        if found["modules"]
    ]
    return "\n".join(rows)


def exceptions_table(judgements: Sequence[Judgement]) -> str:
    """Every module that no run refutes, with the reason; ``survives`` if there is none."""
    rows = []
    for judged in judgements:
        module = judged.module
        reason = module.equivalence_reason or module.trigger_reason
        if judged.survives or not judged.refuted_by_run:
            rows.append(f"{module}: {'survives' if judged.survives else reason}")
    return "\n".join(sorted(rows))


def main() -> int:
    """Print both tables; the exit status is 1 if a wrong module survives."""
    modules = wrong_modules()
    chosen = spread_sample(int(sys.argv[1])) if len(sys.argv) > 1 else modules
    with Pool(workers=2, limits=Limits(timeout_s=60), max_waiting=8) as pool:
        judgements = judge_modules(chosen, pool=pool)
    print(module_table(judgements))
    print(exceptions_table(judgements))
    return 1 if any(judged.survives for judged in judgements) else 0


if __name__ == "__main__":
    sys.exit(main())
