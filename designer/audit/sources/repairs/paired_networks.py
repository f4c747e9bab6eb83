"""Stages of two networks that belong together: a generator's picture is a discriminator's input."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from math import prod

from designer.audit.diagnosis import AuditVerdict
from designer.audit.graph.model import all_shapes, first_shape
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.sources.candidate_choice import WantedShapes
from designer.audit.sources.repairs.failure_ideas import failure_proposals
from designer.audit.sources.repairs.repair_search import SourceRepair
from designer.audit.sources.repairs.repair_state import Proposal, RepairState
from designer.audit.sources.repairs.size_ideas import size_proposals
from designer.audit.sources.repairs.text_edits import apply_edits
from designer.audit.sources.source_diagnosis import diagnose_source
from designer.audit.sources.source_text import NetworkInput, SourceText
from designer.audit.sources.trace_reply import CandidateRun, NetworkTrace, SourceRun
from designer.audit.sources.trace_run import run_source
from designer.errors import SourceFailed
from designer.verification import ProbeRunner

MAX_PAIR_RUNS = 6
"""Maximum number of texts that are run to edit a second network."""

MAX_PAIR_PROPOSALS = 2
"""Maximum number of edits that are tried for a second network."""

PAIRED_IDEAS = frozenset({"copied_stage", "removed_stage"})
"""Ideas that a second network takes part in."""


class PairedNetworks:
    """Edits the other network of a text where a repair adds or removes stages of the judged one."""

    def __init__(
        self,
        source: SourceText,
        run: SourceRun,
        judged: CandidateRun,
        *,
        batch: int,
        runner: ProbeRunner,
    ) -> None:
        self.runs = 0
        self._source = source
        self._judged = judged
        self._others = [
            each
            for each in run.candidates
            if each is not judged and each.runs and each.rank == 0 and each.part_of is None
        ]
        self._batch = batch
        self._runner = runner

    def with_pairs(
        self, repairs: list[SourceRepair], wanted: WantedShapes | None
    ) -> list[SourceRepair]:
        """The repairs; behind the first one that changes stages, the same with both networks edited."""
        for place, repair in enumerate(repairs[:3]):
            if PAIRED_IDEAS & set(repair.ideas):
                found = (self._pair(repair, other, wanted) for other in self._others[:1])
                return [*repairs[: place + 1], *filter(None, found), *repairs[place + 1 :]]
        return repairs

    def _pair(
        self, repair: SourceRepair, other: CandidateRun, wanted: WantedShapes | None
    ) -> SourceRepair | None:
        """A repair of the other network on top of one of the judged network, both of which fit."""
        plan = self._plan(repair, other)
        if plan is None:
            return None
        trace, other_wanted = plan
        state = RepairState(files=repair.files, trace=trace, wanted=other_wanted, batch=self._batch)
        for proposal in islice(_stage_proposals(state), MAX_PAIR_PROPOSALS):
            files = apply_edits(repair.files, proposal.edits)
            after = files and self._run(files, other, trace.inputs)
            if not files or not after or not self._fits(after, other_wanted):
                continue
            first = self._judged.trace
            assert first is not None, "only a network with a trace is repaired"
            both = self._run(files, self._judged, first.inputs)
            if both is not None and self._fits(both, wanted):
                ideas = (*repair.ideas, "paired_network")
                return SourceRepair(ideas=ideas, files=files, trace=both)
        return None

    def _plan(
        self, repair: SourceRepair, other: CandidateRun
    ) -> tuple[NetworkTrace, WantedShapes] | None:
        """What the other network does now, and what it is to give; None if they do not belong together."""
        first = self._judged.trace
        assert first is not None, "only a network with a trace is repaired"
        start, end = first.inputs[0].shape, (first_shape(repair.trace.outputs) or (1,))[1:]
        if len(end) > 1 and prod(end[1:]) > prod(start[1:]):
            old = (first_shape(first.outputs) or (1,))[1:]
            return self._plan_reader(repair, other, old, end)
        made = self._run(repair.files, other, None)
        shape = made and (first_shape(made.outputs) or (1,))[1:]
        if made is None or made.raised is not None or not shape or shape[:1] != start[:1]:
            return None
        differs = len(shape) == len(start) and shape != start
        return (made, [start]) if differs else None

    def _plan_reader(
        self, repair: SourceRepair, other: CandidateRun, old: TensorShape, new: TensorShape
    ) -> tuple[NetworkTrace, WantedShapes] | None:
        """The other network reads what the judged one made: it is to give for the new size what it gave."""
        before = self._run(repair.files, other, (NetworkInput(shape=old),))
        if before is None or before.raised is not None:
            return None
        wanted = [shape[1:] for shape in all_shapes(before.outputs)]
        after = self._run(repair.files, other, (NetworkInput(shape=new),))
        return None if after is None or self._fits(after, wanted) else (after, wanted)

    def _fits(self, trace: NetworkTrace, wanted: WantedShapes | None) -> bool:
        return diagnose_source(trace, wanted, None, self._batch).verdict is AuditVerdict.FITS

    def _run(
        self,
        files: dict[str, str],
        network: CandidateRun,
        inputs: tuple[NetworkInput, ...] | None,
    ) -> NetworkTrace | None:
        """What a network of edited files does; None if it is not there, or too many texts were run."""
        if self.runs >= MAX_PAIR_RUNS:
            return None
        self.runs += 1
        name = network.name or network.expression
        edited = replace(self._source, files=files, network=name, inputs=inputs)
        try:
            run = run_source(edited, batch=self._batch, runner=self._runner)
        except SourceFailed:
            return None
        return next((each.trace for each in run.candidates if each.is_named), None)


def _stage_proposals(state: RepairState) -> Iterator[Proposal]:
    kind = size_proposals if state.trace.raised is None else failure_proposals
    return (each for each in kind(state) if each.idea in PAIRED_IDEAS)
