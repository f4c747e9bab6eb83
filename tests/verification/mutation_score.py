"""Mutation score of the verification: the share of faults in rendered sources that it refutes.

    python -m tests.verification.mutation_score [COUNT]

prints the table for COUNT mutants, by default all of them, of a dozen designs.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from itertools import islice

from designer.brief.options import (
    DiscriminatorStyle,
    Level,
    Normalization,
    Output,
    OutputActivation,
)
from designer.errors import ProbeFailed
from designer.geometry.layers import Window
from designer.geometry.resampling import Upsampling
from designer.networks import Gan
from designer.source import PythonSource, render_source
from designer.source.syntax_tree import parse_python
from designer.verification import Limits, Pool, Verification, WidthPolicy, verify_source
from designer.verification.source_grammar import find_refused_line
from tests.networks.network_factory import LONGER, make_gan
from tests.verification.designs import doubling_gan, gan_from_windows
from tests.verification.mutants import Mutant, equivalence_reason, mutants

NARROW = WidthPolicy(full_multiply_adds=10**5, reduced_multiply_adds=10**6)
"""A policy under which every design here is run at reduced width."""


def same_on_every_axis(*windows: Window, axes: int = 2) -> tuple[tuple[Window, ...], ...]:
    """The same window on every axis, layer by layer."""
    return tuple((window,) * axes for window in windows)


PLAIN = Window(kernel_size=4, stride=2, padding=1)
DESIGNS: dict[str, tuple[Gan, WidthPolicy]] = {
    "16 from 4": (doubling_gan(2, base_channels=8), WidthPolicy()),
    "32 from 4, run narrower": (doubling_gan(3, base_channels=32, max_channels=64), NARROW),
    "64 from 4, the DCGAN": (doubling_gan(4), WidthPolicy()),
    "24 from 3, one channel": (doubling_gan(3, (3, 3), channels=1, base_channels=4), WidthPolicy()),
    "12 x 20": (doubling_gan(2, (3, 5), base_channels=8, latent_dim=7), WidthPolicy()),
    "capped widths": (doubling_gan(3, (2, 2), base_channels=8, max_channels=12), WidthPolicy()),
    "one axis": (
        gan_from_windows(
            (16,),
            same_on_every_axis(
                Window(kernel_size=25, stride=4, padding=11, output_padding=1), axes=1
            )
            * 2,
            base_channels=8,
        ),
        WidthPolicy(),
    ),
    "three axes": (doubling_gan(2, (2, 2, 2), base_channels=4), WidthPolicy()),
    "25 with output padding": (
        gan_from_windows(
            (6, 6),
            same_on_every_axis(PLAIN, Window(kernel_size=4, stride=2, padding=1, output_padding=1)),
            base_channels=8,
        ),
        WidthPolicy(),
    ),
    "stride 3": (
        gan_from_windows(
            (5, 5),
            same_on_every_axis(PLAIN, Window(kernel_size=5, stride=3, padding=1)),
            base_channels=8,
        ),
        WidthPolicy(),
    ),
    "dilated": (
        gan_from_windows(
            (4, 4),
            same_on_every_axis(Window(kernel_size=6, stride=3, padding=3, dilation=2), PLAIN),
            base_channels=8,
        ),
        WidthPolicy(),
    ),
    "unread pixels": (
        gan_from_windows(
            (4, 4),
            same_on_every_axis(Window(kernel_size=3, stride=3, padding=0, output_padding=2), PLAIN),
            base_channels=8,
        ),
        WidthPolicy(),
    ),
}
DESIGNS |= {
    name: (gan, WidthPolicy())
    for name, gan in {
        "resized, a critic": make_gan(
            (17, 16), PLAIN, (LONGER, PLAIN), upsampling=Upsampling.RESIZE,
            normalization=Normalization.INSTANCE,
            style=DiscriminatorStyle(normalization=Normalization.LAYER, output=Output.CRITIC),
        ),
        "shuffled, labels, a patch": make_gan(
            (17, 16), PLAIN, (LONGER, PLAIN), upsampling=Upsampling.SUBPIXEL, classes=3,
            normalization=Normalization.GROUP, base_channels=34, max_channels=40,
            style=DiscriminatorStyle(
                normalization=Normalization.SPECTRAL, output=Output.LOGIT, patch=13, base_channels=6
            ),
        ),
        "labels and a probability": make_gan((16, 16), PLAIN, PLAIN, classes=2),
        "a vocoder and its encoder": make_gan(
            (96,), Window(kernel_size=9, stride=3, padding=3), PLAIN, latent_dim=None,
            initial_channels=7, upsampling=Upsampling.SUBPIXEL, style=None, encoder=True,
            normalization=Normalization.NONE,
        ),
        "shuffled alike, then by axis, no last activation": make_gan(
            (16, 32), PLAIN, (Window(kernel_size=3, padding=1), PLAIN),
            upsampling=Upsampling.SUBPIXEL, style=None, output_activation=OutputActivation.NONE,
        ),
        "masks": make_gan((16, 16), PLAIN, PLAIN, style=None, output_activation=OutputActivation.SIGMOID),
        "a volume, shuffled by axis": make_gan(
            (4, 8, 18), PLAIN,
            (Window(kernel_size=3, padding=1), PLAIN, Window(kernel_size=3, stride=3)),
            upsampling=Upsampling.SUBPIXEL, style=None,
        ),
    }.items()
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Result of a mutant without ``text.syntax``: ``refuted``, ``verified`` or ``accident``.

    ``refused_syntax``: whether ``text.syntax`` fails, which refutes it in a receipt in any case.
    """

    design: str
    mutant: Mutant
    verdict: str
    refused_syntax: bool

    @property
    def survives(self) -> bool:
        """Whether the mutant is not equivalent and was not refuted."""
        return self.verdict != "refuted" and equivalence_reason(self.mutant) is None


def planted_mutants() -> list[tuple[str, Mutant]]:
    """Every mutant that compiles, of every design, in a fixed shuffled order."""
    mutants_by_design = [
        (name, mutant)
        for name, (gan, _) in DESIGNS.items()
        for mutant in mutants(render_source(gan).text)
        if _compiles(mutant.text)
    ]
    return sorted(
        mutants_by_design, key=lambda pair: sha256((pair[0] + pair[1].text).encode()).hexdigest()
    )


def _compiles(text: str) -> bool:
    try:
        PythonSource(text=text)
    except SyntaxError:
        return False
    return True


def judge(pair: tuple[str, Mutant], *, pool: Pool) -> Outcome:
    """The outcome of verifying one mutant."""
    name, mutant = pair
    gan, policy = DESIGNS[name]
    source = PythonSource(text=mutant.text)
    refused = find_refused_line(mutant.text, parse_python(mutant.text)) is not None
    try:
        receipt = verify_source(source, gan, level=Level.STANDARD, runner=pool.run, policy=policy)
        verdict = without_syntax_check(receipt).verdict
    except ProbeFailed:
        verdict = "accident"
    return Outcome(design=name, mutant=mutant, verdict=verdict, refused_syntax=refused)


def without_syntax_check(receipt: Verification) -> Verification:
    """A receipt whose verdict is that of the other checks: what a run of the source shows."""
    checks = tuple(check for check in receipt.checks if check.name != "text.syntax")
    return replace(receipt, checks=checks)


def judge_all(pairs: Iterable[tuple[str, Mutant]], *, pool: Pool) -> list[Outcome]:
    """The outcomes of many mutants, in order."""
    with ThreadPoolExecutor(pool.workers) as callers:
        return list(callers.map(partial(judge, pool=pool), pairs))


def score_table(outcomes: Sequence[Outcome]) -> str:
    """Table of planted, equivalent and refuted mutants by kind of fault.

    ``refuted`` and the score leave out ``text.syntax``; ``with syntax`` counts its refusals, too.
    """
    planted, equivalent, refuted, with_syntax = (Counter[str]() for _ in range(4))
    for outcome in outcomes:
        for kind in (outcome.mutant.kind, "all"):
            planted[kind] += 1
            refuted[kind] += outcome.verdict == "refuted"
            with_syntax[kind] += outcome.verdict == "refuted" or outcome.refused_syntax
            equivalent[kind] += outcome.verdict != "refuted" and not outcome.survives
    rows = [
        f"{'fault':<16}{'planted':>9}{'with syntax':>13}{'equivalent':>12}{'refuted':>9}{'score':>8}"
    ]
    for kind in [*sorted(planted.keys() - {"all"}), "all"]:
        score = refuted[kind] / max(planted[kind] - equivalent[kind], 1)
        counts = (
            f"{planted[kind]:>9}{with_syntax[kind]:>13}{equivalent[kind]:>12}{refuted[kind]:>9}"
        )
        rows.append(f"{kind:<16}{counts}{score:>8.1%}")
    return "\n".join(rows)


def main() -> int:
    """Print the table and every survivor; the exit status is 1 if there is one."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else None
    with Pool(workers=2, limits=Limits(timeout_s=60), max_waiting=8) as pool:
        outcomes = judge_all(islice(planted_mutants(), count), pool=pool)
    print(score_table(outcomes))
    survivors = [outcome for outcome in outcomes if outcome.survives]
    for survivor in survivors:
        print(f"survives: {survivor.design}: {survivor.mutant}")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
