"""One run of the command: the sweep handed in, its rows given out, its outcome as an exit status."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click

from designer.brief.model import Level
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

EXIT_DONE, EXIT_REFUTED, EXIT_NOT_RUN = 0, 1, 3

WORKER_LOG = "sweep-worker.log"
"""The log of a command's worker, in the state folder: that of the last command that began one."""


def run_sweep(request: JsonObject, config: Config, form: RowFormat, output: Path | None) -> int:
    """Hand the sweep in, and give its rows out as they come; the exit status.

    Raises:
        InvalidRequest: where rows are wrong, before anything is queued.
        JobGone: where the job expired or was lost.
    """
    if output is None:
        return _run_sweep(request, config, form, None)
    with closing(RowsFile(output)) as file:
        return _run_sweep(request, config, form, file)


def _run_sweep(request: JsonObject, config: Config, form: RowFormat, file: RowsFile | None) -> int:
    job_service = JobService(config)
    job = submit_request(job_service, request)
    already_done = f", {job.done:,} of them are there" if job.done else ""
    click.echo(f"job {job.id}: {job.total:,} rows{already_done}", err=True)
    sweep = sweep_from_document(request)
    with own_worker(config, needed=not job.state.ended), displaying_progress(job) as display:
        write_row = display.show_row if file is None else file.write
        outcomes = write_rows(
            job_service, job, sweep, form=form, write_row=write_row, display=display
        )
    return report_outcome(job, outcomes, file)


def submit_request(job_service: JobService, request: JsonObject) -> Job:
    """The job; where rows are refused, a line says where each of them stands."""
    try:
        return resume_or_submit(job_service, request)
    except InvalidRequest as refusal:
        pointers = ", ".join(error.pointer for error in refusal.errors)
        click.echo(f"wrong: {pointers}", err=True)
        raise


@contextmanager
def own_worker(config: Config, *, needed: bool) -> Iterator[None]:
    """A worker of this command's own, where no other on the state folder works already.

    It has a process group of its own, so that Ctrl-C reaches this process alone, and ends with it
    however that ends.
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
    """Give out every row; how many had which outcome."""
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
        display.show_message(f"{progress_text}; the same command goes on from there")
        raise
    return outcomes


def row_outcome(row: str, sweep: Sweep) -> str:
    """What became of a row: the code of its problem, or its verdict, ``made`` without any.

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
    """The last words, and the exit status; a job with fewer rows than asked was cancelled."""
    rows = outcomes.total()
    figures = ", ".join(f"{count:,} {name}" for name, count in sorted(outcomes.items()))
    click.echo(f"{rows:,} rows: {figures}" if rows else "no rows", err=True)
    if rows < job.total:
        where = "" if file is None else f" (they lie in {file.part})"
        cancelled = f"the job was cancelled with {rows:,} of {job.total:,} rows{where}"
        click.echo(f"{cancelled}; the same command begins a new one", err=True)
        return EXIT_NOT_RUN
    if file is not None:
        file.finish()
    return exit_status(outcomes)


def exit_status(outcomes: Counter[str]) -> int:
    """1 where a row is refuted, else 3 where one failed or was not run.

    >>> exit_status(Counter(made=2, verified=1)), exit_status(Counter(verified=2, no_chain=1))
    (0, 3)
    """
    if outcomes["refuted"]:
        return EXIT_REFUTED
    return EXIT_DONE if outcomes.keys() <= {"made", "verified", "refuted"} else EXIT_NOT_RUN
