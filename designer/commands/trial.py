"""``gan-designer trial``: how fast the networks of a design fit fixed pictures."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from designer.brief.brief_json import brief_from_document
from designer.brief.model import BRIEF
from designer.commands.brief_options import field_options, field_options_document, option_help
from designer.commands.design import show_stage
from designer.commands.exit_status import ExitStatus
from designer.commands.option_groups import GroupedOption, grouped_command
from designer.commands.options import (
    JSON_BODY_HELP,
    Command,
    Number,
    Numbers,
    output_options,
    write_output,
)
from designer.commands.tables import TableForm, choose_form, table_text
from designer.commands.verify import read_design_file
from designer.pipeline.trial import (
    TRIAL_REQUEST,
    DataSet,
    Trial,
    make_trial,
    run_seed,
    solved_id,
    trial_document,
)
from designer.validation.json_readers import JsonObject
from designer.validation.json_text import document_text
from designer.verification import Limits, Pool

_GROUP = "Trial"
_DATA, *_NUMBERS = TRIAL_REQUEST
_BRIEF = [row for row in BRIEF[1:] if row.name != "verify"]
_SIZE = re.compile(r"\d+(?:[x,]\d+)*", re.ASCII)
_COLUMNS = {
    "error": "final_error",
    "spectrum error": "spectrum_error",
    "condition": "condition",
    "discriminator loss": "discriminator_loss",
    "accuracy": "accuracy",
}
"""The columns of the table, with the names of their figures in the summary."""


def _number_option(name: str, meaning: str) -> Callable[[Command], Command]:
    return click.option(f"--{name}", cls=GroupedOption, group=_GROUP, type=Number(), help=meaning)


@grouped_command("trial")
@click.argument("design", required=False)
@click.option(
    "--data",
    cls=GroupedOption,
    group=_GROUP,
    default=str(DataSet.DIGITS),
    metavar=f"[{'|'.join(DataSet)}|FOLDER]",
    help=f"{option_help(_DATA)} Or a folder of pictures.",
)
@_number_option(_NUMBERS[0].name, option_help(_NUMBERS[0]))
@_number_option(_NUMBERS[1].name, option_help(_NUMBERS[1]))
@field_options(_BRIEF)
@output_options(JSON_BODY_HELP.replace("body of the HTTP API", "result of the HTTP API"))
@click.pass_context
def trial_command(
    ctx: click.Context,
    /,
    as_json: bool,
    output: Path | None,
    design: str | None,
    data: str,
    seeds: object,
    steps: object,
    **given: object,
) -> None:
    """Fit the networks of a DESIGN to fixed pictures, from several initial weights.

    DESIGN is the id of a design, its design.json, or a size such as 96 or 218x178 with the options
    of the command design. The generator is fitted to fixed pairs of latent vectors and pictures,
    the discriminator to two fixed sets. What the figures say, and what they do not, is in
    docs/training.md. Interrupted by Ctrl-C, the command prints the seeds that are done.

    Exit status: 0 if all seeds are done, 2 if the input is invalid or the trial too expensive, 3 if
    torch could not run, 130 if it was interrupted.
    """
    numbers: Any = {"seeds": seeds, "steps": steps}
    chosen = {name: value for name, value in numbers.items() if value is not None}
    trial = make_trial(_design_id(design, given), _data(data), **chosen)
    runs, status = _run(trial)
    document = trial_document(trial, runs)
    form = choose_form(ctx, as_csv=False, output=output)
    if runs:
        text = document_text(document) if as_json else describe_trial(document, form)
        write_output(text, output)
    ctx.exit(status)


def _run(trial: Trial) -> tuple[list[JsonObject], ExitStatus]:
    """The runs of the seeds, and how the command ends; Ctrl-C keeps those that are done."""
    runs: list[JsonObject] = []
    try:
        with Pool(workers=1, limits=Limits()) as pool:
            for seed in range(trial.seeds):
                with show_stage(f"seed {seed + 1} of {trial.seeds}"):
                    runs.append(run_seed(trial, seed, runner=pool.run))
    except KeyboardInterrupt:
        click.echo(f"interrupted after {len(runs)} of {trial.seeds} seeds", err=True)
        return runs, ExitStatus.INTERRUPTED
    return runs, ExitStatus.DONE


def _design_id(design: str | None, given: Mapping[str, object]) -> str:
    """The id that the argument names or contains, or that of the brief of a size and options."""
    is_size = design is not None and _SIZE.fullmatch(design) is not None
    if design is not None and not is_size:
        named = sorted(name for name, value in given.items() if value not in (None, False))
        if named:
            raise click.UsageError(f"{design} contains the whole brief; omit {', '.join(named)}")
        return read_design_file(Path(design))[0] if Path(design).is_file() else design
    if design is None and given["factor"] is None:
        raise click.UsageError("give a DESIGN, or a --factor")
    size = Numbers().convert(design, None, None) if is_size else None
    document = field_options_document(BRIEF, {**given, "resolution": size, "verify": "none"})
    return solved_id(brief_from_document(document))


def _data(name: str) -> DataSet | Path:
    """A set of pictures that comes with the package, or a folder."""
    if name in {*DataSet}:
        return DataSet(name)
    folder = Path(name)
    if not folder.is_dir():
        known = ", ".join(DataSet)
        raise click.BadParameter(f"{name} is none of {known}, and no folder", param_hint="--data")
    return folder


def describe_trial(document: Mapping[str, Any], form: TableForm) -> str:
    """The figures of each seed as a table, with their mean and deviation."""
    data = document["data"]
    head = (
        f"{data['pictures']} pictures of {data['name']} at {'×'.join(map(str, data['shape']))},"
        f" {document['steps']} steps\n"
    )
    rows = [[str(run["seed"]), *_run_cells(run)] for run in document["runs"]]
    summary = document["summary"]
    for name in ("mean", "deviation"):
        cells = (summary[figure] and summary[figure][name] for figure in _COLUMNS.values())
        rows.append([name, *map(_shown, cells)])
    return head + table_text(["seed", *_COLUMNS], rows, form)


def _run_cells(run: Mapping[str, Any]) -> Sequence[str]:
    generator, discriminator = run["generator"], run["discriminator"] or {}
    figures = [generator[name] for name in ("final_error", "spectrum_error", "condition")]
    figures += [discriminator.get(name) for name in ("final_loss", "accuracy")]
    return [_shown(figure) for figure in figures]


def _shown(figure: float | None) -> str:
    """A figure with three digits, or a dash.

    >>> _shown(0.00231460), _shown(None)
    ('0.00231', '-')
    """
    return "-" if figure is None else f"{figure:.3g}"
