"""``gan-designer verify``: a saved module held against its ``design.json``, in a process of its own.

It runs a text that the user has on disk, in the user's own environment and torch, under limits of
time and memory.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import click

from designer.brief.brief_json import chain_document
from designer.brief.model import Level
from designer.brief.permalink import read_id
from designer.commands.design import EXIT_STATUS, show_stage
from designer.commands.options import output_options, write_output
from designer.errors import FieldError, InvalidRequest
from designer.networks import Gan
from designer.networks.from_brief import assemble_networks
from designer.pipeline.design_json import document_text
from designer.pipeline.networks_json import networks_document
from designer.validation.json_readers import JsonObject
from designer.verification import (
    Check,
    Limits,
    Pool,
    Verification,
    receipt_json,
    verify_text,
)

EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("verify")
@click.argument("module", type=EXISTING_FILE)
@click.option(
    "--design", "design_file", type=EXISTING_FILE, required=True, help="The design's JSON."
)
@click.option(
    "--level", type=click.Choice(["standard", "full"]), default="standard", show_default=True
)
@output_options
@click.pass_context
def verify_command(
    ctx: click.Context,
    /,
    module: Path,
    design_file: Path,
    level: str,
    as_json: bool,
    output: Path | None,
) -> None:
    """Run MODULE and say whether it is what its design.json says.

    Exit status: 0 verified, 1 refuted, 2 refused input, 3 not run.
    """
    design_id, expected_sha256, document = read_design_file(design_file)
    brief, chain = read_id(design_id)
    gan = assemble_networks(brief, chain)
    with show_stage("verify"), Pool(workers=1, limits=Limits()) as pool:
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
    ctx.exit(EXIT_STATUS[receipt.verdict])


def read_design_file(path: Path) -> tuple[str, str, JsonObject]:
    """Of a design's file: its id, the digest that it states of its source, and all of it.

    Raises:
        InvalidRequest: where the file is not a design's JSON.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise _not_a_design_error(path, f"it is no JSON: {error}") from error
    design_id = document.get("id") if isinstance(document, dict) else None
    if not isinstance(design_id, str):
        raise _not_a_design_error(path, "it has no id")
    source = document.get("source")
    expected_sha256 = source.get("sha256") if isinstance(source, dict) else None
    if not isinstance(expected_sha256, str):
        raise _not_a_design_error(path, "it has no source with a sha256")
    return design_id, expected_sha256, document


def _not_a_design_error(path: Path, reason: str) -> InvalidRequest:
    detail = f"{path.name} is not the JSON of a design: {reason}"
    return InvalidRequest([FieldError(pointer="", code="not_a_design", detail=detail)])


def with_figures_checked(receipt: Verification, document: JsonObject, gan: Gan) -> Verification:
    """The receipt with one check more: the file's figures are those of the design it names."""
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
        detail=f"the file says otherwise of: {', '.join(wrong)}" if wrong else "",
    )
    return replace(receipt, checks=(check, *receipt.checks))


def describe_receipt(receipt: Verification) -> str:
    """The receipt for people: the verdict, and each check in a line, with what differs."""
    signs = {True: "ok", False: "DIFFERS", None: "not run"}
    lines = [
        f"{signs[check.passed]:<8} {check.name}{f': {check.detail}' if check.detail else ''}"
        for check in receipt.checks
    ]
    width = "" if receipt.width is None or receipt.width.full else ", run at a reduced width"
    last = f"{receipt.verdict}: {len(receipt.checks)} checks, {len(receipt.failures)} differ"
    return "\n".join([*lines, f"{last}{width}"])
