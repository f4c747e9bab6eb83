"""The complete answer of an audit, as HTTP and the command line return it."""

from __future__ import annotations

from designer.audit.adaptation import plan_adaptation
from designer.audit.diagnosis import AuditVerdict, Diagnosis, diagnose
from designer.audit.json_pointers import layer_field_errors, layer_pointer
from designer.audit.layers_json import audit_layer_document
from designer.audit.mirror import mirror_network
from designer.audit.ops.layer_errors import TOO_LARGE
from designer.audit.repairs.goal import Goal
from designer.audit.repairs.input_sizes import find_input_shapes
from designer.audit.repairs.ranking import Candidate
from designer.audit.repairs.search import find_repairs
from designer.audit.repairs.search_budget import SearchBudget
from designer.audit.repairs.summary_text import summarize_repair
from designer.audit.request import AuditRequest
from designer.audit.source_diff import is_complete_repair, patch_source
from designer.audit.suggested_brief import suggest_brief
from designer.audit.torch_proof import Proof, prove_networks
from designer.audit.trace import AuditNetwork, Trace, trace_network
from designer.audit.warnings import all_warnings
from designer.errors import FieldError, InvalidRequest
from designer.reasons import Reason, make_reason, reason_documents
from designer.validation.json_readers import JsonObject
from designer.verification import ProbeRunner

NEAREST_SEARCH_STEPS = 20_000
"""Maximum number of layer steps of the search for the nearest sizes."""


def audit(request: AuditRequest, *, runner: ProbeRunner | None) -> JsonObject:
    """The answer: verdict, reason, trace and repairs; on request the mirror and the adaptation.

    Without a ``runner`` the repairs are checked by the shape rules alone (``run``: ``laws_only``).

    Raises:
        InvalidRequest: if the network cannot be adapted, or a map is too large.
        Accident: if the verifying process crashes or times out, or none is available.
    """
    network = request.network
    trace = trace_network(network)
    _refuse_large(request, trace)
    diagnosis = diagnose(request, trace)
    answer = _diagnosis_document(request, trace, diagnosis)
    if diagnosis.verdict is not AuditVerdict.FITS:
        answer |= _repair_documents(request, diagnosis, runner)
    if request.mirror and trace.layer_error is None:
        mirror = mirror_network(network, trace)
        answer["mirror"] = [audit_layer_document(layer) for layer in mirror.network.layers]
        answer["mirror_left_out"] = [reason.sentence for reason in mirror.left_out]
        reasons = [*_reasons(request, diagnosis), *mirror.left_out]
        answer["reasons"] = reason_documents(reasons)
    if request.adapt_to is not None:
        answer["adapted"] = _adapted_document(request, trace, runner)
    return answer


def _refuse_large(request: AuditRequest, trace: Trace) -> None:
    """Refuse a network with a map above the size limit, which torch does not have.

    Raises:
        InvalidRequest: if a map is too large; ``too_many_elements``, at its layer.
    """
    layer_error = trace.layer_error
    if layer_error is not None and layer_error.fields == (TOO_LARGE,):
        pointer = layer_pointer(request, len(trace.steps))
        (reason,) = layer_error.reasons
        facts = dict(layer_error.facts)
        error = FieldError(pointer=pointer, code="too_many_elements", reason=reason, facts=facts)
        raise InvalidRequest([error])


def _diagnosis_document(request: AuditRequest, trace: Trace, diagnosis: Diagnosis) -> JsonObject:
    """The answer without repairs, mirror and adaptation."""
    network, errors = request.network, layer_field_errors(request, trace)
    reasons, about = _reasons(request, diagnosis), diagnosis.about_error
    return {
        "verdict": str(diagnosis.verdict),
        "fails_at": trace.fails_at,
        "layer": diagnosis.layer,
        "reason": " ".join(reason.sentence for reason in reasons if reason is not about),
        "reasons": reason_documents(reasons),
        "torch_error": diagnosis.torch_error,
        "pointers": [error["pointer"] for error in errors],
        "errors": errors,
        "about_error": about and about.sentence,
        "geometry": diagnosis.geometry,
        "input_shape": list(network.input_shape),
        "output_shape": None if trace.output_shape is None else list(trace.output_shape),
        "wanted_shape": None if diagnosis.wanted is None else list(diagnosis.wanted),
        "batch": network.batch,
        "layers": [audit_layer_document(layer) for layer in network.layers],
        "trace": trace_rows(request, trace),
        "repairs": [],
        "nearest": None,
        "mirror": None,
        "mirror_left_out": [],
        "adapted": None,
    }


def trace_rows(request: AuditRequest, trace: Trace) -> list[JsonObject]:
    """One row per layer up to the first that fails, whose output shape is null.

    ``line`` is the line of the layer in the source, null if the request has layers.
    """
    network = request.network
    lines = (None,) * len(network.layers) if request.source is None else request.source.lines
    warnings = all_warnings(network, trace)
    rows: list[JsonObject] = []
    for index, before in enumerate(
        trace.shapes[: len(trace.steps) + (trace.layer_error is not None)]
    ):
        runs = index < len(trace.steps)
        said = warnings[index] if runs else ()
        rows.append(
            {
                "index": index,
                "op": network.layers[index].op,
                "line": lines[index],
                "input_shape": list(before[1:]),
                "output_shape": list(trace.shapes[index + 1][1:]) if runs else None,
                "arithmetic": list(trace.steps[index].arithmetic) if runs else [],
                "warnings": [warning.sentence for warning in said],
                "reasons": reason_documents(said),
            }
        )
    return rows


def _reasons(request: AuditRequest, diagnosis: Diagnosis) -> list[Reason]:
    """The reasons; why the source was not followed past the layer that fails; the error seen."""
    reasons = list(diagnosis.reasons)
    if request.source is not None and (cut := request.source.stop_reason) is not None:
        reasons.append(make_reason("not_followed_further", cut=cut.errors[0].reason))
    return reasons if diagnosis.about_error is None else [*reasons, diagnosis.about_error]


def _repair_documents(
    request: AuditRequest, diagnosis: Diagnosis, runner: ProbeRunner | None
) -> JsonObject:
    """The repairs; if there are none, the nearest input sizes that fit, and a brief."""
    source = request.source
    cut = source is not None and source.stop_reason is not None
    repairs = find_repairs(request.network, Goal(wanted=None if cut else diagnosis.wanted))
    if source is not None:
        repairs = [repair for repair in repairs if is_complete_repair(source, repair)]
    proven = _run_repairs(repairs, runner)
    if proven:
        return {"repairs": [_repair_document(request, repair, proof) for repair, proof in proven]}
    shapes = (
        []
        if cut
        else find_input_shapes(request.network, Goal(), SearchBudget(NEAREST_SEARCH_STEPS), most=3)
    )
    return {
        "nearest": {
            "input_shapes": [list(shape) for shape in shapes],
            "output_shapes": [_output_shape(request.network, shape) for shape in shapes],
            "design": suggest_brief(request.network, diagnosis.wanted),
        }
    }


def _output_shape(network: AuditNetwork, shape: tuple[int, ...]) -> list[int]:
    changed = AuditNetwork(input_shape=shape, layers=network.layers, batch=network.batch)
    return list(trace_network(changed).shapes[-1][1:])


def _run_repairs(
    repairs: list[Candidate], runner: ProbeRunner | None
) -> list[tuple[Candidate, Proof]]:
    """The repairs that torch runs as traced; all repairs if there is no runner."""
    if runner is None or not repairs:
        return [(repair, Proof.LAWS) for repair in repairs]
    proofs = prove_networks([(repair.network, repair.trace) for repair in repairs], runner)
    return [
        (repair, proof) for repair, proof in zip(repairs, proofs, strict=True) if proof is not None
    ]


def _repair_document(request: AuditRequest, repair: Candidate, proof: Proof) -> JsonObject:
    diff = None if request.source is None else patch_source(request.source, repair)
    reasons = summarize_repair(request.network, repair.changes)
    return {
        "summary": "; ".join(reason.sentence for reason in reasons),
        "reasons": reason_documents(reasons),
        "changes": [change.document for change in repair.changes],
        "input_shape": list(repair.network.input_shape),
        "output_shape": list(repair.output_shape),
        "run": str(proof),
        "diff": diff,
    }


def _adapted_document(
    request: AuditRequest, trace: Trace, runner: ProbeRunner | None
) -> JsonObject | None:
    """The adaptation with the fewest changed layers; repairs of the input do not count."""
    assert request.adapt_to is not None
    network, goal = plan_adaptation(request.network, trace, request.adapt_to)
    now = trace_network(network)
    if goal.is_reached_by(network, now):
        proven = [(Candidate(changes=(), network=network, trace=now), Proof.LAWS)]
    else:
        found = [
            repair
            for repair in find_repairs(network, goal)
            if repair.network.input_shape == network.input_shape
        ]
        found.sort(key=lambda repair: repair.layers_touched)
        proven = _run_repairs(found, runner)
    for repair, proof in proven[:1]:
        layers = [audit_layer_document(layer) for layer in repair.network.layers]
        return {**_repair_document(request, repair, proof), "layers": layers}
    return None
