"""Table of the checks of a receipt: for each, how many wrong texts it refutes by itself.

    python -m tests.verification.check_table [EVERY]

prints it with the inputs of every activation of the thin networks; EVERY keeps one text of so many.
The exit status is 1 if a check misses one of its texts, or an activation is outside its useful range.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial

from designer.brief.options import Level, Normalization
from designer.geometry.resampling import Upsampling
from designer.networks import Gan
from designer.source import render_source
from designer.verification import Check, Limits, Pool, Verification, WidthPolicy, verify_text
from tests.networks.network_factory import PLAIN, make_gan
from tests.verification.check_mutants import NETWORK_MUTANTS, ONE_NETWORK, TEXT_MUTANTS
from tests.verification.designs import doubling_gan
from tests.verification.network_edits import Apply, network_of
from tests.verification.residual_edits import SILENCE_MUTANTS, residual_gan
from tests.verification.size_edits import SIZE_MUTANTS
from tests.verification.unet_edits import REFUSAL_MUTANTS, unet_gan
from tests.verification.variational_edits import VARIATIONAL_MUTANTS
from tests.verification.wrong_module_designs import wrong_module_gan

PLAIN_DESIGN = "plain, run narrower"
NARROW = WidthPolicy(full_multiply_adds=10**5, reduced_multiply_adds=10**5)
DESIGNS: dict[str, tuple[Gan, WidthPolicy]] = {
    PLAIN_DESIGN: (doubling_gan(2, base_channels=8), NARROW),
    "labels": (make_gan((16, 16), PLAIN, PLAIN, classes=3, base_channels=4), WidthPolicy()),
    "sub-pixel, group norm": (
        make_gan(
            (16, 16),
            PLAIN,
            PLAIN,
            upsampling=Upsampling.SUBPIXEL,
            normalization=Normalization.GROUP,
        ),
        WidthPolicy(),
    ),
    "factor": (wrong_module_gan("factor"), WidthPolicy()),
    "variational": (wrong_module_gan("variational"), WidthPolicy()),
    "residual": (residual_gan("resize"), WidthPolicy()),
    "skips": (unet_gan("concat"), WidthPolicy()),
    "level full": (doubling_gan(2, base_channels=4), WidthPolicy()),
}
DESIGN_OF_CHECK = {
    **dict.fromkeys(("labels", "labels_outside_refused"), "labels"),
    **dict.fromkeys(("text.group_count", "pixels_start_alike"), "sub-pixel, group norm"),
    "silent_parameters": "residual",
    "generator.refused_sizes": "skips",
    **dict.fromkeys(("float64", "bfloat16", "meta", "state_dict", "export", "onnx"), "level full"),
}
"""The design of checks that not every receipt has, by kind; the others have the plain design."""

NETWORKS = {"generator": "Generator", "discriminator": "Discriminator"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckMutant:
    """A wrong text, and the checks that must each refute it."""

    checks: tuple[str, ...]
    number: int
    design: str
    text: str

    def __str__(self) -> str:
        return f"{' and '.join(self.checks)}, text {self.number}"


def check_mutants() -> list[CheckMutant]:
    """Every wrong text of every check."""
    return [*_text_mutants(), *_network_mutants(), *_one_network_mutants()]


def _text_mutants() -> Iterator[CheckMutant]:
    for kind, edits in (TEXT_MUTANTS | SILENCE_MUTANTS | REFUSAL_MUTANTS).items():
        design = DESIGN_OF_CHECK.get(kind, PLAIN_DESIGN)
        roles = ("generator",) if kind == "pixels_start_alike" else tuple(NETWORKS)
        single = kind.startswith(("text.", "generator."))
        checks = (kind,) if single else tuple(f"{role}.{kind}" for role in roles)
        for number, edit in enumerate(edits):
            changed = edit(source_of_design(design))
            yield CheckMutant(checks=checks, number=number, design=design, text=changed)


def _network_mutants() -> Iterator[CheckMutant]:
    for kind, edits in NETWORK_MUTANTS.items():
        design = DESIGN_OF_CHECK.get(kind, PLAIN_DESIGN)
        checks = tuple(f"{role}.{kind}" for role in NETWORKS)
        for number, edit in enumerate(edits):
            text = source_of_design(design)
            for name in NETWORKS.values():
                text = _edited(text, name, edit)
            yield CheckMutant(checks=checks, number=number, design=design, text=text)


def _one_network_mutants() -> Iterator[CheckMutant]:
    for check, (name, edits) in (ONE_NETWORK | SIZE_MUTANTS | VARIATIONAL_MUTANTS).items():
        design = "factor" if check in SIZE_MUTANTS else PLAIN_DESIGN
        design = "variational" if check in VARIATIONAL_MUTANTS else design
        for number, edit in enumerate(edits):
            text = _edited(source_of_design(design), name, edit)
            yield CheckMutant(checks=(check,), number=number, design=design, text=text)


def _edited(text: str, name: str, edit: Apply) -> str:
    part = network_of(text, name)
    assert part is not None
    changed = edit(part)
    assert changed is not None, name
    assert changed.text != text, name
    return changed.text


@cache
def source_of_design(design: str) -> str:
    """The correct source of a design."""
    return render_source(DESIGNS[design][0]).text


@cache
def _stated_digest(design: str) -> str:
    return render_source(DESIGNS[design][0]).sha256


def receipt_of(design: str, text: str, pool: Pool) -> Verification:
    """The receipt of a text at the level of its design."""
    gan, policy = DESIGNS[design]
    level = Level.FULL if design == "level full" else Level.STANDARD
    return verify_text(
        text, _stated_digest(design), gan, level=level, runner=pool.run, policy=policy
    )


def failed_checks(mutant: CheckMutant, pool: Pool) -> set[str]:
    """The checks that refute a text."""
    receipt = receipt_of(mutant.design, mutant.text, pool)
    return {failure.name for failure in receipt.failures}


def judge_checks(mutants: Sequence[CheckMutant], pool: Pool) -> dict[str, list[bool]]:
    """By check, whether it refutes each of its texts."""
    with ThreadPoolExecutor(pool.workers) as callers:
        failures = list(callers.map(partial(failed_checks, pool=pool), mutants))
    outcomes: dict[str, list[bool]] = {}
    for mutant, failed in zip(mutants, failures, strict=True):
        for check in mutant.checks:
            outcomes.setdefault(check, []).append(check in failed)
    return outcomes


def honest_checks(pool: Pool) -> list[Check]:
    """The checks of the correct sources of all designs."""
    receipts = [receipt_of(design, source_of_design(design), pool) for design in DESIGNS]
    return [check for receipt in receipts for check in receipt.checks]


def outcome_table(outcomes: dict[str, list[bool]]) -> str:
    """``check: refuted/planted``, a line for each check."""
    return "\n".join(
        f"{check}: {sum(refuted)}/{len(refuted)}" for check, refuted in outcomes.items()
    )


def range_table(checks: Iterable[Check]) -> str:
    """The inputs of the activations of the thin networks, and what is useful."""
    rows = []
    for check in checks:
        if check.name.endswith(".useful_range") and isinstance(check.measured, dict):
            rows.append(
                f"{check.name}: {'inside' if check.passed else 'OUTSIDE'} {check.predicted}"
            )
            rows += [f"    {name}: {found}" for name, found in check.measured.items()]
    return "\n".join(rows)


def main() -> int:
    """Print both tables."""
    every = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    with Pool(workers=2, limits=Limits(timeout_s=200), max_waiting=8) as pool:
        outcomes = judge_checks(check_mutants()[::every], pool)
        honest = honest_checks(pool)
    print(outcome_table(outcomes))
    print(range_table(honest))
    failed = any(check.passed is False for check in honest)
    return 1 if failed or not all(map(all, outcomes.values())) else 0


if __name__ == "__main__":
    sys.exit(main())
