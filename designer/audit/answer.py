"""The whole answer of an audit: what HTTP and the command line both give."""

from __future__ import annotations

from designer.audit.adaptation import adaptation
from designer.audit.diagnosis import Diagnosis, Verdict, diagnose
from designer.audit.json_pointers import break_errors, layer_pointer
from designer.audit.layers_json import layer_document
from designer.audit.mirror import mirror_network
from designer.audit.ops.layer_errors import TOO_LARGE
from designer.audit.repairs.goal import Goal
from designer.audit.repairs.input_sizes import served_inputs
from designer.audit.repairs.ranking import Candidate
from designer.audit.repairs.search import find_repairs
from designer.audit.repairs.summary_text import summarize
from designer.audit.repairs.work_limit import Work
from designer.audit.request import AuditRequest
from designer.audit.source_diff import holds, patch_source
from designer.audit.suggested_brief import suggest_design
from designer.audit.torch_proof import Proof, prove
from designer.audit.trace import Network, Trace, trace_network
from designer.audit.warnings import all_warnings
from designer.validation.json_readers import Document, refuse_field
from designer.verification import Runner

NEAREST_WORK = 20_000
"""Layer steps that the search for the nearest sizes may take."""


def audit(request: AuditRequest, *, runner: Runner | None) -> Document:
    """The answer: trace, verdict, reason, repairs, and what else was asked for.

    Without a ``runner`` the repairs are checked by the laws alone, and say so.

    Raises:
        InvalidRequest: where the network cannot be adapted, or a map is too large.
        Accident: where the verifying process crashed, ran out of time, or has no room now.
    """
    network = request.network
    trace = trace_network(network)
    _refuse_large(request, trace)
    found = diagnose(request, trace)
    answer = _findings(request, trace, found)
    if found.verdict is not Verdict.FITS:
        answer |= _mended(request, found, runner)
    if request.mirror and trace.broken is None:
        mirror = mirror_network(network, trace)
        answer["mirror"] = [layer_document(layer) for layer in mirror.network.layers]
        answer["mirror_left_out"] = list(mirror.left_out)
    if request.adapt_to is not None:
        answer["adapted"] = _adapted(request, trace, runner)
    return answer


def _refuse_large(request: AuditRequest, trace: Trace) -> None:
    """Refuse a network for a limit of ours: no verdict on it would be torch's.

    Raises:
        InvalidRequest: too_many_elements, at the layer.
    """
    broken = trace.broken
    if broken is not None and broken.fields == (TOO_LARGE,):
        pointer = layer_pointer(request, len(trace.steps))
        refuse_field(pointer, "too_many_elements", str(broken), **broken.facts)


def _findings(request: AuditRequest, trace: Trace, found: Diagnosis) -> Document:
    """The answer before anything is mended, mirrored or adapted."""
    network, errors = request.network, break_errors(request, trace)
    return {
        "verdict": str(found.verdict),
        "fails_at": trace.fails_at,
        "layer": found.layer,
        "reason": _reason(request, found),
        "torch_error": found.torch_error,
        "pointers": [error["pointer"] for error in errors],
        "errors": errors,
        "about_error": found.about_error,
        "geometry": found.geometry,
        "input_shape": list(network.input_shape),
        "output_shape": None if trace.output_shape is None else list(trace.output_shape),
        "wanted_shape": None if found.wanted is None else list(found.wanted),
        "batch": network.batch,
        "layers": [layer_document(layer) for layer in network.layers],
        "trace": trace_rows(request, trace),
        "repairs": [],
        "nearest": None,
        "mirror": None,
        "mirror_left_out": [],
        "adapted": None,
    }


def trace_rows(request: AuditRequest, trace: Trace) -> list[Document]:
    """One row per layer, the one that breaks without an output; nothing runs behind it.

    ``line`` is where the layer stands in the source, null where layers were sent.
    """
    network = request.network
    lines = (None,) * len(network.layers) if request.source is None else request.source.lines
    warnings = all_warnings(network, trace)
    rows: list[Document] = [
        {
            "index": index,
            "op": network.layers[index].op,
            "line": lines[index],
            "input_shape": list(trace.shapes[index][1:]),
            "output_shape": list(trace.shapes[index + 1][1:]),
            "arithmetic": list(step.arithmetic),
            "warnings": warnings[index],
        }
        for index, step in enumerate(trace.steps)
    ]
    if trace.broken is not None:
        rows.append(
            {
                "index": len(rows),
                "op": network.layers[len(rows)].op,
                "line": lines[len(rows)],
                "input_shape": list(trace.shapes[-1][1:]),
                "output_shape": None,
                "arithmetic": [],
                "warnings": [],
            }
        )
    return rows


def _reason(request: AuditRequest, found: Diagnosis) -> str:
    """The reason; and where a source was followed no further than to the layer that breaks."""
    cut = None if request.source is None else request.source.cut
    behind = "" if cut is None else f" What stands behind it was not followed: {cut}."
    return found.reason + behind


def _mended(request: AuditRequest, found: Diagnosis, runner: Runner | None) -> Document:
    """The repairs; where there are none, the nearest sizes served and the design that would do."""
    source = request.source
    cut = source is not None and source.cut is not None
    repairs = find_repairs(request.network, Goal(wanted=None if cut else found.wanted))
    if source is not None:
        repairs = [repair for repair in repairs if holds(source, repair)]
    proven = _proven(repairs, runner)
    if proven:
        return {"repairs": [_repair(request, repair, proof) for repair, proof in proven]}
    shapes = [] if cut else served_inputs(request.network, Goal(), Work(NEAREST_WORK), most=3)
    return {
        "nearest": {
            "input_shapes": [list(shape) for shape in shapes],
            "output_shapes": [_end(request.network, shape) for shape in shapes],
            "design": suggest_design(request.network, found.wanted),
        }
    }


def _end(network: Network, shape: tuple[int, ...]) -> list[int]:
    changed = Network(input_shape=shape, layers=network.layers, batch=network.batch)
    return list(trace_network(changed).shapes[-1][1:])


def _proven(repairs: list[Candidate], runner: Runner | None) -> list[tuple[Candidate, Proof]]:
    """Those that torch runs as traced; all of them where nothing can run them."""
    if runner is None or not repairs:
        return [(repair, Proof.LAWS) for repair in repairs]
    proofs = prove([(repair.network, repair.trace) for repair in repairs], runner)
    return [
        (repair, proof) for repair, proof in zip(repairs, proofs, strict=True) if proof is not None
    ]


def _repair(request: AuditRequest, repair: Candidate, proof: Proof) -> Document:
    diff = None if request.source is None else patch_source(request.source, repair)
    return {
        "summary": summarize(request.network, repair.changes),
        "changes": [change.document for change in repair.changes],
        "input_shape": list(repair.network.input_shape),
        "output_shape": list(repair.output_shape),
        "run": str(proof),
        "diff": diff,
    }


def _adapted(request: AuditRequest, trace: Trace, runner: Runner | None) -> Document | None:
    """The closest network for another size; no other input is a way to adapt it."""
    assert request.adapt_to is not None
    network, goal = adaptation(request.network, trace, request.adapt_to)
    now = trace_network(network)
    if goal.reached(network, now):
        unchanged = Candidate(changes=(), network=network, trace=now)
        return {**_repair(request, unchanged, Proof.LAWS), "layers": _layers(network)}
    found = [
        repair
        for repair in find_repairs(network, goal)
        if repair.network.input_shape == network.input_shape
    ]
    found.sort(key=lambda repair: repair.layers_touched)
    for repair, proof in _proven(found, runner)[:1]:
        return {**_repair(request, repair, proof), "layers": _layers(repair.network)}
    return None


def _layers(network: Network) -> list[Document]:
    return [layer_document(layer) for layer in network.layers]
