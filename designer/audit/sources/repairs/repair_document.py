"""A repair of a source as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from designer.audit.graph.comparison import changed_formulas, flaw_reasons, repair_costs
from designer.audit.graph.model import first_shape
from designer.audit.sources.repairs.repair_search import SourceRepair
from designer.audit.sources.repairs.text_edits import unified_text_diff
from designer.audit.sources.source_text import SourceText
from designer.audit.sources.trace_reply import NetworkTrace
from designer.audit.torch_proof import Proof
from designer.reasons import Reason, make_reason, reason_documents
from designer.validation.json_readers import JsonObject

MAX_SHOWN_LINE = 120
"""Maximum number of characters of a line in a summary."""


def source_repair_document(
    source: SourceText, repair: SourceRepair, trace: NetworkTrace
) -> JsonObject:
    """The idea, the edited lines, the diff, and what torch returned."""
    edits = [*_edited_lines(dict(source.files), repair.files)]
    reasons = [make_reason(f"idea_{idea}") for idea in repair.ideas]
    reasons += [_edit_reason(edit) for edit in edits]
    was, now = trace.nodes, repair.trace.nodes
    reasons += flaw_reasons(was, now)
    every_size = [] if repair.every_size is None else repair.every_size.reasons
    reasons += every_size
    end = first_shape(repair.trace.outputs) or (1,)
    return {
        "summary": "; ".join(reason.sentence for reason in reasons),
        "reasons": reason_documents(reasons),
        "idea": list(repair.ideas),
        "edits": edits,
        "changes": [],
        "input_shape": list(trace.inputs[0].shape),
        "output_shape": list(end[1:]),
        "outputs": repair.trace.outputs,
        "why": [*(reason.sentence for reason in every_size), *changed_formulas(was, now)],
        "costs": repair_costs(
            was,
            now,
            parameters=(trace.parameters, repair.trace.parameters),
            input_axes=len(trace.inputs[0].shape) - 1,
        ),
        "run": str(Proof.WHOLE),
        "diff": unified_text_diff(dict(source.files), repair.files),
    }


def _edited_lines(before: dict[str, str], after: dict[str, str]) -> Iterator[JsonObject]:
    """The lines that differ, with their numbers before the edit; empty where one is added or removed."""
    for file, text in before.items():
        old, new = text.splitlines(), after[file].splitlines()
        for kind, first, last, start, end in SequenceMatcher(None, old, new).get_opcodes():
            if kind == "equal":
                continue
            for place in range(max(last - first, end - start)):
                yield {
                    "file": file,
                    "line": min(first + place, len(old)) + 1,
                    "before": old[first + place].strip() if first + place < last else "",
                    "after": new[start + place].strip() if start + place < end else "",
                }


def _edit_reason(edit: JsonObject) -> Reason:
    before, after = (str(edit[name])[:MAX_SHOWN_LINE] for name in ("before", "after"))
    return make_reason("edited_line", line=edit["line"], before=before, after=after)
