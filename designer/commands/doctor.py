"""``gan-designer doctor``: the layers of the sandbox that hold on this machine."""

from __future__ import annotations

import json
from pathlib import Path

import click

from designer.commands.exit_status import ExitStatus
from designer.commands.options import output_options, sandbox_require_option, write_output
from designer.validation.json_readers import JsonObject
from designer.verification import Limits, Pool
from designer.verification.sandbox.layers import layer_documents, missing_layers

_NOTHING = {"seed": 1, "layer_lists": []}
"""A job without a text."""


@click.command("doctor")
@sandbox_require_option
@output_options("Print the layers as JSON instead of text.")
@click.pass_context
def doctor_command(
    ctx: click.Context, /, sandbox_require: tuple[str, ...], as_json: bool, output: Path | None
) -> None:
    """Show which layers of the sandbox hold on this machine for this user, and what each needs.

    Exit status: 0 if foreign texts can be run, 3 if a required layer is missing.
    """
    with Pool(workers=1, limits=Limits(), required_layers=sandbox_require) as pool:
        pool.run(_NOTHING)
        enforced = pool.state().enforced
    layers = layer_documents(sandbox_require, enforced)
    missing = missing_layers(sandbox_require, enforced)
    document = {"layers": layers, "enforced": [*enforced], "missing": missing}
    text = (
        json.dumps(document, indent=2) if as_json else describe_layers_of_sandbox(layers, missing)
    )
    write_output(text, output)
    ctx.exit(ExitStatus.NOT_RUN if missing else ExitStatus.DONE)


def describe_layers_of_sandbox(layers: list[JsonObject], missing: list[str]) -> str:
    """The layers as text, one per line, and whether foreign texts are run."""
    lines = []
    for layer in layers:
        sign = "ok" if layer["holds"] else "MISSING" if layer["required"] else "missing"
        needs = "" if layer["holds"] else f"; needs {layer['needs']}"
        lines.append(f"{sign:<8} {layer['layer']:<13} {layer['meaning']}{needs}")
    last = "foreign texts are run"
    if missing:
        last = f"foreign texts are not run: the sandbox lacks {', '.join(missing)}"
    return "\n".join([*lines, last])
