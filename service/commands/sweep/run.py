"""One run of the command: submits the sweep, writes its rows, returns the exit status."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click

from designer.brief.options import Level
from designer.commands.exit_status import ExitStatus
from designer.errors import InvalidRequest
from designer.validation.json_readers import JsonObject
from service.commands.sweep.follow_job import follow_rows, resume_or_submit
from service.commands.sweep.progress import ProgressDisplay, displaying_progress
from service.commands.sweep.row_format import RowFormat
from service.commands.sweep.rows_file import RowsFile
from service.jobs.job import Job
from service.jobs.job_service import JobService
from service.jobs.sweep_request import Sweep, sweep_from_document
from service.jobs.worker.embedded import start_embedded_worker, stop_embedded_worker
from service.settings.config import Config

WORKER_LOG = "sweep-worker.log"
"""Log of the command's own worker, in the state folder; overwritten by each command."""


def run_sweep(request: JsonObject, config: Config, form: RowFormat, output: Path | None) -> int:
    """Exit status of the sweep, after its rows are written.

    Raises:
        InvalidRequest: if rows are invalid, before anything is queued.
        JobGone: if the job expired or was lost.
    """
    if output is None:
        return _run_with_output(request, config, form, None)
    with closing(RowsFile(output)) as file:
        return _run_with_output(request, config, form, file)


def _run_with_output(
    request: JsonObject, config: Config, form: RowFormat, file: RowsFile | None
) -> int:
    job_service = JobService(config)
    job = submit_request(job_service, request)
    already_done = f", {job.done:,} already done" if job.done else ""
    click.echo(f"job {job.id}: {job.total:,} rows{already_done}", err=True)
    sweep = sweep_from_document(request)
    with own_worker(config, needed=not job.state.ended), displaying_progress(job) as display:
        write_row = display.show_row if file is None else file.write
        outcomes = write_rows(
            job_service, job, sweep, form=form, write_row=write_row, display=display
        )
    return report_outcome(job, outcomes, file)


def submit_request(job_service: JobService, request: JsonObject) -> Job:
    """The job; if rows are refused, a line on stderr lists the pointers of their errors."""
    try:
        return resume_or_submit(job_service, request)
    except InvalidRequest as refusal:
        pointers = ", ".join(error.pointer for error in refusal.errors)
        click.echo(f"invalid: {pointers}", err=True)
        raise


@contextmanager
def own_worker(config: Config, *, needed: bool) -> Iterator[None]:
    """A worker of this command, unless another one already runs on the state folder.

    It has its own process group, so that Ctrl-C reaches this process alone. It ends with this
    process, even if that is killed.
    """
    if not (needed and config.embedded_worker):
        yield
        return
    folder = Path(config.state_folder)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / WORKER_LOG).open("ab") as log:
        log.truncate(0)
        process = start_embedded_worker(stderr=log, process_group=0)
    try:
        yield
    finally:
        stop_embedded_worker(process)


def write_rows(
    job_service: JobService,
    job: Job,
    sweep: Sweep,
    *,
    form: RowFormat,
    write_row: Callable[[str], None],
    display: ProgressDisplay,
) -> Counter[str]:
    """Number of rows by outcome, after all rows are written."""
    outcomes: Counter[str] = Counter()
    if form.header is not None:
        write_row(form.header)
    try:
        for row in follow_rows(
            job_service.store,
            job,
            show_progress=display.show_progress,
            show_message=display.show_message,
        ):
            write_row(form.format_line(row))
            outcomes[row_outcome(row, sweep)] += 1
    except KeyboardInterrupt:
        progress_text = f"interrupted after {outcomes.total():,} of {job.total:,} rows"
        display.show_message(f"{progress_text}; run the same command to resume")
        raise
    return outcomes


def row_outcome(row: str, sweep: Sweep) -> str:
    """The outcome of a row: the code of its problem, its verdict, or ``made`` if unverified.

    >>> sweep = sweep_from_document({"designs": [{"resolution": 8}], "verify": "none"})
    >>> row_outcome('{"index": 0, "verdict": "not_run", "problem": null}', sweep)
    'made'
    """
    result = json.loads(row)
    if result["problem"] is not None:
        return str(result["problem"]["code"])
    unverified = sweep.row(result["index"])["verify"] == str(Level.NONE)
    return "made" if unverified else str(result["verdict"])


def report_outcome(job: Job, outcomes: Counter[str], file: RowsFile | None) -> int:
    """Print the summary and return the exit status; a job with missing rows was cancelled."""
    rows = outcomes.total()
    figures = ", ".join(f"{count:,} {name}" for name, count in sorted(outcomes.items()))
    click.echo(f"{rows:,} rows: {figures}" if rows else "no rows", err=True)
    if rows < job.total:
        where = "" if file is None else f" (in {file.part})"
        cancelled = f"the job was cancelled with {rows:,} of {job.total:,} rows{where}"
        click.echo(f"{cancelled}; run the same command to start a new job", err=True)
        return ExitStatus.NOT_RUN
    if file is not None:
        file.finish()
    return exit_status(outcomes)


def exit_status(outcomes: Counter[str]) -> ExitStatus:
    """1 if a row is refuted, else 3 if a row failed or was not run, else 0.

    >>> exit_status(Counter(made=2, verified=1)).name, exit_status(Counter(no_chain=1)).name
    ('DONE', 'NOT_RUN')
    """
    if outcomes["refuted"]:
        return ExitStatus.NEGATIVE_RESULT
    return (
        ExitStatus.DONE
        if outcomes.keys() <= {"made", "verified", "refuted"}
        else ExitStatus.NOT_RUN
    )
