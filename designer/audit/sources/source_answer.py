"""The complete answer of an audit of source."""

from __future__ import annotations

from collections.abc import Sequence

from designer.audit.diagnosis import AuditVerdict
from designer.audit.error_message import ErrorMessage
from designer.audit.graph.model import GraphNode, first_shape
from designer.audit.not_adapted import add_not_adapted
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.sources.candidate_choice import (
    WantedShapes,
    choose_candidate,
    reaches_wanted,
)
from designer.audit.sources.layer_chain import chain_of
from designer.audit.sources.nearest_inputs import MAX_NEAREST_RUNS, NearestInputs
from designer.audit.sources.repairs.paired_networks import MAX_PAIR_RUNS, PairedNetworks
from designer.audit.sources.repairs.repair_document import source_repair_document
from designer.audit.sources.repairs.repair_search import MAX_RUNS, SourceRepairSearch
from designer.audit.sources.size_law import SizeLaw
from designer.audit.sources.size_survey import find_size_law
from designer.audit.sources.source_adaptation import adapt_source, suggest_adapted_brief
from designer.audit.sources.source_diagnosis import (
    SourceDiagnosis,
    diagnose_construction,
    diagnose_source,
    law_error,
)
from designer.audit.sources.source_text import NetworkInput, SourceText
from designer.audit.sources.trace_documents import trace_documents
from designer.audit.sources.trace_reply import CandidateRun, NetworkTrace, RaisedError, SourceRun
from designer.audit.sources.trace_run import no_exception, run_source, source_failed
from designer.errors import FieldError, InvalidLayer, SourceFailed
from designer.reasons import reason_documents
from designer.validation.errors_json import field_error_document
from designer.validation.json_readers import JsonObject
from designer.verification import ProbeRunner


def audit_source(
    source: SourceText,
    *,
    wanted: WantedShapes | None,
    message: ErrorMessage | None,
    batch: int,
    adapt_to: TensorShape | int | None = None,
    runner: ProbeRunner,
) -> tuple[JsonObject, NetworkTrace | None]:
    """The answer, and what the judged network did, if it was made.

    Raises:
        InvalidRequest: if the network is to be adapted and cannot be.
        SourceFailed: if the source raises outside its network, has none, or exceeds a limit.
        SourceNotRun: if the sandbox lacks a required layer.
        Overloaded: if no process is free.
    """
    run = run_source(source, batch=batch, runner=runner)
    judged = choose_candidate(run.candidates, wanted, batch)
    if judged is None:
        raise _nothing_found(run)
    if judged.trace is None:
        return _unmade_answer(source, run, judged, message, batch), None
    trace = judged.trace
    if trace.raised is not None and trace.raised.stand_in is not None:
        raise source_failed(trace.raised)
    law = find_size_law(source, judged, trace, batch=batch, runner=runner)
    diagnosis = diagnose_source(
        trace, wanted, message, batch, other_sizes=law.reasons if law else ()
    )
    chain = chain_of(trace, batch)
    answer = _answer(source, run, judged, diagnosis, batch)
    answer |= trace_documents(trace, chain, law, batch)
    if diagnosis.verdict is not AuditVerdict.FITS or (law and not law.holds_everywhere):
        answer |= _repairs(source, run, judged, diagnosis, law, batch=batch, runner=runner)
    if adapt_to is not None:
        answer["adapted"] = adapt_source(source, judged, adapt_to, batch=batch, runner=runner)
        if answer["adapted"] is None:
            add_not_adapted(answer, adapt_to, suggest_adapted_brief(trace, adapt_to))
    return answer, trace


def _repairs(
    source: SourceText,
    run: SourceRun,
    judged: CandidateRun,
    diagnosis: SourceDiagnosis,
    law: SizeLaw | None,
    *,
    batch: int,
    runner: ProbeRunner,
) -> JsonObject:
    """The repairs, and the nearest inputs; of a network that runs, the repair for every size."""
    trace, wanted = judged.trace, diagnosis.wanted
    assert trace is not None, "only a network with a trace is repaired"
    search = SourceRepairSearch(source, run, judged, batch=batch, runner=runner, law=law)
    if diagnosis.verdict is AuditVerdict.FITS:
        repairs = search.find_for_every_size(wanted)
        return {"repairs": [source_repair_document(source, each, trace) for each in repairs]}
    pairs = PairedNetworks(source, run, judged, batch=batch, runner=runner)
    repairs = pairs.with_pairs(search.find(wanted), wanted)
    nearest = NearestInputs(source, judged, batch=batch, runner=runner)
    return {
        "repairs": [source_repair_document(source, repair, trace) for repair in repairs],
        "nearest": nearest.document(chain_of(trace, batch), wanted),
        "search": {
            "runs": search.runs + pairs.runs + nearest.runs,
            "most_runs": MAX_RUNS + MAX_PAIR_RUNS + MAX_NEAREST_RUNS,
            "complete": search.is_complete,
        },
    }


def _nothing_found(run: SourceRun) -> SourceFailed:
    """Why a text has no network: the first statement that raised, if any did."""
    return (
        source_failed(run.skipped[0])
        if run.skipped
        else SourceFailed("no_network", **no_exception())
    )


def _unmade_answer(
    source: SourceText,
    run: SourceRun,
    judged: CandidateRun,
    message: ErrorMessage | None,
    batch: int,
) -> JsonObject:
    """The answer for a network that torch refuses to make.

    Raises:
        SourceFailed: if the text raises for another reason, or the class needs arguments.
    """
    raised = judged.raised
    if raised is None:
        signature = judged.signature or judged.expression
        facts = no_exception() | {"file": judged.file, "line": judged.line}
        raise SourceFailed("needs_arguments", signature=signature, **facts)
    if raised.stand_in is not None or not raised.in_torch_constructor:
        raise source_failed(raised)
    diagnosis = diagnose_construction(raised, message, batch)
    return _answer(source, run, judged, diagnosis, batch)


def _answer(
    source: SourceText,
    run: SourceRun,
    judged: CandidateRun,
    diagnosis: SourceDiagnosis,
    batch: int,
) -> JsonObject:
    trace, (about, geometry) = judged.trace, diagnosis.explanation
    raised = judged.raised if trace is None else trace.raised
    inputs = trace.inputs if trace else source.inputs or ()
    end = None if trace is None else first_shape(trace.outputs)
    breaks = diagnosis.verdict is AuditVerdict.BREAKS
    failed = None if trace is None else trace.failed
    pointer = "/source" if source.is_one_text else "/files"
    return {
        "verdict": str(diagnosis.verdict),
        **_network_documents(run, judged, inputs, diagnosis.wanted, batch),
        "fails_at": diagnosis.node if breaks else None,
        "layer": diagnosis.node,
        "reason": " ".join(each.sentence for each in diagnosis.reasons if each is not about),
        "reasons": reason_documents(diagnosis.reasons),
        "torch_error": raised and raised.message,
        "raised": raised and _raised_document(raised, diagnosis.node),
        "pointers": [pointer] if breaks else [],
        "errors": _field_errors(pointer, diagnosis, raised, failed) if breaks else [],
        "about_error": about and about.sentence,
        "geometry": geometry,
        "input_shape": list(inputs[0].shape) if inputs else [],
        "output_shape": None if breaks or end is None else list(end[1:]),
        "outputs": None if trace is None or breaks else trace.outputs,
        "wanted_shape": _wanted_document(diagnosis.wanted),
        "wanted_shapes": diagnosis.wanted and [each and list(each) for each in diagnosis.wanted],
        "wanted_from": diagnosis.wanted_from and str(diagnosis.wanted_from),
        "batch": batch,
        **_nothing_traced(),
    }


def _network_documents(
    run: SourceRun,
    judged: CandidateRun,
    inputs: Sequence[NetworkInput],
    wanted: WantedShapes | None,
    batch: int,
) -> JsonObject:
    """Which network is judged on which inputs, and the other networks with their verdicts."""
    return {
        "network": judged.document,
        "candidates": [
            _candidate_document(each, wanted, batch)
            for each in run.candidates
            if each is not judged
        ],
        "stubbed": list(run.stubbed),
        "inputs": [each.document for each in inputs],
        "inputs_proposed": judged.trace is not None and judged.trace.is_proposed,
    }


def _nothing_traced() -> JsonObject:
    """The part of an answer that only a network that was made has."""
    return {
        "layers": [],
        "trace": [],
        "graph": {"nodes": [], "edges": []},
        "repairs": [],
        "search": None,
        "nearest": None,
        "mirror": None,
        "mirror_left_out": [],
        "adapted": None,
    }


def _field_errors(
    pointer: str,
    diagnosis: SourceDiagnosis,
    raised: RaisedError | None,
    failed: GraphNode | None,
) -> list[JsonObject]:
    """The failure in the form in which a refusal lists it."""
    law = None if failed is None else law_error(failed)
    facts: JsonObject = {} if law is None else dict(law.facts)
    facts["line"] = failed.line if failed is not None else raised and raised.line
    error = FieldError(
        pointer=pointer, code=InvalidLayer.code, reason=diagnosis.reasons[0], facts=facts
    )
    return [field_error_document(error)]


def _wanted_document(wanted: WantedShapes | None) -> list[int] | None:
    return list(wanted[0]) if wanted and wanted[0] is not None else None


def _candidate_document(
    candidate: CandidateRun, wanted: WantedShapes | None, batch: int
) -> JsonObject:
    """Another network that the text may mean: its verdict, or why it could not be made."""
    trace = candidate.trace
    raised = candidate.raised if trace is None else trace.raised
    verdict = None
    if trace is not None:
        misses = wanted is not None and not reaches_wanted(trace.outputs, wanted, batch)
        missed = AuditVerdict.MISSES if misses else AuditVerdict.FITS
        verdict = str(AuditVerdict.BREAKS if raised else missed)
    return {
        **candidate.document,
        "part_of": candidate.part_of,
        "signature": candidate.signature,
        "verdict": verdict,
        "outputs": None if trace is None else trace.outputs,
        "raised": raised and _raised_document(raised, None),
    }


def _raised_document(raised: RaisedError, node: int | None) -> JsonObject:
    return {
        "type": raised.type,
        "message": raised.message,
        "file": raised.file,
        "line": raised.line,
        "node": node,
    }
