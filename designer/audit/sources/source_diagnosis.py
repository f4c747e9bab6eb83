"""The verdict on a network that was run, and its reasons."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from designer.audit.diagnosis import AuditVerdict
from designer.audit.error_message import ErrorMessage, explain_saved_weights
from designer.audit.graph.model import GraphNode, all_shapes, first_shape
from designer.audit.ops.layer_errors import LayerError, TensorShape
from designer.audit.seen_error import (
    Explanation,
    TracedSizes,
    explain_for_failing_layer,
    explain_for_running_network,
)
from designer.audit.sources.candidate_choice import WantedShapes, reaches_wanted
from designer.audit.sources.trace_reply import NetworkTrace, RaisedError
from designer.audit.wanted_shape import WantedFrom, assume_wanted, is_near
from designer.reasons import Reason, make_reason


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDiagnosis:
    """The verdict, its reasons, the index of the node at fault, and what the seen message means."""

    verdict: AuditVerdict
    reasons: tuple[Reason, ...]
    node: int | None
    wanted: WantedShapes | None
    wanted_from: WantedFrom | None
    explanation: Explanation


def diagnose_source(
    trace: NetworkTrace,
    wanted: WantedShapes | None,
    message: ErrorMessage | None,
    batch: int,
    *,
    other_sizes: Sequence[Reason] = (),
) -> SourceDiagnosis:
    """The diagnosis of a network that ran, or that raised; ``other_sizes`` are reasons about those."""
    shapes = [first_shape(each.output_shape) for each in trace.nodes]
    start: TensorShape = (batch, *trace.inputs[0].shape)
    known: list[TensorShape] = [start, *(shape for shape in shapes if shape)]
    end = first_shape(trace.outputs) or known[-1]
    sizes = TracedSizes(batch=batch, shapes=known, end=end)
    wanted_from = None if wanted is None else WantedFrom.REQUEST
    assumed = None
    if trace.raised is not None:
        explanation = _explain_failure(sizes, trace.raised, message)
        reasons = _failure_reasons(trace, trace.raised)
        verdict = AuditVerdict.BREAKS
    else:
        assumed = None if wanted else assume_wanted(known, end, message)
        if assumed is not None:
            wanted, wanted_from = [assumed.shape], assumed.wanted_from
        explanation = explain_saved_weights(message) or explain_for_running_network(sizes, message)
        reasons = _misses(trace, end, wanted, batch)
        verdict = AuditVerdict.MISSES if reasons else AuditVerdict.FITS
        near = [] if wanted is not None or reasons else _near_input(end, start)
        reasons = reasons or [make_reason("network_fits", outputs=_described(trace.outputs)), *near]
    later = [assumed.reason if assumed else None, explanation[0]]
    return SourceDiagnosis(
        verdict=verdict,
        reasons=(*reasons, *other_sizes, *(each for each in later if each is not None)),
        node=_node_at_fault(trace, verdict),
        wanted=wanted,
        wanted_from=wanted_from,
        explanation=explanation,
    )


def diagnose_construction(
    raised: RaisedError, message: ErrorMessage | None, batch: int
) -> SourceDiagnosis:
    """The diagnosis of a network that a constructor of torch refuses to make."""
    sizes = TracedSizes(batch=batch, shapes=[(batch,)], end=(batch,))
    explanation = _explain_failure(sizes, raised, message)
    about = explanation[0]
    reasons = [_raised_reason(raised), *([about] if about else [])]
    return SourceDiagnosis(
        verdict=AuditVerdict.BREAKS,
        reasons=tuple(reasons),
        node=None,
        wanted=None,
        wanted_from=None,
        explanation=explanation,
    )


def _node_at_fault(trace: NetworkTrace, verdict: AuditVerdict) -> int | None:
    """The call that raised; of a network that misses, the last that changed sizes."""
    if verdict is AuditVerdict.BREAKS:
        return None if trace.failed is None else len(trace.nodes)
    if verdict is AuditVerdict.MISSES:
        for index in range(len(trace.nodes) - 1, -1, -1):
            if _resizes(trace.nodes[index]):
                return index
    return None


def _resizes(node: GraphNode) -> bool:
    before, after = node.input, node.output
    return before is not None and after is not None and before[2:] != after[2:]


def law_error(node: GraphNode) -> LayerError | None:
    """Why the law of a call's layer refuses what comes in, None if it does not, or there is none."""
    if node.layer is not None and node.input is not None:
        try:
            node.layer.step(node.input, [node.input])
        except LayerError as error:
            return error
    return None


def _failure_reasons(trace: NetworkTrace, raised: RaisedError) -> list[Reason]:
    """What raised, with the law and its numbers if the call has one."""
    node = trace.failed
    if node is None:
        return [_raised_reason(raised)]
    law = law_error(node)
    facts = {
        "name": node.name or node.class_name,
        "class_name": node.class_name,
        "shapes": [make_reason("shape", shape=shape) for shape in node.input_shapes],
    }
    if law is not None:
        return [make_reason("module_fails", error=law.reasons[0], **facts)]
    kind = "module_raises" if node.is_module else "function_raises"
    return [make_reason(kind, error=raised.message, line=raised.line, **facts)]


def _raised_reason(raised: RaisedError) -> Reason:
    code = "raised" if raised.line is None else "raised_on_line"
    return make_reason(code, type=raised.type, message=raised.message, line=raised.line)


def _misses(
    trace: NetworkTrace, end: TensorShape, wanted: WantedShapes | None, batch: int
) -> list[Reason]:
    """Why the outputs are not the wanted ones; none if they are."""
    counts = {shape[0] for shape in all_shapes(trace.outputs) if shape}
    folded = _folding_call(trace, batch)
    if folded is not None and counts and batch not in counts:
        return [make_reason("folds_batch", results=end[0], batch=batch, line=folded)]
    if wanted is None or reaches_wanted(trace.outputs, wanted, batch):
        return []
    found = [
        make_reason(
            "outputs_missed",
            outputs=_described(trace.outputs),
            wanted=[make_reason("shape", shape=shape or ()) for shape in wanted],
        )
    ]
    index = _node_at_fault(trace, AuditVerdict.MISSES)
    if index is not None:
        node = trace.nodes[index]
        found.append(
            make_reason(
                "last_resized",
                name=node.name or node.class_name,
                class_name=node.class_name,
                before=(node.input or ())[1:],
                after=(node.output or ())[1:],
            )
        )
    return found


def _folding_call(trace: NetworkTrace, batch: int) -> int | None:
    """Line of the first call that takes a batch and gives another number of samples; 0 if unknown.

    None if there is none, or if the first such call moves the batch to another axis.
    """
    for node in trace.nodes:
        before, after = node.input, node.output
        if before and after and before[0] == batch and after[0] != batch:
            moved = batch in after and sorted(before) == sorted(after)
            return None if moved else node.call_line or node.line or 0
    return None


def _near_input(end: TensorShape, start: TensorShape) -> list[Reason]:
    """That the output nearly has the input's size, as a reconstruction would."""
    if is_near(end, start) and (end[1] == start[1] or end[1] <= 4):
        return [make_reason("nearly_input", end=end[1:], start=start[1:])]
    return []


def _described(outputs: object) -> list[Reason]:
    shapes = all_shapes(outputs)[:16]
    return [
        make_reason("shape", shape=shape[1:]) if shape else make_reason("single_number")
        for shape in shapes
    ]


def _explain_failure(
    sizes: TracedSizes, raised: RaisedError, message: ErrorMessage | None
) -> Explanation:
    saved = explain_saved_weights(message)
    return saved or explain_for_failing_layer(
        sizes, message, lambda batch: _with_other_batch(raised.message, sizes.batch, batch)
    )


def _with_other_batch(message: str, batch: int, other: int) -> str:
    """Torch's message for another batch: its first size, and numbers of elements, scale with it.

    >>> _with_other_batch("mat1 and mat2 shapes cannot be multiplied (2x1472 and 1600x64)", 2, 32)
    'mat1 and mat2 shapes cannot be multiplied (32x1472 and 1600x64)'
    """
    if other == batch:
        return message
    text = re.sub(rf"(\(|\[){batch}(?=x|, )", rf"\g<1>{other}", message)
    return re.sub(
        r"(input of size )(\d+)", lambda found: f"{found[1]}{int(found[2]) * other // batch}", text
    )
