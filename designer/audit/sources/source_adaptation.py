"""The network of a source for another picture size, as a diff of its text that was run."""

from __future__ import annotations

from dataclasses import replace
from math import prod

from designer.audit.diagnosis import AuditVerdict
from designer.audit.graph.model import all_shapes, first_shape
from designer.audit.layers_json import audit_layer_document
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.request import sides_per_axis
from designer.audit.sources.candidate_choice import WantedShapes
from designer.audit.sources.layer_chain import chain_of
from designer.audit.sources.repairs.repair_document import source_repair_document
from designer.audit.sources.repairs.repair_search import SourceRepair, SourceRepairSearch
from designer.audit.sources.repairs.resampling_blocks import has_residual_blocks
from designer.audit.sources.source_diagnosis import diagnose_source
from designer.audit.sources.source_text import NetworkInput, SourceText
from designer.audit.sources.trace_reply import CandidateRun, NetworkTrace
from designer.audit.sources.trace_run import run_source
from designer.audit.suggested_brief import known_architecture, suggest_brief
from designer.validation.json_readers import JsonObject, refuse_field
from designer.verification import ProbeRunner

STAGE_IDEAS = frozenset({"built_for_size", "copied_stage", "removed_stage"})
"""What people do to have a network for another size."""


def adapt_source(
    source: SourceText,
    judged: CandidateRun,
    sides: TensorShape | int,
    *,
    batch: int,
    runner: ProbeRunner,
) -> JsonObject | None:
    """The adapted network as JSON, None if no edit of the text leads to one.

    The picture is the larger end of the network: a growing one ends at the sides, a shrinking one takes
    them and keeps its outputs, and one that keeps the size does both.

    Raises:
        InvalidRequest: if the network breaks, or its picture has another number of axes.
        Overloaded: if no process is free.
    """
    trace = judged.trace
    if trace is None or trace.raised is not None:
        refuse_field("/adapt_to", "cannot_adapt")
    inputs, wanted = _plan(trace, sides)
    changed = replace(source, inputs=inputs)
    run = run_source(changed, batch=batch, runner=runner) if inputs != trace.inputs else None
    if run is not None:
        same = (judged.class_name, judged.name)
        again = [each for each in run.candidates if (each.class_name, each.name) == same]
        if not again or again[0].trace is None:
            return None
        judged, trace = again[0], again[0].trace
    verdict = diagnose_source(trace, wanted, None, batch).verdict
    if verdict is AuditVerdict.FITS:
        unchanged = SourceRepair(ideas=(), files=dict(source.files), trace=trace)
        return _document(changed, unchanged, trace, batch)
    first = run or run_source(changed, batch=batch, runner=runner)
    search = SourceRepairSearch(changed, first, judged, batch=batch, runner=runner)
    found = search.find(wanted)
    found.sort(key=lambda repair: not STAGE_IDEAS.issuperset(repair.ideas))
    return _document(changed, found[0], trace, batch) if found else None


def suggest_adapted_brief(trace: NetworkTrace, sides: TensorShape | int) -> JsonObject | None:
    """A brief for pictures of these sides, for a network that no edit adapts.

    Raises:
        InvalidRequest: if its picture has another number of axes.
    """
    inputs, wanted = _plan(trace, sides)
    end = next(iter(wanted), None)
    is_residual = has_residual_blocks(trace.nodes)
    architecture = known_architecture(trace.nodes, is_residual=is_residual)
    return suggest_brief(inputs[0].shape, end, architecture=architecture)


def _plan(
    trace: NetworkTrace, sides: TensorShape | int
) -> tuple[tuple[NetworkInput, ...], WantedShapes]:
    """The inputs for a picture of these sides, and the outputs that are then wanted."""
    start, end = trace.inputs[0].shape, (first_shape(trace.outputs) or (1,))[1:]
    grows = len(end) > 1 and prod(end[1:]) > prod(start[1:])
    keeps = len(end) == len(start) > 1 and end[1:] == start[1:]
    picture = end if grows else start
    per_axis = sides_per_axis(sides, axes=len(picture) - 1) or ()
    if len(picture) != len(per_axis) + 1:
        words = {"picture": picture, "axes": len(picture) - 1, "sides": len(per_axis)}
        refuse_field("/adapt_to", "cannot_adapt", words, sentence="picture_of_other_axes")
    shapes = [shape[1:] for shape in all_shapes(trace.outputs)]
    moved = [(each[0], *per_axis) if each[1:] == picture[1:] else each for each in shapes]
    wanted = moved if grows or keeps else shapes
    if grows:
        return trace.inputs, wanted
    inputs = tuple(
        replace(each, shape=(each.shape[0], *per_axis)) if each.shape[1:] == start[1:] else each
        for each in trace.inputs
    )
    return inputs, wanted


def _document(
    source: SourceText, repair: SourceRepair, trace: NetworkTrace, batch: int
) -> JsonObject:
    chain = chain_of(repair.trace, batch)
    layers = [] if chain is None else [*map(audit_layer_document, chain.network.layers)]
    return {**source_repair_document(source, repair, trace), "layers": layers}
