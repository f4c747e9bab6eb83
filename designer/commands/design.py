"""``gan-designer design``: a verified module from a resolution and a latent size."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console

from designer.brief.brief_json import brief_from_document
from designer.brief.model import BRIEF, Brief
from designer.brief.options import Level
from designer.commands.brief_options import field_options, field_options_document
from designer.commands.exit_status import VERDICT_STATUS, ExitStatus
from designer.commands.option_groups import grouped_command
from designer.commands.options import JSON_BODY_HELP, Numbers, output_options, write_output
from designer.geometry.layers import format_size
from designer.networks.design_warnings import design_warnings
from designer.pipeline.design import Design, design_document
from designer.pipeline.make_design import design, recall_design
from designer.validation.json_text import document_text


@grouped_command("design")
@click.argument("resolution", type=Numbers(), required=False)
@click.option(
    "--id",
    "design_id",
    help="Reproduce the design of this id, instead of giving RESOLUTION and options.",
)
@field_options(BRIEF[1:])
@output_options(JSON_BODY_HELP)
@click.pass_context
def design_command(
    ctx: click.Context,
    /,
    as_json: bool,
    output: Path | None,
    design_id: str | None,
    **given: object,
) -> None:
    """Design a generator and a discriminator for a RESOLUTION.

    RESOLUTION is the size of the pictures, such as 96 or 218x178; a decoder with a --factor has none.
    The module is printed to standard
    output, a summary to standard error.

    Exit status: 0 if the module is verified or --verify is none, 1 if it is refuted, 2 if the input
    is invalid, 3 if torch could not run.
    """
    if design_id is None:
        result = design(_brief(given), stage=show_stage)
    else:
        _refuse_brief(given)
        result = recall_design(design_id, stage=show_stage)
    write_output(
        document_text(design_document(result)) if as_json else result.source.text,
        output,
    )
    click.echo(summarize_design(result), err=True)
    verification_requested = result.brief.verify != Level.NONE
    ctx.exit(
        VERDICT_STATUS[result.verification.verdict] if verification_requested else ExitStatus.DONE
    )


def _brief(given: dict[str, object]) -> Brief:
    """The brief from the arguments and options."""
    if given["resolution"] is None and given["factor"] is None:
        raise click.UsageError("give a RESOLUTION, a --factor or the --id of a design")
    return brief_from_document(field_options_document(BRIEF, given))


def _refuse_brief(given: dict[str, object]) -> None:
    """Refuse options together with an id, which contains the whole brief."""
    named = sorted(name for name, value in given.items() if value not in (None, False))
    if named:
        raise click.UsageError(f"--id contains the whole brief; omit {', '.join(named)}")


@contextmanager
def show_stage(name: str) -> Iterator[None]:
    """Show the name of the running stage on stderr."""
    console = Console(stderr=True)
    if not console.is_terminal:
        click.echo(f"{name} …", err=True)
        yield
        return
    with console.status(f"{name} …"):
        yield


def summarize_design(result: Design) -> str:
    """One line with the sizes, the verdict and the costs, and one for each warning."""
    sizes = " → ".join(format_size(size) for size in result.chain.sizes)
    generator, *others = result.gan.networks.items()
    figures = [
        f"{generator[0]} {generator[1].parameters:,} parameters,"
        f" {generator[1].multiply_adds:,} multiply-adds",
        *(f"{role} {network.parameters:,} parameters" for role, network in others),
    ]
    warned = "".join(f"\n{each.sentence}" for each in design_warnings(result.gan))
    return f"{sizes}: {result.verification.verdict}; {'; '.join(figures)}{warned}"
