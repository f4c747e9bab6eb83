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
from designer.validation.json_readers import Document
from service.commands.sweep.follow_job import follow, take_up
from service.commands.sweep.progress import Shown, showing
from service.commands.sweep.row_format import Form
from service.commands.sweep.rows_file import RowsFile
from service.jobs.job import Job
from service.jobs.job_service import Desk
from service.jobs.sweep_request import Sweep, sweep_from_document
from service.jobs.worker.embedded import end_embedded, start_embedded
from service.settings.config import Config

DONE, REFUTED, NOT_RUN = 0, 1, 3

WORKER_LOG = "sweep-worker.log"
"""The log of a command's worker, in the state folder: that of the last command that began one."""


def run(request: Document, config: Config, form: Form, output: Path | None) -> int:
    """Hand the sweep in, and give its rows out as they come; the exit status.

    Raises:
        InvalidRequest: where rows are wrong, before anything is queued.
        JobGone: where the job expired or was lost.
    """
    if output is None:
        return _run(request, config, form, None)
    with closing(RowsFile(output)) as file:
        return _run(request, config, form, file)


def _run(request: Document, config: Config, form: Form, file: RowsFile | None) -> int:
    desk = Desk(config)
    job = hand_in(desk, request)
    there = f", {job.done:,} of them are there" if job.done else ""
    click.echo(f"job {job.id}: {job.total:,} rows{there}", err=True)
    asked = sweep_from_document(request)
    with working(config, needed=not job.state.ended), showing(job) as shown:
        put = shown.row if file is None else file.write
        outcomes = give_out(desk, job, asked, form=form, put=put, shown=shown)
    return conclude(job, outcomes, file)


def hand_in(desk: Desk, request: Document) -> Job:
    """The job; where rows are refused, a line says where each of them stands."""
    try:
        return take_up(desk, request)
    except InvalidRequest as refusal:
        pointers = ", ".join(error.pointer for error in refusal.errors)
        click.echo(f"wrong: {pointers}", err=True)
        raise


@contextmanager
def working(config: Config, *, needed: bool) -> Iterator[None]:
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
        process = start_embedded(stderr=log, process_group=0)
    try:
        yield
    finally:
        end_embedded(process)


def give_out(
    desk: Desk, job: Job, asked: Sweep, *, form: Form, put: Callable[[str], None], shown: Shown
) -> Counter[str]:
    """Give out every row; how many had which outcome."""
    outcomes: Counter[str] = Counter()
    if form.head is not None:
        put(form.head)
    try:
        for row in follow(desk.store, job, tell=shown.tell, note=shown.note):
            put(form.line(row))
            outcomes[outcome(row, asked)] += 1
    except KeyboardInterrupt:
        came = f"interrupted after {outcomes.total():,} of {job.total:,} rows"
        shown.note(f"{came}; the same command goes on from there")
        raise
    return outcomes


def outcome(row: str, asked: Sweep) -> str:
    """What became of a row: the code of its problem, or its verdict, ``made`` without any.

    >>> asked = sweep_from_document({"designs": [{"resolution": 8}], "verify": "none"})
    >>> outcome('{"index": 0, "verdict": "not_run", "problem": null}', asked)
    'made'
    """
    result = json.loads(row)
    if result["problem"] is not None:
        return str(result["problem"]["code"])
    unasked = asked.row(result["index"])["verify"] == str(Level.NONE)
    return "made" if unasked else str(result["verdict"])


def conclude(job: Job, outcomes: Counter[str], file: RowsFile | None) -> int:
    """The last words, and the exit status; a job with fewer rows than asked was cancelled."""
    rows = outcomes.total()
    figures = ", ".join(f"{count:,} {name}" for name, count in sorted(outcomes.items()))
    click.echo(f"{rows:,} rows: {figures}" if rows else "no rows", err=True)
    if rows < job.total:
        where = "" if file is None else f" (they lie in {file.part})"
        cancelled = f"the job was cancelled with {rows:,} of {job.total:,} rows{where}"
        click.echo(f"{cancelled}; the same command begins a new one", err=True)
        return NOT_RUN
    if file is not None:
        file.finish()
    return exit_status(outcomes)


def exit_status(outcomes: Counter[str]) -> int:
    """1 where a row is refuted, else 3 where one failed or was not run.

    >>> exit_status(Counter(made=2, verified=1)), exit_status(Counter(verified=2, no_chain=1))
    (0, 3)
    """
    if outcomes["refuted"]:
        return REFUTED
    return DONE if outcomes.keys() <= {"made", "verified", "refuted"} else NOT_RUN
