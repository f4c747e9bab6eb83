"""The answer of an audit as text: a table of the trace, and the repairs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from designer.audit.ops.layer_errors import format_sizes
from designer.commands.tables import TableForm, table_text


def describe_audit(answer: dict[str, Any], form: TableForm) -> str:
    """The answer as text: the reason, one row per layer or call, and the repairs; as CSV, the rows."""
    table = _trace_table(answer, form) if answer["trace"] or form is TableForm.CSV else ""
    if form is TableForm.CSV:
        return table
    last = [*_candidate_lines(answer), *_repair_lines(answer)]
    return "\n".join([*_verdict_lines(answer), *table.splitlines(), *last])


def _verdict_lines(answer: dict[str, Any]) -> Iterator[str]:
    yield f"{answer['verdict']}: {answer['reason']}"
    if answer["torch_error"]:
        yield f"  torch: {answer['torch_error']}"
    if answer["about_error"]:
        yield f"  {answer['about_error']}"
    if answer["pointers"]:
        yield f"  at {', '.join(answer['pointers'])}"
    network, raised = answer["network"], answer["raised"]
    if raised and raised["line"]:
        yield f"  {raised['file']}, line {raised['line']}"
    if network:
        yield f"network: {network['expression']} ({_place(network)})"
        inputs = ", ".join(map(_input_text, answer["inputs"]))
        yield f"input{' (proposed)' if answer['inputs_proposed'] else ''}: {inputs}"
    if answer["stubbed"]:
        yield f"replaced by stand-ins: {', '.join(answer['stubbed'])}"


def _input_text(given: dict[str, Any]) -> str:
    high = f" below {given['high']}" if "high" in given else ""
    return f"{format_sizes(given['shape'])} {given['dtype']}{high}"


def _place(found: dict[str, Any]) -> str:
    return f"{found['file']}, line {found['line']}" if found["line"] else "from the command line"


def _trace_table(answer: dict[str, Any], form: TableForm) -> str:
    """The rows that ran or failed; the line of each in the source."""
    has_lines = answer["network"] is not None
    columns = ["index", *(["line", "name"] if has_lines else []), "op", "output", "arithmetic"]
    as_csv = form is TableForm.CSV
    rows = []
    for row in answer["trace"]:
        after = "✗" if row["output_shape"] is None else format_sizes(row["output_shape"])
        laws, warnings = list(dict.fromkeys(row["arithmetic"])), row["warnings"]
        op = row["op"] if row["op"] != "module" else row["class"]
        place = [str(row["line"] or ""), row["name"]] if has_lines else []
        last = (
            ["; ".join(laws), " ".join(warnings)]
            if as_csv
            else ["\n".join([*laws, *(f"! {said}" for said in warnings)])]
        )
        rows.append([str(row["index"]), *place, op, after, *last])
    return table_text([*columns, *(["warnings"] if as_csv else [])], rows, form)


def _candidate_lines(answer: dict[str, Any]) -> Iterator[str]:
    for other in answer["candidates"]:
        raised = other["raised"]
        why = other["verdict"] or "not made"
        why += f": {raised['message']}" if raised else ""
        if other["verdict"] is None and not raised and other["signature"]:
            why += f": needs arguments, {other['signature']}"
        part = f", part of {other['part_of']}" if other["part_of"] else ""
        yield f"also there: {other['expression']} ({_place(other)}{part}): {why}"


def _diff_lines(repair: dict[str, Any]) -> list[str]:
    """The diff of a source; of layers, each change as a removed and an added line."""
    if repair["diff"] is not None:
        return [f"    {line}" for line in repair["diff"].splitlines()]
    found = []
    for change in repair["changes"]:
        whole = change["field"] == "layer"
        layer = [] if change["index"] < 0 else [f"layers[{change['index']}]"]
        place = ".".join([*layer, *([] if whole else [change["field"]])])
        for sign, value in (("-", change["from"]), ("+", change["to"])):
            if not whole or value is not None:
                found.append(f"    {sign}{place} = {json.dumps(value)}")
    return found


def _repair_lines(answer: dict[str, Any]) -> Iterator[str]:
    for number, repair in enumerate(answer["repairs"], start=1):
        end = format_sizes(repair["output_shape"])
        yield f"repair {number}: {repair['summary']} (then {end})"
        yield from _diff_lines(repair)
        yield from (f"    because {formula}" for formula in repair["why"])
    nearest = answer["nearest"]
    if nearest and (nearest["input_shapes"] or answer["verdict"] != "fits"):
        shapes = ", ".join(format_sizes(shape) for shape in nearest["input_shapes"])
        yield f"input shapes that fit: {shapes or 'none nearby'}"
        if max(nearest["multiples"] or [1]) > 1:
            yield f"  all sizes that fit are multiples of {format_sizes(nearest['multiples'])}"
    if answer["adapted"]:
        yield f"adapted: {answer['adapted']['summary'] or 'no change needed'}"
        yield from _diff_lines(answer["adapted"])
    for reason in answer["reasons"]:
        if reason["code"] == "not_adapted":
            yield f"not adapted: {reason['sentence']}"
    for layer in answer["mirror"] or ():
        yield f"mirror: {json.dumps(layer)}"
    yield from (f"not in the mirror: {sentence}" for sentence in answer["mirror_left_out"])
