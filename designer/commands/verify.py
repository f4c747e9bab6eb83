"""``gan-designer verify``: verification of a saved module against its ``design.json``.

The module runs in a separate process with the user's torch, under limits on time and memory.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import click

from designer.brief.brief_json import chain_document
from designer.brief.options import Level
from designer.brief.permalink import read_id
from designer.commands.design import show_stage
from designer.commands.exit_status import VERDICT_STATUS
from designer.commands.options import output_options, sandbox_require_option, write_output
from designer.errors import InvalidRequest
from designer.networks import Gan
from designer.networks.from_brief import assemble_networks
from designer.pipeline.networks_json import networks_document
from designer.reasons import Reason, make_reason
from designer.validation.field_validators import field_error
from designer.validation.json_readers import JsonObject
from designer.validation.json_text import document_text
from designer.verification import (
    Check,
    Limits,
    Pool,
    Verification,
    receipt_json,
    verify_text,
)

_LIMIT = (
    "A receipt says what this text did here; it cannot promise that a hostile author has hidden nothing"
    " that acts elsewhere."
)
EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("verify")
@click.argument("module", type=EXISTING_FILE)
@click.option(
    "--design",
    "design_file",
    type=EXISTING_FILE,
    required=True,
    help="JSON file of the design: design.json.",
)
@click.option(
    "--level",
    type=click.Choice(["standard", "full"]),
    default="standard",
    show_default=True,
    help="Level of the verification.",
)
@sandbox_require_option
@output_options("Print the receipt as JSON instead of text.")
@click.pass_context
def verify_command(
    ctx: click.Context,
    /,
    module: Path,
    design_file: Path,
    level: str,
    sandbox_require: tuple[str, ...],
    as_json: bool,
    output: Path | None,
) -> None:
    """Verify a saved MODULE against its design.

    Exit status: 0 if the module is verified, 1 if it is refuted, 2 if the input is invalid, 3 if
    torch could not run, or if a required layer of the sandbox is missing for a changed module.
    """
    design_id, expected_sha256, document = read_design_file(design_file)
    brief, chain = read_id(design_id)
    gan = assemble_networks(brief, chain)
    with (
        show_stage("verify"),
        Pool(workers=1, limits=Limits(), required_layers=sandbox_require) as pool,
    ):
        receipt = verify_text(
            module.read_bytes().decode("utf-8", errors="surrogateescape"),
            expected_sha256,
            gan,
            level=Level(level),
            runner=pool.run,
        )
    receipt = with_figures_checked(receipt, document, gan)
    write_output(
        document_text(receipt_json(receipt)) if as_json else describe_receipt(receipt), output
    )
    ctx.exit(VERDICT_STATUS[receipt.verdict])


def read_design_file(path: Path) -> tuple[str, str, JsonObject]:
    """The id, the SHA-256 of the source, and the whole document of a design's JSON file.

    Raises:
        InvalidRequest: if the file is not the JSON of a design.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        reason = make_reason("invalid_json", error=str(error))
        raise _not_a_design_error(path, reason) from error
    design_id = document.get("id") if isinstance(document, dict) else None
    if not isinstance(design_id, str):
        raise _not_a_design_error(path, make_reason("no_id"))
    source = document.get("source")
    expected_sha256 = source.get("sha256") if isinstance(source, dict) else None
    if not isinstance(expected_sha256, str):
        raise _not_a_design_error(path, make_reason("no_sha256"))
    return design_id, expected_sha256, document


def _not_a_design_error(path: Path, reason: Reason) -> InvalidRequest:
    return InvalidRequest([field_error("", "not_a_design", {"file": path.name, "reason": reason})])


def with_figures_checked(receipt: Verification, document: JsonObject, gan: Gan) -> Verification:
    """The receipt with a further check: the file's figures match the design of its id."""
    predicted = {
        **networks_document(gan),
        "chain": chain_document(gan.chain),
    }
    wrong = [name for name, part in predicted.items() if document.get(name) != part]
    check = Check(
        name="design.figures",
        passed=not wrong,
        predicted=[],
        measured=wrong,
        reason=make_reason("file_differs", parts=wrong) if wrong else None,
    )
    return replace(receipt, checks=(check, *receipt.checks))


def describe_receipt(receipt: Verification) -> str:
    """The receipt as text: one line per check, what it cannot promise, then the verdict."""
    signs = {True: "ok", False: "DIFFERS", None: "not run"}
    lines = [
        f"{signs[check.passed]:<8} {check.name}{f': {check.detail}' if check.detail else ''}"
        for check in receipt.checks
    ]
    width = "" if receipt.width is None or receipt.width.full else ", run at a reduced width"
    last = f"{receipt.verdict}: {len(receipt.checks)} checks, {len(receipt.failures)} differ"
    return "\n".join([*lines, _LIMIT, f"{last}{width}"])
