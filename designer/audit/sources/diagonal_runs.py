"""Runs of a network at one size of each residue, and what they show along each axis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from designer.audit.sources.size_law import AxisSizes, Outcome, axis_outcome, returns_its_size
from designer.audit.sources.size_runs import JoinMiss, SizeRun


@dataclass(frozen=True, kw_only=True)
class DiagonalRuns:
    """The runs along the diagonal by size, and those of larger sizes along one axis each.

    Those from ``start`` on, as many as ``period``, have one size of each residue.
    """

    start: int
    period: int
    by_size: Mapping[int, SizeRun]
    larger: Sequence[tuple[int, SizeRun]]

    @property
    def block(self) -> range:
        """One size of each residue."""
        return range(self.start, self.start + self.period)

    @cached_property
    def keep_size(self) -> bool:
        """Whether the network returns the size of its input, at some size of the block."""
        runs = [self.by_size[size] for size in self.block]
        return any(not run.misses and returns_its_size(run.outputs, run.sides) for run in runs)


def agreeing_outcomes(
    own: Mapping[int, SizeRun], axis: int, modulus: int, runs: DiagonalRuns
) -> dict[int, Outcome]:
    """The outcomes from the largest size down, to the first that is missing or contradicts a larger one."""
    found: dict[int, Outcome] = {}
    for size in range(runs.block[-1], 0, -1):
        run = own.get(size)
        if run is None:
            break
        outcome = axis_outcome(run, axis, keeps_size=runs.keep_size)
        if found.get(size + modulus, outcome) is not outcome:
            break
        found[size] = outcome
    return found


def agree_with_larger(runs: DiagonalRuns, sizes: Sequence[AxisSizes]) -> bool:
    """Whether the runs of larger sizes end as their residues do."""
    by_axis = {each.axis: each for each in sizes}
    return all(
        run.ended != "torch_refused"
        and axis_outcome(run, axis, keeps_size=runs.keep_size)
        is by_axis[axis].by_residue[run.sides[axis] % by_axis[axis].modulus]
        for axis, run in runs.larger
    )


def example_runs(
    sizes: AxisSizes,
    runs: Mapping[int, SizeRun],
    own_sizes: Mapping[int, tuple[Outcome, SizeRun]],
    start: int,
) -> dict[Outcome, SizeRun]:
    """The runs at the network's own size; if it holds along every axis, the smallest from a start."""
    own = {outcome for outcome, _ in own_sizes.values()}
    found: dict[Outcome, SizeRun] = {
        outcome: runs[size]
        for size, outcome in sorted(sizes.outcomes.items(), reverse=True)
        if outcome is not Outcome.HOLDS and outcome not in own and size >= start
    }
    return found | dict([own_sizes[sizes.axis]] if sizes.axis in own_sizes else [])


def unique_misses(runs: Iterable[SizeRun]) -> tuple[JoinMiss, ...]:
    """One miss for each call that joins, by its place in the text."""
    found: dict[object, JoinMiss] = {}
    for run in runs:
        for miss in run.misses:
            found.setdefault((miss.joined_at[:1], miss.up_at, miss.is_first), miss)
    return tuple(found.values())
