"""The search for repairs of a source: ideas as edits of its text, each run whole in the sandbox.

A state whose next failure lies further on is continued, so that one idea at four places is one repair.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, count, islice

from designer.audit.diagnosis import AuditVerdict
from designer.audit.graph.comparison import flaw_reasons
from designer.audit.repairs.goal import Goal
from designer.audit.repairs.search import find_repairs
from designer.audit.sources.candidate_choice import WantedShapes
from designer.audit.sources.layer_chain import chain_of
from designer.audit.sources.repairs.failure_ideas import failure_proposals
from designer.audit.sources.repairs.padded_input import padded_input_proposals
from designer.audit.sources.repairs.repair_state import Proposal, RepairState
from designer.audit.sources.repairs.size_ideas import size_proposals
from designer.audit.sources.repairs.skip_sizes import skip_size_proposals
from designer.audit.sources.repairs.text_edits import TextEditor, apply_edits
from designer.audit.sources.size_law import SizeLaw
from designer.audit.sources.size_survey import find_size_law
from designer.audit.sources.source_diagnosis import diagnose_source
from designer.audit.sources.source_text import SourceText
from designer.audit.sources.trace_reply import CandidateRun, NetworkTrace, SourceRun
from designer.audit.sources.trace_run import run_source
from designer.errors import SourceFailed
from designer.verification import ProbeRunner

MAX_RUNS = 16
"""Maximum number of edited texts that are run."""

MAX_SECONDS = 60.0
"""A search that takes so long ends as an accident does: the answer says that it is not complete."""

MAX_SOURCE_REPAIRS = 10
"""Maximum number of repairs that are offered."""

ENOUGH_REPAIRS = 3
"""Number of repairs from which no further idea is added to others."""

MAX_PROPOSALS = 12
"""Maximum number of edits that are tried for one failure."""

MAX_LAYER_EDITS = 6
"""Maximum number of edits from the search over layers."""


_LATER_IDEAS = {
    "padded_input": 1,
    "resized_to_skip": 1,
    "given_output": 1,
    "pooled_scores": 2,
    "layer_edit": 3,
}
"""Ideas that come after the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRepair:
    """An edited text, the ideas behind its edits, and what its network did.

    ``every_size`` is the law of a network that runs at every size, None where that is not known.
    """

    ideas: tuple[str, ...]
    files: dict[str, str]
    trace: NetworkTrace
    every_size: SizeLaw | None = None


class SourceRepairSearch:
    """Finds repairs of one network of a source, in a bounded number of runs."""

    def __init__(
        self,
        source: SourceText,
        run: SourceRun,
        judged: CandidateRun,
        *,
        batch: int,
        runner: ProbeRunner,
        law: SizeLaw | None = None,
    ) -> None:
        self.runs = 0
        self._law = law
        self.is_complete = True
        self._end = time.monotonic() + MAX_SECONDS
        self._batch = batch
        self._source = source
        self._judged = judged
        self._runner = runner
        self._order = count()
        self._seen: list[dict[str, str]] = [dict(source.files)]
        self._sound = [
            (each.class_name, each.name)
            for each in run.candidates
            if each is not judged and each.runs
        ]

    def find(self, wanted: WantedShapes | None) -> list[SourceRepair]:
        """The repairs that torch confirms, those with the fewest ideas first.

        Raises:
            Overloaded: if no process is free.
        """
        first = self._first_state(wanted)
        trace, found = first.trace, self._for_every_size(first)
        pending = [(0, next(self._order), first)]
        while pending and not self._is_over(found):
            _, _, state = heapq.heappop(pending)
            if state.ideas and len(found) >= ENOUGH_REPAIRS:
                break
            for proposal in self._proposals(state):
                outcome = self._try(state, proposal)
                if isinstance(outcome, SourceRepair):
                    found.append(outcome)
                elif outcome is not None:
                    heapq.heappush(pending, (len(outcome.ideas), next(self._order), outcome))
                if self._is_over(found):
                    break
        return sorted(found, key=lambda repair: _ranking_key(repair, trace))

    def find_for_every_size(self, wanted: WantedShapes | None) -> list[SourceRepair]:
        """The repair of a network that fails at other sizes than its own.

        Raises:
            Overloaded: if no process is free.
        """
        found = self._for_every_size(self._first_state(wanted))
        return [repair for repair in found if repair.every_size is not None]

    def _first_state(self, wanted: WantedShapes | None) -> RepairState:
        trace = self._judged.trace
        assert trace is not None, "only a network with a trace is repaired"
        files = dict(self._source.files)
        return RepairState(files=files, trace=trace, wanted=wanted, batch=self._batch)

    def _for_every_size(self, first: RepairState) -> list[SourceRepair]:
        """The repairs that take sizes from the skips, up to one with which every size holds."""
        found: list[SourceRepair] = []
        if self._law is None or self._law.holds_everywhere:
            return found
        name, divisors = self._judged.class_name, self._law.divisors
        from_skips = skip_size_proposals(first, self._law.misses)
        padded = padded_input_proposals(first, name, divisors)
        # a step without a skip has no size to take
        proposals = (padded, from_skips) if self._law.resizes else (from_skips, padded)
        for proposal in chain(*proposals):
            outcome = self._try(first, proposal)
            if isinstance(outcome, SourceRepair):
                found.append(replace(outcome, every_size=self._law_of(outcome)))
                if found[-1].every_size is not None:
                    break
        return found

    def _law_of(self, repair: SourceRepair) -> SizeLaw | None:
        """The law of a repaired network, if it runs at every size."""
        edited = replace(self._source, files=repair.files)
        law = find_size_law(
            edited, self._judged, repair.trace, batch=self._batch, runner=self._runner
        )
        return law if law is not None and law.holds_everywhere else None

    def _is_over(self, found: list[SourceRepair]) -> bool:
        """Whether no further edited text is run."""
        if time.monotonic() > self._end:
            self.is_complete = False
        is_done = self.runs >= MAX_RUNS or len(found) >= MAX_SOURCE_REPAIRS
        return is_done or not self.is_complete

    def _proposals(self, state: RepairState) -> Iterator[Proposal]:
        kind = size_proposals if state.trace.raised is None else failure_proposals
        try:
            yield from islice(chain(kind(state), _layer_proposals(state)), MAX_PROPOSALS)
        except (ArithmeticError, LookupError, TypeError):
            return  # the text wrote its report itself, with settings that no layer has

    def _try(self, state: RepairState, proposal: Proposal) -> SourceRepair | RepairState | None:
        """The repair or the state after edits; None if they do not help, or were tried already."""
        files = apply_edits(state.files, proposal.edits)
        if files is None or files in self._seen:
            return None
        self._seen.append(files)
        self.runs += 1
        trace = self._trace_of(files)
        if trace is None:
            return None
        ideas = tuple(dict.fromkeys((*state.ideas, proposal.idea)))
        diagnosis = diagnose_source(trace, state.wanted, None, state.batch)
        if diagnosis.verdict is AuditVerdict.FITS:
            return SourceRepair(ideas=ideas, files=files, trace=trace)
        if trace.raised is None and state.trace.raised is None:
            return None
        if len(trace.nodes) <= len(state.trace.nodes):
            return None
        return replace(state, files=files, trace=trace, ideas=ideas, wanted=diagnosis.wanted)

    def _trace_of(self, files: dict[str, str]) -> NetworkTrace | None:
        """What the same network does in edited files; None if another network no longer runs."""
        judged, first = self._judged, self._judged.trace
        assert first is not None, "only a network with a trace is repaired"
        edited = replace(self._source, files=files, inputs=first.inputs)
        try:
            run = run_source(edited, batch=self._batch, runner=self._runner)
        except SourceFailed:
            return None
        running = {(each.class_name, each.name) for each in run.candidates if each.runs}
        if not set(self._sound) <= running:
            return None
        for candidate in run.candidates:
            if (candidate.class_name, candidate.name) == (judged.class_name, judged.name):
                return candidate.trace
        return None


def _ranking_key(repair: SourceRepair, before: NetworkTrace) -> tuple[int, ...]:
    """Sort key: repairs without new holes, then those for every size, then by ideas, usual ones first."""
    flaws = [reason.code for reason in flaw_reasons(before.nodes, repair.trace.nodes)]
    later = sum(_LATER_IDEAS.get(idea, 0) for idea in repair.ideas)
    is_partial = repair.every_size is None
    return (
        "leaves_holes" in flaws,
        is_partial,
        len(repair.ideas) + ("leaves_unread" in flaws),
        later,
    )


def _layer_proposals(state: RepairState) -> Iterator[Proposal]:
    """The edits of the search over lists of layers, for a network that is one."""
    layers = chain_of(state.trace, state.batch)
    if layers is None:
        return
    wanted = state.wanted[0] if state.wanted and state.trace.raised is None else None
    editor = TextEditor(state.files, state.nodes, layers)
    tried = 0
    for repair in find_repairs(layers.network, Goal(wanted=wanted)):
        if "copied_stage" in repair.idea_codes:
            continue  # a copy of the text has its activation, too
        edits = editor.edits(repair)
        if edits and tried < MAX_LAYER_EDITS:
            tried += 1
            yield Proposal(idea="layer_edit", edits=tuple(edits))
