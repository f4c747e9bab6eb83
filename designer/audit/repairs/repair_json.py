"""A repair of a list of layers as JSON."""

from __future__ import annotations

from designer.audit.graph.comparison import MAX_FORMULAS, repair_costs
from designer.audit.graph.layer_graph import layer_graph
from designer.audit.repairs.changes import changed_places
from designer.audit.repairs.ranking import Candidate
from designer.audit.repairs.summary_text import summarize_repair
from designer.audit.trace import AuditNetwork, trace_network
from designer.reasons import make_reason, reason_documents
from designer.validation.json_readers import JsonObject


def repair_document(network: AuditNetwork, repair: Candidate, *, run: str) -> JsonObject:
    """The ideas and changes of a repair, why it works, and what it costs."""
    was = layer_graph(network, trace_network(network))
    now = layer_graph(repair.network, repair.trace)
    parameters = sum(node.parameters for node in was), sum(node.parameters for node in now)
    changes = summarize_repair(network, repair.changes)
    ideas = [make_reason(f"idea_{code}") for code in repair.idea_codes]
    flaws = repair.flaws
    return {
        "summary": "; ".join(reason.sentence for reason in [*changes, *flaws]),
        "reasons": reason_documents([*ideas, *changes, *flaws]),
        "idea": repair.idea_codes,
        "changes": [change.document for change in repair.changes],
        "input_shape": list(repair.network.input_shape),
        "output_shape": list(repair.output_shape),
        "why": _formulas(network, repair),
        "costs": repair_costs(
            was, now, parameters=parameters, input_axes=len(network.input_shape) - 1
        ),
        "run": run,
        "diff": None,
    }


def _formulas(network: AuditNetwork, repair: Candidate) -> list[str]:
    """The formulas, with their numbers, of the layers that are changed or added."""
    found = [
        f"{place} ({repair.network.layers[place].op}): {formula}"
        for place in changed_places(network, repair.changes)
        for formula in dict.fromkeys(repair.trace.steps[place].arithmetic)
    ]
    return found[:MAX_FORMULAS]
