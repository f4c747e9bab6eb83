"""The command ``gan-designer sweep``: many designs, computed by the same jobs as the server's."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

import click

from designer.brief.options import Level
from designer.commands.exit_status import ExitStatus
from designer.commands.option_groups import grouped_command
from designer.commands.options import output_options
from service.commands.sweep.follow_job import JobGone
from service.commands.sweep.request import grid_options, sweep_request_document
from service.commands.sweep.row_format import choose_row_format
from service.commands.sweep.run import run_sweep
from service.jobs.worker.recovery import UNAVAILABLE_ERRORS
from service.problems.problem_document import ProblemError
from service.settings.config import Config, ConfigError


@grouped_command("sweep")
@click.argument(
    "file", type=click.File("r", encoding="utf-8", errors="surrogateescape"), required=False
)
@grid_options
@click.option(
    "--verify", type=click.Choice([str(level) for level in Level]), help="Default: standard."
)
@output_options("Write rows as JSON lines instead of CSV.")
@click.pass_context
def sweep(
    ctx: click.Context,
    /,
    file: TextIO | None,
    verify: str | None,
    as_json: bool,
    output: Path | None,
    **given: object,
) -> None:
    """Compute all designs of FILE (a request with designs or a grid) or of the options.

    Each option takes values and ranges (28..64:4) separated by commas, or JSON; every combination
    is a row, and the last option changes fastest. Rows are written in this order, as CSV or, with
    --json, as JSON lines. After Ctrl-C the same command resumes the sweep.

    Exit status: 0 done, 1 a row is refuted, 2 invalid input, 3 a row failed or was not run,
    130 interrupted.
    """
    form = choose_row_format(as_json=as_json, output=output)
    request = sweep_request_document(file, given, verify)
    try:
        status = run_sweep(request, Config.from_environment(), form, output)
    except ConfigError as error:
        click.echo(str(error), err=True)
        status = ExitStatus.INVALID_INPUT
    except BrokenPipeError:  # the reader of stdout has closed it
        raise
    except (JobGone, ProblemError, *UNAVAILABLE_ERRORS) as error:
        click.echo(f"not run: {error}", err=True)
        status = ExitStatus.NOT_RUN
    except KeyboardInterrupt:
        status = ExitStatus.INTERRUPTED
    ctx.exit(status)
