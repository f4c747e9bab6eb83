"""``gan-designer audit``: diagnosis and repair of a network in a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TextIO

import click

from designer.audit import AuditVerdict, audit, read_request
from designer.audit.ops.layer_errors import format_sizes
from designer.commands.exit_status import ExitStatus
from designer.commands.options import (
    JSON_BODY_HELP,
    Number,
    Numbers,
    output_options,
    parse_json_text,
    write_output,
)
from designer.pipeline.design_json import document_text
from designer.validation.json_readers import JsonObject
from designer.verification import Limits, Pool

"""Exit status if a layer fails or the output shape is not the wanted one."""


@click.command("audit")
@click.argument("file", type=click.File("r", encoding="utf-8", errors="surrogateescape"))
@click.option("--input-shape", type=Numbers(), help="Shape of one input sample, such as 3x64x64.")
@click.option(
    "--wanted-shape", type=Numbers(), help="Wanted shape of one output sample, such as 1x1x1."
)
@click.option("--batch", type=Number(), help="Batch size. Default: 2.")
@click.option("--error", help="Error message that torch printed for this network.")
@click.option("--mirror", is_flag=True, help="Also print the mirrored network.")
@click.option(
    "--adapt-to",
    type=Numbers(),
    help="Also print the closest network for pictures of this size, such as 96x96.",
)
@click.option(
    "--no-run", is_flag=True, help="Check repairs by arithmetic only, without running torch."
)
@output_options(JSON_BODY_HELP)
@click.pass_context
def audit_command(
    ctx: click.Context,
    /,
    file: TextIO,
    no_run: bool,
    as_json: bool,
    output: Path | None,
    **given: object,
) -> None:
    """Diagnose the network in FILE and suggest repairs.

    FILE is JSON (a request or a list of layers) or Python source; - reads from standard input.

    Exit status: 0 if the network fits, 1 if a layer fails or the output shape is not the wanted
    one, 2 if the input is invalid, 3 if torch could not run.
    """
    request = read_request(audit_request_document(file.read(), given))
    if no_run:
        answer = audit(request, runner=None)
    else:
        with Pool(workers=1, limits=Limits()) as pool:
            answer = audit(request, runner=pool.run)
    write_output(document_text(answer) if as_json else describe_audit(answer), output)
    fits = answer["verdict"] == str(AuditVerdict.FITS)
    ctx.exit(ExitStatus.DONE if fits else ExitStatus.NEGATIVE_RESULT)


def audit_request_document(text: str, given: dict[str, object]) -> JsonObject:
    """The audit request from a file and the options; options override the file.

    >>> audit_request_document("nn.Sequential(nn.ReLU())", {"input_shape": [3, 8, 8]})
    {'source': 'nn.Sequential(nn.ReLU())', 'input_shape': [3, 8, 8]}

    Raises:
        InvalidRequest: if the file starts like JSON and is not valid JSON.
    """
    document: JsonObject = {"source": text}
    if text.lstrip()[:1] in ("{", "["):
        loaded = parse_json_text(text)
        document = loaded if isinstance(loaded, dict) else {"layers": loaded}
    for name, value in given.items():
        if value is not None and value is not False:
            shape = name.endswith("_shape") and not isinstance(value, list)
            document[name] = [value] if shape else value
    return document


def describe_audit(answer: dict[str, Any]) -> str:
    """The answer as text: the reason, one line per layer, and the repairs."""
    lines = [f"{answer['verdict']}: {answer['reason']}"]
    lines += [f"  torch: {answer['torch_error']}"] if answer["torch_error"] else []
    lines += [f"  {answer['about_error']}"] if answer["about_error"] else []
    lines += [f"  at {', '.join(answer['pointers'])}"] if answer["pointers"] else []
    for row in answer["trace"]:
        after = "✗" if row["output_shape"] is None else format_sizes(row["output_shape"])
        law = "; ".join(dict.fromkeys(row["arithmetic"]))
        at = "" if row["line"] is None else f"line {row['line']:<5} "
        lines.append(f"{row['index']:>4}  {at}{row['op']:<15} {after:<18} {law}".rstrip())
        lines += [f"      ! {warning}" for warning in row["warnings"]]
    for number, repair in enumerate(answer["repairs"], start=1):
        end = format_sizes(repair["output_shape"])
        lines.append(f"repair {number}: {repair['summary']} (then {end})")
        lines += [f"    {line}" for line in (repair["diff"] or "").splitlines()[2:]]
    if answer["nearest"]:
        shapes = ", ".join(format_sizes(shape) for shape in answer["nearest"]["input_shapes"])
        lines.append(f"no small repair; input shapes that fit: {shapes or 'none nearby'}")
    if answer["adapted"]:
        lines.append(f"adapted: {answer['adapted']['summary'] or 'no change needed'}")
    for layer in answer["mirror"] or ():
        lines.append(f"mirror: {json.dumps(layer)}")
    return "\n".join(lines)
