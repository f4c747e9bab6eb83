"""Random briefs over all fields and all legal sizes, designed and verified in a pool; resumable.

    python -m tests.verification.random_briefs --state FILE [--count 200] [--first 0]

runs the next COUNT briefs, those that failed first, and adds one line for each to FILE. A brief is
drawn from its number. A line counts for the code that it ran: once that changes, every brief is run
again. It exits with 1 if a brief of FILE fails: if its receipt is no answer for want of time or memory,
if it refutes the design, or if the worker took more than 1 GiB.
"""

from __future__ import annotations

import json
import os
import sys
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from functools import cache
from hashlib import sha256
from itertools import chain, count, islice
from pathlib import Path

from designer.brief.model import Brief
from designer.brief.options import Level
from designer.errors import Accident, DesignerError
from designer.pipeline.make_design import design
from designer.verification import Limits, Pool
from designer.verification.limits import GIB, MIB
from tests.service.processes import descendants
from tests.verification.brief_draws import draw_briefs

_ROOT = Path(__file__).parents[2]
_CODE = [
    *(_ROOT / "designer" / package for package in ("networks", "source", "verification")),
    Path(__file__),
    Path(__file__).with_name("brief_draws.py"),
]
"""Packages and files on which an outcome depends."""

_WALL_S = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefOutcome:
    """What became of a brief. ``peak_bytes``: of the worker, None if it has ended.

    ``code`` is the digest of the code that ran it.
    ``verdict`` is that of the receipt or, without a receipt, the code of the accident; ``details``
    are the failed checks or the accident.
    """

    code: str
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


@cache
def code_digest() -> str:
    """The digest of the code on which an outcome depends, as this process has imported it."""
    digest = sha256()
    for place in _CODE:
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            digest.update(f"{path.relative_to(_ROOT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


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
            code=code_digest(),
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


def _read_rows(state: Path) -> dict[int, BriefOutcome]:
    """The outcomes of a state file by their numbers, of any code, the last one of each."""
    lines = state.read_text().splitlines() if state.exists() else []
    found = (BriefOutcome(**json.loads(line)) for line in lines)
    return {outcome.number: outcome for outcome in found}


def read_state(state: Path) -> dict[int, BriefOutcome]:
    """The outcomes of a state file by their numbers, those of the present code alone."""
    rows = _read_rows(state)
    return {number: row for number, row in rows.items() if row.code == code_digest()}


def run_next(state: Path, wanted: int, *, first: int = 0) -> dict[int, BriefOutcome]:
    """Run this many briefs that the present code has not run or that failed; return its outcomes.

    Those that failed come first, whatever code they failed in. Wall-clock time is not limited to that
    of a service, since it depends on what else the machine does; CPU time is.
    """
    found = read_state(state)
    failed = [number for number, outcome in _read_rows(state).items() if outcome.fault]
    new = (number for number in count(first) if number not in found and number not in failed)
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
