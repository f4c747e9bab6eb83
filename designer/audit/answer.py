"""The complete answer of an audit, as HTTP and the command line return it."""

from __future__ import annotations

from collections.abc import Sequence

from designer.audit.adaptation import plan_adaptation
from designer.audit.diagnosis import AuditVerdict, Diagnosis, diagnose
from designer.audit.graph.graph_json import graph_document, node_row
from designer.audit.graph.layer_graph import layer_graph
from designer.audit.graph.model import GraphNode
from designer.audit.json_pointers import layer_field_errors, layer_pointer
from designer.audit.layers_json import audit_layer_document
from designer.audit.mirror import mirror_network
from designer.audit.not_adapted import add_not_adapted
from designer.audit.ops.layer_errors import TOO_LARGE, TensorShape
from designer.audit.repairs.goal import Goal
from designer.audit.repairs.nearest_json import (
    nearest_document,
    nearest_shapes,
    output_pairs,
    suggest_layers_brief,
)
from designer.audit.repairs.ranking import Candidate
from designer.audit.repairs.repair_json import repair_document
from designer.audit.repairs.search import find_repairs
from designer.audit.request import AuditRequest, sides_per_axis
from designer.audit.sources.branched_layers import branched_layers
from designer.audit.sources.source_adaptation import STAGE_IDEAS
from designer.audit.sources.source_answer import audit_source
from designer.audit.sources.source_text import SourceText
from designer.audit.torch_proof import Proof, prove_networks
from designer.audit.trace import AuditNetwork, Trace, trace_network
from designer.audit.warnings import all_warnings
from designer.errors import FieldError, InvalidRequest, SourceNotRun
from designer.reasons import Reason, reason_documents
from designer.validation.json_readers import JsonObject
from designer.verification import ProbeRunner


def audit(request: AuditRequest, *, runner: ProbeRunner | None) -> JsonObject:
    """The answer: verdict, reason, trace and repairs; on request the mirror and the adaptation.

    Without a ``runner`` the repairs of a list of layers are checked by the shape rules alone
    (``run``: ``laws_only``), and a source is not audited.

    Raises:
        InvalidRequest: if the network cannot be adapted, or a map is too large.
        SourceFailed: if a source raises outside its network, has none, or exceeds a limit.
        SourceNotRun: if there is no runner, or the sandbox lacks a required layer.
        Accident: if the verifying process crashes or times out, or none is available.
    """
    if request.source is not None:
        return _audit_source(request, request.source, runner)
    network = request.network
    trace = trace_network(network)
    _refuse_large(request, trace)
    diagnosis = diagnose(request, trace)
    answer = _diagnosis_document(request, trace, diagnosis)
    if diagnosis.verdict is not AuditVerdict.FITS:
        answer |= _repair_documents(request, diagnosis, runner)
    if request.mirror and trace.layer_error is None:
        _add_mirror(answer, network)
    if request.adapt_to is not None:
        answer["adapted"] = _adapted_document(request.adapt_to, network, runner)
        if answer["adapted"] is None:
            edited, goal = _plan_adaptation(request.adapt_to, network, trace)
            brief = suggest_layers_brief(edited, goal.wanted)
            add_not_adapted(answer, request.adapt_to, brief)
    return answer


def _audit_source(
    request: AuditRequest, source: SourceText, runner: ProbeRunner | None
) -> JsonObject:
    if runner is None:
        raise SourceNotRun("no_process_to_run")
    answer, trace = audit_source(
        source,
        wanted=request.wanted_shapes,
        message=request.error_message,
        batch=request.batch,
        adapt_to=request.adapt_to,
        runner=runner,
    )
    if request.mirror and trace is not None and trace.raised is None:
        found = branched_layers(trace, request.batch)
        if found.network is not None:
            _add_mirror(answer, found.network)
        _add_left_out(answer, found.left_out)
    return answer


def _add_mirror(answer: JsonObject, network: AuditNetwork) -> None:
    """Add the mirror of a network that runs."""
    mirror = mirror_network(network, trace_network(network))
    answer["mirror"] = [audit_layer_document(layer) for layer in mirror.network.layers]
    _add_left_out(answer, mirror.left_out)


def _add_left_out(answer: JsonObject, left_out: Sequence[Reason]) -> None:
    """Add why a mirror lacks layers, or why there is none."""
    answer["mirror_left_out"] += [reason.sentence for reason in left_out]  # type: ignore[operator]
    answer["reasons"] = [*answer["reasons"], *reason_documents(left_out)]  # type: ignore[misc]


def _refuse_large(request: AuditRequest, trace: Trace) -> None:
    """Refuse a network with a map above the size limit, which torch does not have.

    Raises:
        InvalidRequest: if a map is too large; ``too_many_elements``, at its layer.
    """
    layer_error = trace.layer_error
    if layer_error is not None and layer_error.fields == (TOO_LARGE,):
        pointer = layer_pointer(len(trace.steps))
        (reason,) = layer_error.reasons
        facts = dict(layer_error.facts)
        error = FieldError(pointer=pointer, code="too_many_elements", reason=reason, facts=facts)
        raise InvalidRequest([error])


def _diagnosis_document(request: AuditRequest, trace: Trace, diagnosis: Diagnosis) -> JsonObject:
    """The answer without repairs, mirror and adaptation."""
    network, errors = request.network, layer_field_errors(request, trace)
    about, nodes = diagnosis.about_error, layer_graph(network, trace)
    reasons = [*diagnosis.reasons, *([] if about is None else [about])]
    warnings = [*all_warnings(network, trace), *([[]] if trace.layer_error else [])]
    runs = trace.layer_error is None
    return {
        "verdict": str(diagnosis.verdict),
        "fails_at": trace.fails_at,
        "layer": diagnosis.layer,
        "reason": " ".join(reason.sentence for reason in reasons if reason is not about),
        "reasons": reason_documents(reasons),
        "torch_error": diagnosis.torch_error,
        "network": None,
        "candidates": [],
        "stubbed": [],
        "inputs": [{"shape": list(network.input_shape), "dtype": "float32"}],
        "inputs_proposed": False,
        "raised": None,
        "outputs": list(trace.shapes[-1]) if runs else None,
        "graph": graph_document(nodes, warnings, network.input_shape),
        "pointers": [error["pointer"] for error in errors],
        "errors": errors,
        "about_error": about and about.sentence,
        "geometry": diagnosis.geometry,
        "input_shape": list(network.input_shape),
        "output_shape": None if trace.output_shape is None else list(trace.output_shape),
        "wanted_shape": None if diagnosis.wanted is None else list(diagnosis.wanted),
        "wanted_shapes": None if diagnosis.wanted is None else [list(diagnosis.wanted)],
        "wanted_from": diagnosis.wanted_from and str(diagnosis.wanted_from),
        "batch": network.batch,
        "layers": [audit_layer_document(layer) for layer in network.layers],
        "trace": _trace_rows(nodes, warnings, trace),
        "repairs": [],
        "search": None,
        "nearest": None,
        "mirror": None,
        "mirror_left_out": [],
        "adapted": None,
    }


def _trace_rows(
    nodes: Sequence[GraphNode], warnings: Sequence[Sequence[Reason]], trace: Trace
) -> list[JsonObject]:
    """One row per layer up to the first that fails, whose output shape is null."""
    arithmetic = [*(list(step.arithmetic) for step in trace.steps), []]
    return [
        node_row(index, node, formulas, said)
        for index, (node, formulas, said) in enumerate(
            zip(nodes, arithmetic, warnings, strict=False)
        )
    ]


def _repair_documents(
    request: AuditRequest, diagnosis: Diagnosis, runner: ProbeRunner | None
) -> JsonObject:
    """The repairs, and the nearest input sizes that fit, with a brief."""
    network, wanted = request.network, diagnosis.wanted
    proven = _run_repairs(find_repairs(network, Goal(wanted=wanted)), runner)
    shapes, goal = nearest_shapes(network, wanted)
    pairs = output_pairs(network, shapes)
    return {
        "repairs": [repair_document(network, repair, run=str(proof)) for repair, proof in proven],
        "nearest": nearest_document(network, wanted, pairs, goal),
    }


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


def _plan_adaptation(
    sides: TensorShape | int, given: AuditNetwork, trace: Trace
) -> tuple[AuditNetwork, Goal]:
    axes = max(len(given.input_shape), len(trace.shapes[-1]) - 1) - 1
    return plan_adaptation(given, trace, sides_per_axis(sides, axes=axes) or ())


def _adapted_document(
    sides: TensorShape | int, given: AuditNetwork, runner: ProbeRunner | None
) -> JsonObject | None:
    """The adaptation that adds or removes stages, else that with the fewest changed layers.

    Repairs of the input do not count.
    """
    network, goal = _plan_adaptation(sides, given, trace_network(given))
    now = trace_network(network)
    if goal.is_reached_by(network, now):
        proven = [(Candidate(changes=(), network=network, trace=now), Proof.LAWS)]
    else:
        found = [
            repair
            for repair in find_repairs(network, goal)
            if repair.network.input_shape == network.input_shape
        ]
        found.sort(key=lambda each: (not STAGE_IDEAS & set(each.idea_codes), each.layers_touched))
        proven = _run_repairs(found, runner)
    for repair, proof in proven[:1]:
        layers = [audit_layer_document(layer) for layer in repair.network.layers]
        return {**repair_document(network, repair, run=str(proof)), "layers": layers}
    return None
