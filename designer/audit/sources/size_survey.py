"""Runs a network with skips at one input size of each residue, and judges the sizes.

Nothing is said where a network takes one size only, where the runs contradict each other, or take too long.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import lcm, prod

from designer.audit.graph.strides import has_skips, largest_strides
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.sources.diagonal_runs import (
    DiagonalRuns,
    agree_with_larger,
    agreeing_outcomes,
    example_runs,
    unique_misses,
)
from designer.audit.sources.nearest_inputs import NearestInputs
from designer.audit.sources.size_law import (
    AxisSizes,
    Outcome,
    SizeLaw,
    axis_outcome,
)
from designer.audit.sources.size_runs import SizeRun, run_other_sizes
from designer.audit.sources.source_text import SourceText
from designer.audit.sources.trace_reply import CandidateRun, NetworkTrace
from designer.validation.limits import MAX_ELEMENTS
from designer.verification import ProbeRunner

MAX_MODULUS = 64
"""Largest product of strides of which every residue is run."""

MAX_PIXELS = 2**17
"""Largest input that is run at another size."""

MAX_CALLS = 20_000
"""Most sizes times calls that are run: some two seconds."""

FIRST_MULTIPLES = (1, 4, 16)
"""Multiples of the product of strides from which sizes are run, until torch accepts each of them."""


def find_size_law(
    source: SourceText,
    judged: CandidateRun,
    trace: NetworkTrace,
    *,
    batch: int,
    runner: ProbeRunner,
) -> SizeLaw | None:
    """The sizes at which a network with skips runs, None without skips or where they are not known.

    Raises:
        Overloaded: if no process is free.
    """
    axes = len(trace.inputs[0].shape) - 1
    sides = {each.shape[1:] for each in trace.inputs if len(each.shape) == axes + 1}
    if not 1 <= axes <= 3 or trace.inputs[0].dtype != "float32" or len(sides) > 1:
        return None
    nodes = [*trace.nodes, *([] if trace.failed is None else [trace.failed])]
    if _raises_by_itself(trace):
        shape = _rounded_up(trace.inputs[0].shape)
        nearest = NearestInputs(source, judged, batch=batch, runner=runner)
        other = nearest.run_at(trace, shape) if prod(shape) <= MAX_ELEMENTS else None
        nodes = [] if other is None else [*other.nodes]
    elif trace.failed is not None and not _differs(trace.failed.input_shapes):
        return None
    if not has_skips(nodes, axes):
        return None
    return _SizeSurvey(
        source=source,
        judged=judged,
        trace=trace,
        moduli=largest_strides(nodes, axes),
        nodes=len(nodes),
        batch=batch,
        runner=runner,
    ).law()


def _raises_by_itself(trace: NetworkTrace) -> bool:
    """Whether no call of torch raised: the text refuses its input."""
    failed = trace.failed
    if trace.raised is None or trace.raised.file is None:
        return False
    return failed is None or (failed.is_module and failed.layer is None)


def _rounded_up(shape: TensorShape) -> TensorShape:
    """A shape with sides that every product of strides divides that is a power of two."""
    return (shape[0], *(-(-side // MAX_MODULUS) * MAX_MODULUS for side in shape[1:]))


def _differs(shapes: Sequence[TensorShape]) -> bool:
    return len({shape[2:] for shape in shapes if len(shape) > 2}) > 1


@dataclass(frozen=True, kw_only=True)
class _SizeSurvey:
    """The runs of one network of a source at other sizes."""

    source: SourceText
    judged: CandidateRun
    trace: NetworkTrace
    moduli: TensorShape
    nodes: int
    batch: int
    runner: ProbeRunner

    def law(self) -> SizeLaw | None:
        """The sizes at which the network runs, None if they are not known."""
        sides = self.trace.inputs[0].shape[1:]
        period = lcm(*self.moduli)
        if not 1 < period <= MAX_MODULUS:
            return None
        for multiple in FIRST_MULTIPLES:
            start = multiple * period
            if multiple > 1 and start > max(sides):
                return None
            runs = self._diagonal(start, period)
            if runs is None:
                return None
            if set(runs.block) <= runs.by_size.keys():
                return self._judge(runs)
        return None

    def _sides(self, size: int) -> TensorShape:
        """Sides of one size along the axes with strides; the others stay."""
        given = self.trace.inputs[0].shape[1:]
        return tuple(
            size if modulus > 1 else side for side, modulus in zip(given, self.moduli, strict=True)
        )

    def _diagonal(self, start: int, period: int) -> DiagonalRuns | None:
        """The runs from the largest size down to one that torch refuses; None if they do not tell."""
        sizes = range(start + period - 1, 0 if start == period else start - 1, -1)
        if prod(self._sides(sizes[0])) > MAX_PIXELS or len(sizes) * self.nodes > MAX_CALLS:
            return None
        checks = [*self._larger_sizes(start)]
        runs = self._run([*([sides] for _, sides in checks), [self._sides(size) for size in sizes]])
        by_sides = {run.sides: run for run in runs}
        repeated = frozenset[int]().union(*(run.broadcasts for run in runs[: len(checks) or 1]))
        found: dict[int, SizeRun] = {}
        for size in sizes:
            run = by_sides.get(self._sides(size))
            if run is None or not {sides for _, sides in checks} <= by_sides.keys():
                return None
            if run.ended == "torch_refused" or not run.broadcasts <= repeated:
                break
            found[size] = run
        larger = [(axis, by_sides[sides]) for axis, sides in checks]
        return DiagonalRuns(start=start, period=period, by_size=found, larger=larger)

    def _larger_sizes(self, start: int) -> Iterator[tuple[int, TensorShape]]:
        """Two sizes beyond twice the network's own along each axis, the others small.

        No map of theirs has one position along an axis, so that torch repeats only maps that are meant.
        """
        given = self.trace.inputs[0].shape[1:]
        small = self._sides(2 * start)
        for axis, modulus in enumerate(self.moduli):
            for more in (1, 2) if modulus > 1 else ():
                sides = (*small[:axis], 2 * given[axis] + more, *small[axis + 1 :])
                if prod(sides) <= MAX_PIXELS:
                    yield axis, sides

    def _run(self, series: Sequence[Sequence[TensorShape]]) -> list[SizeRun]:
        return run_other_sizes(
            self.source, self.judged, self.trace, series, batch=self.batch, runner=self.runner
        )

    def _judge(self, runs: DiagonalRuns) -> SizeLaw | None:
        """The law of runs that agree with each other and with the run of the network's own size."""
        by_axis = self._runs_by_axis(runs.by_size)
        sizes = []
        for axis, own in by_axis.items():
            outcomes = agreeing_outcomes(own, axis, self.moduli[axis], runs)
            if not set(runs.block) <= outcomes.keys():
                return None
            sizes.append(AxisSizes(axis=axis, modulus=self.moduli[axis], outcomes=outcomes))
        if not sizes or not self._agrees_with_own_size(sizes) or not agree_with_larger(runs, sizes):
            return None
        own_sizes = self._own_size_runs(sizes, runs)
        return SizeLaw(
            axes=len(self.moduli),
            sizes=tuple(
                replace(
                    each, examples=example_runs(each, by_axis[each.axis], own_sizes, runs.start)
                )
                for each in sizes
            ),
            misses=unique_misses(run for own in by_axis.values() for run in own.values()),
            first_run=runs.start,
            last_run=runs.block[-1],
        )

    def _runs_by_axis(self, runs: Mapping[int, SizeRun]) -> dict[int, Mapping[int, SizeRun]]:
        """The runs that decide each strided axis, by its size.

        Those along the diagonal show each axis by itself, except where the text refuses a size: then every
        axis is run with the others at a size that is accepted.
        """
        strided = [axis for axis, modulus in enumerate(self.moduli) if modulus > 1]
        refused = any(run.ended == "text_raised" for run in runs.values())
        if not refused or len(strided) == 1:
            return dict.fromkeys(strided, runs)
        accepted = next((size for size, run in runs.items() if run.ended == "ran"), None)
        if accepted is None:
            return {}
        found: dict[int, Mapping[int, SizeRun]] = {}
        for axis in strided:
            others = self._sides(accepted)
            own = self._run([[(*others[:axis], n, *others[axis + 1 :]) for n in runs]])
            found[axis] = {run.sides[axis]: run for run in own if run.ended != "torch_refused"}
        return found

    def _agrees_with_own_size(self, sizes: Sequence[AxisSizes]) -> bool:
        """Whether the network fails at its own size where a residue does, and only there."""
        given = self.trace.inputs[0].shape[1:]
        if any(given[each.axis] < each.first for each in sizes):
            return True
        fails = any(
            each.by_residue[given[each.axis] % each.modulus] is Outcome.FAILS for each in sizes
        )
        return fails == (self.trace.raised is not None)

    def _own_size_runs(
        self, sizes: Sequence[AxisSizes], runs: DiagonalRuns
    ) -> dict[int, tuple[Outcome, SizeRun]]:
        """For each axis whose own size does not hold, a run with it; the others are small."""
        given = self.trace.inputs[0].shape[1:]
        strided = [each.axis for each in sizes]
        small = [runs.start if axis in strided else side for axis, side in enumerate(given)]
        wanted = []
        for each in sizes:
            own = (*small[: each.axis], given[each.axis], *small[each.axis + 1 :])
            outcome = each.by_residue[given[each.axis] % each.modulus]
            if outcome is not Outcome.HOLDS and prod(own) <= MAX_PIXELS:
                wanted.append((each.axis, own, outcome))
        made = self._run([[own] for _, own, _ in wanted]) if wanted else []
        return {
            axis: (outcome, run)
            for (axis, own, outcome), run in zip(wanted, made, strict=False)
            if run.sides == own and axis_outcome(run, axis, keeps_size=runs.keep_size) is outcome
        }
