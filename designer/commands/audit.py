"""``gan-designer audit``: diagnosis and repair of a network in files."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import TextIO

import click

from designer.audit import REQUEST, AuditVerdict, audit, read_request
from designer.audit.sources.notebook import notebook_text
from designer.commands.audit_text import describe_audit
from designer.commands.exit_status import ExitStatus
from designer.commands.options import (
    JSON_BODY_HELP,
    Number,
    Numbers,
    output_options,
    parse_json_text,
    sandbox_require_option,
    write_output,
)
from designer.commands.tables import choose_form, csv_option
from designer.validation.json_readers import JsonObject
from designer.validation.json_text import document_text
from designer.validation.text_values import parse_integer
from designer.verification import Limits, Pool


def _help(name: str, example: str = "") -> str:
    """The meaning of a field of the request, as the HTTP API describes it."""
    meaning = REQUEST[name].meaning.replace("`", "")
    return f"{meaning} Example: {example}." if example else meaning


@click.command("audit")
@click.argument(
    "files",
    type=click.File("r", encoding="utf-8", errors="surrogateescape"),
    nargs=-1,
    required=True,
)
@click.option("--network", help=_help("network"))
@click.option(
    "--input",
    "inputs",
    multiple=True,
    help="One input of forward, as SHAPE[:DTYPE[:HIGH]], such as 3x64x64 or :int64:10 for labels.",
)
@click.option("--input-shape", type=Numbers(), help=_help("input_shape", "3x64x64"))
@click.option("--wanted-shape", type=Numbers(), help=_help("wanted_shape", "1x1x1"))
@click.option("--batch", type=Number(), help=_help("batch"))
@click.option("--error", help=_help("error"))
@click.option("--mirror", is_flag=True, help=_help("mirror"))
@click.option("--adapt-to", type=Numbers(), help=_help("adapt_to", "96x96"))
@click.option(
    "--no-run",
    is_flag=True,
    help="Check a list of layers and its repairs by arithmetic only, without running torch.",
)
@sandbox_require_option
@csv_option("Print the rows of the trace as CSV.")
@output_options(JSON_BODY_HELP)
@click.pass_context
def audit_command(
    ctx: click.Context,
    /,
    files: tuple[TextIO, ...],
    no_run: bool,
    sandbox_require: tuple[str, ...],
    as_csv: bool,
    as_json: bool,
    output: Path | None,
    **given: object,
) -> None:
    """Diagnose the network in FILES and suggest repairs.

    FILES are Python source or notebooks, which are run in a sandbox, or one file of JSON (a request
    or a list of layers); - reads from standard input.

    Exit status: 0 if the network fits, 1 if a layer fails or the output shape is not the wanted
    one, 2 if the input is invalid, 3 if torch could not run.
    """
    form = choose_form(ctx, as_csv=as_csv, output=output)
    texts = {getattr(file, "name", "-"): file.read() for file in files}
    request = read_request(audit_request_document(texts, given))
    if no_run:
        answer = audit(request, runner=None)
    else:
        with Pool(workers=1, limits=Limits(), required_layers=sandbox_require) as pool:
            answer = audit(request, runner=pool.run)
    write_output(document_text(answer) if as_json else describe_audit(answer, form), output)
    fits = answer["verdict"] == str(AuditVerdict.FITS)
    ctx.exit(ExitStatus.DONE if fits else ExitStatus.NEGATIVE_RESULT)


def audit_request_document(texts: dict[str, str], given: dict[str, object]) -> JsonObject:
    """The audit request from files and the options; options override a file of JSON.

    >>> audit_request_document({"net.py": "net = nn.ReLU()"}, {"input_shape": [3, 8, 8]})
    {'files': {'net.py': 'net = nn.ReLU()'}, 'input_shape': [3, 8, 8]}

    Raises:
        InvalidRequest: if the only file starts like JSON and is not valid JSON.
    """
    document: JsonObject
    (name, text), *others = texts.items()
    if not others and text.lstrip()[:1] in ("{", "[") and notebook_text(text) is None:
        loaded = parse_json_text(text)
        document = loaded if isinstance(loaded, dict) else {"layers": loaded}
    elif not others and not name.endswith((".py", ".ipynb")):
        document = {"source": text}
    else:
        document = {"files": _by_relative_path(texts)}
    for option, value in given.items():
        if option == "inputs" and value:
            document["inputs"] = [_input_document(str(each)) for each in value]  # type: ignore[attr-defined]
        elif value is not None and value is not False and value != ():
            shape = option.endswith("_shape") and not isinstance(value, list)
            document[option] = [value] if shape else value
    return document


def _by_relative_path(texts: dict[str, str]) -> dict[str, str]:
    """The texts by path, without the folders that all of them share."""
    parts = [PurePath(name).parts for name in texts]
    shared = 0
    while len({part[: shared + 1] for part in parts}) == 1 and all(
        len(part) > shared + 1 for part in parts
    ):
        shared += 1
    return {"/".join(part[shared:]): text for part, text in zip(parts, texts.values(), strict=True)}


def _input_document(text: str) -> JsonObject:
    """An input of the command line.

    >>> _input_document("100x1x1"), _input_document(":int64:10")
    ({'shape': [100, 1, 1]}, {'shape': [], 'dtype': 'int64', 'high': 10})
    """
    shape, *kinds = text.split(":")
    found: JsonObject = {"shape": [parse_integer(size) for size in shape.split("x") if shape]}
    for name, value in zip(("dtype", "high"), kinds, strict=False):
        found[name] = parse_integer(value) if name == "high" else value
    return found
