"""Random briefs over all fields and all legal sizes, designed and verified in a pool; resumable.

    python -m tests.verification.random_briefs --state FILE [--count 200] [--first 0]

runs the next COUNT briefs, those that failed first, and adds one line for each to FILE. A brief is
drawn from its number. It exits with 1 if a brief of FILE fails: if its receipt is no answer for want
of time or memory, if it refutes the design, or if the worker took more than 1 GiB.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from itertools import chain, count, islice
from math import exp, log, prod
from pathlib import Path

from designer.brief.model import Brief, Level
from designer.brief.options import (
    DiscriminatorStyle,
    InitialMap,
    Normalization,
    Output,
    OutputActivation,
)
from designer.brief.search_space import Budget, Exact, Overlap, SearchSpace
from designer.errors import Accident, DesignerError
from designer.geometry.resampling import Upsampling
from designer.limits import MAX_ELEMENTS, MAX_SIDE, MAX_SIGNAL_LENGTH, MIN_SIDE
from designer.pipeline.design import design, fit_widths, solve_brief
from designer.verification import Limits, Pool
from designer.verification.limits import GIB, MIB
from designer.verification.predictions import RECEIPT_SEED
from tests.service.processes import descendants

_FULL_LEVEL = 0.02
"""Share of the briefs at level ``full``, whose memory has another limit."""

_WALL_S = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefOutcome:
    """What became of a brief. ``peak_bytes``: of the worker, None if it has ended.

    ``verdict`` is that of the receipt or, without a receipt, the code of the accident; ``details``
    are the failed checks or the accident.
    """

    number: int
    brief: str
    level: str
    verdict: str
    details: list[str]
    peak_bytes: int | None
    seconds: float

    @property
    def fault(self) -> str | None:
        """Why the outcome is a failure; None if it is none."""
        if self.verdict not in ("verified", "not_run"):
            return f"{self.verdict}: {'; '.join(self.details)[:400]}"
        if self.level == Level.STANDARD and (self.peak_bytes or 0) > GIB:
            return f"the worker took {(self.peak_bytes or 0) / MIB:.0f} MiB"
        return None


def draw_briefs(number: int) -> Iterator[Brief]:
    """Briefs of this number, without end: the first that has a design counts."""
    rng = random.Random(f"{RECEIPT_SEED}/{number}")
    while True:
        try:
            yield _draw_brief(rng)
        except DesignerError:
            continue


def _log_uniform(rng: random.Random, least: int, largest: int) -> int:
    return min(largest, int(exp(rng.uniform(log(least), log(largest + 1)))))


def _draw_sizes(rng: random.Random) -> tuple[int, ...]:
    """One to three axes, each of any legal length or one of the two extremes."""
    axes = rng.choice([1, 2, 2, 2, 3])
    largest = MAX_SIGNAL_LENGTH if axes == 1 else MAX_SIDE

    def side() -> int:
        extreme = rng.random() < 0.1
        return rng.choice([MIN_SIDE, largest]) if extreme else _log_uniform(rng, MIN_SIDE, largest)

    while True:
        sizes = (side(),) * axes if rng.random() < 0.25 else tuple(side() for _ in range(axes))
        if prod(sizes) <= MAX_ELEMENTS:
            return sizes


def _draw_space(rng: random.Random, axes: int) -> SearchSpace | None:
    if rng.random() < 0.5:
        return None
    space = SearchSpace.default(axes=axes, anisotropic=rng.random() < 0.4)
    sides = [_log_uniform(rng, 1, 16) for _ in range(axes)]
    return replace(
        space,
        kernel_sizes=tuple({*space.kernel_sizes, _log_uniform(rng, 1, 48)}),
        strides=tuple({*space.strides, _log_uniform(rng, 1, 12)}),
        dilations=rng.choice([(1,), (1,), (1, 2), (1, 2, 3)]),
        output_padding=rng.random() < 0.8,
        exact=rng.choice(list(Exact)),
        overlap=rng.choice(list(Overlap)),
        initial_size=tuple(sides) if rng.random() < 0.2 else None,
        max_layers=rng.choice([1, 4, 8, 16, 64]),
    )


def _draw_style(rng: random.Random) -> DiscriminatorStyle:
    return DiscriminatorStyle(
        normalization=rng.choice(list(Normalization)),
        output=rng.choice(list(Output)),
        patch=rng.choice([None, None, _log_uniform(rng, 1, 512)]),
        base_channels=rng.choice([None, _log_uniform(rng, 1, 512)]),
    )


def _draw_budget(rng: random.Random) -> Budget | None:
    if rng.random() < 0.8:
        return None
    return Budget(
        parameters=rng.choice([None, _log_uniform(rng, 10**4, 10**9)]),
        multiply_adds=rng.choice([None, _log_uniform(rng, 10**6, 10**12)]),
    )


def _draw_brief(rng: random.Random) -> Brief:
    """A brief; its chain is given or its input a map where another one has been solved.

    Raises:
        DesignerError: if the fields contradict each other, or no chain fits.
    """
    sizes = _draw_sizes(rng)
    brief = Brief(
        resolution=sizes,
        latent_dim=rng.choice([100, _log_uniform(rng, 1, 1024), _log_uniform(rng, 1, 65_536)]),
        classes=rng.choice([None, None, None, _log_uniform(rng, 2, 65_536)]),
        channels=rng.choice([1, 3, 3, 3, _log_uniform(rng, 1, 4096)]),
        base_channels=rng.choice([None, 64, _log_uniform(rng, 1, 256), _log_uniform(rng, 1, 4096)]),
        max_channels=rng.choice([512, 512, _log_uniform(rng, 1, 4096)]),
        upsampling=rng.choice(list(Upsampling)),
        normalization=rng.choice(list(Normalization)),
        output_activation=rng.choice(list(OutputActivation)),
        discriminator=rng.choice(["default", None, *[_draw_style(rng)] * 3]),
        encoder=rng.random() < 0.3,
        search=_draw_space(rng, len(sizes)),
        budget=_draw_budget(rng),
        verify=Level.FULL if rng.random() < _FULL_LEVEL else Level.STANDARD,
    )
    kind = rng.choice(["solved"] * 4 + ["chain", "map"])
    if kind == "solved":
        return brief
    brief = fit_widths(brief)
    solved = solve_brief(brief).chain
    if kind == "chain":
        return replace(brief, windows=solved.windows, search=None, budget=None)
    start = InitialMap(channels=_log_uniform(rng, 1, 1024), size=solved.initial_size)
    return replace(brief, latent_dim=None, classes=None, initial_map=start, budget=None)


def run_brief(number: int, pool: Pool) -> BriefOutcome:
    """Design and verify the brief of a number in a pool of one worker, the only one of this process."""
    for brief in draw_briefs(number):
        _reset_peaks()
        started = time.monotonic()
        details: list[str] = []
        try:
            receipt = design(brief, runner=pool.run).verification
            verdict: str = receipt.verdict
            details = [f"{check.name}: {check.detail}" for check in receipt.failures]
        except Accident as accident:
            verdict, details = accident.code, [str(accident)]
        except DesignerError:
            continue
        return BriefOutcome(
            number=number,
            brief=_set_fields(brief),
            level=brief.verify,
            verdict=verdict,
            details=details,
            peak_bytes=_largest_peak(),
            seconds=round(time.monotonic() - started, 2),
        )
    raise AssertionError("briefs are drawn without end")


def _set_fields(brief: Brief) -> str:
    """The fields of a brief that have no default value, as a person reads them."""
    shown = ((row.name, getattr(brief, row.name), row.default) for row in fields(brief))
    return ", ".join(f"{name}={value}" for name, value, default in shown if value != default)


def _reset_peaks() -> None:
    for pid in descendants(os.getpid()):
        with suppress(OSError):
            Path(f"/proc/{pid}/clear_refs").write_text("5")


def _largest_peak() -> int:
    """Most memory of a process of the pool since the last reset, in bytes."""
    return max(map(_peak_of_process, descendants(os.getpid())), default=0)


def _peak_of_process(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


def read_state(state: Path) -> dict[int, BriefOutcome]:
    """The outcomes of a state file by their numbers, the last one of each."""
    lines = state.read_text().splitlines() if state.exists() else []
    found = (BriefOutcome(**json.loads(line)) for line in lines)
    return {outcome.number: outcome for outcome in found}


def run_next(state: Path, wanted: int, *, first: int = 0) -> dict[int, BriefOutcome]:
    """Run this many briefs that are not in the state file or failed, and return all outcomes.

    Wall-clock time is not limited to that of a service, since it depends on what else the machine
    does; CPU time is.
    """
    found = read_state(state)
    failed = [number for number, outcome in found.items() if outcome.fault]
    new = (number for number in count(first) if number not in found)
    with Pool(workers=1, limits=Limits(timeout_s=_WALL_S, full_level_s=_WALL_S)) as pool:
        for number in islice(chain(failed, new), wanted):
            outcome = run_brief(number, pool)
            found[number] = outcome
            with state.open("a") as file:
                file.write(json.dumps(asdict(outcome)) + "\n")
    return found


def describe_outcomes(outcomes: Iterable[BriefOutcome]) -> str:
    """The figures of a state file, then one line for each failure."""
    rows = list(outcomes)
    standard = [row for row in rows if row.level == Level.STANDARD]
    lines = [
        f"{number:6d} {verdict}" for verdict, number in Counter(r.verdict for r in rows).items()
    ]
    if standard:
        largest = max(standard, key=lambda row: row.peak_bytes or 0)
        lines.append(f"peak {(largest.peak_bytes or 0) / MIB:.0f} MiB: {largest.brief}")
        longest = max(standard, key=lambda row: row.seconds)
        lines.append(f"longest {longest.seconds:.1f} s: {longest.brief}")
    lines += [f"brief {row.number}: {row.fault}: {row.brief}" for row in rows if row.fault]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the next briefs and print the figures; 1 if any of the state file failed."""
    parser = ArgumentParser(prog="python -m tests.verification.random_briefs")
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="lowest number of a brief")
    given = parser.parse_args(arguments)
    outcomes = run_next(given.state, given.count, first=given.first)
    print(describe_outcomes(outcomes.values()))
    return int(any(outcome.fault for outcome in outcomes.values()))


if __name__ == "__main__":
    sys.exit(main())
