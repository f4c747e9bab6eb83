"""A job of this machine or fleet: taken up where an earlier command left it, and followed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import count

from designer.validation.json_readers import JsonObject
from designer.version import VERSION
from service.access.client import ANONYMOUS_OWNER
from service.jobs.events import STORE_POLL_S
from service.jobs.job import Job, JobState
from service.jobs.job_service import JobService
from service.jobs.results import rows_in_order
from service.jobs.store.protocol import JobStore
from service.jobs.worker.recovery import UNAVAILABLE_ERRORS
from service.problems.registry import PROBLEMS

NO_WORKER_NOTICE_S = 60.0
"""Seconds without a worker after which people are told."""

_ROWS_PER_READ = 200

NO_WORKER = "no worker lives yet"
NO_STORE = "the store of jobs does not answer; waiting for it"

ShowProgress = Callable[[Job], None]
ShowMessage = Callable[[str], None]


class JobGone(Exception):
    """The job that was followed is there no more."""


def resume_or_submit(job_service: JobService, request: JsonObject) -> Job:
    """The job of a request: the one that an earlier command handed in, or a new one.

    A job is known by what was asked of which release. One that was interrupted goes on. One that was
    cancelled stays so, and one with rows that ran into an accident will not try them again: then a
    new one begins.

    Raises:
        InvalidRequest: where rows are wrong, before anything is queued.
    """
    text = f"{VERSION}\n{json.dumps(request)}"
    name = sha256(text.encode()).hexdigest()
    for generation in count():
        job = job_service.submit_sweep(request, owner=ANONYMOUS_OWNER, key=f"{name}-{generation}")
        if not needs_new_job(job_service.store, job):
            return job
    raise AssertionError("a new job is not spent")


def needs_new_job(store: JobStore, job: Job) -> bool:
    """Whether nothing more, or nothing better, can come of a job."""
    if job.state is JobState.CANCELLED:
        return True
    if not job.state.ended or not job.failed:
        return False
    problems = (json.loads(row)["problem"] for row in rows_in_order(store, job))
    return any(PROBLEMS[problem["code"]].accidental for problem in problems if problem)


def follow_rows(
    store: JobStore, job: Job, *, show_progress: ShowProgress, show_message: ShowMessage
) -> Iterator[str]:
    """The rows of a job in request order, each as soon as all before it are there.

    Where the job was cancelled, the rows behind a gap come at its end.

    Raises:
        JobGone: where the job expired or was lost.
    """
    waiting: dict[int, str] = {}
    received = printed = 0
    no_worker_since: float | None = time.monotonic()
    while True:
        try:
            now, rows = _poll(store, job, received)
            no_worker_since = _warn_without_worker(store, now, no_worker_since, show_message)
        except UNAVAILABLE_ERRORS:
            show_message(NO_STORE)
            time.sleep(1)
            continue
        received += len(rows)
        waiting |= {json.loads(row)["index"]: row for row in rows}
        show_progress(now)
        while printed in waiting:
            yield waiting.pop(printed)
            printed += 1
        if now.state.ended and received >= now.done:
            yield from (waiting[index] for index in sorted(waiting))
            return
        if not rows:
            time.sleep(STORE_POLL_S)


def _poll(store: JobStore, job: Job, received: int) -> tuple[Job, list[str]]:
    """How the job stands, and the next rows that came."""
    now = store.find(job.id)
    if now is None:
        raise JobGone(f"the job {job.id} is there no more: it expired, or its store was emptied")
    if received >= now.done:
        return now, []
    return now, store.rows_since(job.id, received, min(_ROWS_PER_READ, now.done - received))


def _warn_without_worker(
    store: JobStore, job: Job, since: float | None, show_message: ShowMessage
) -> float | None:
    """Since when nobody works, until it was said once; None from then on."""
    if since is None or job.state.ended or time.monotonic() - since < NO_WORKER_NOTICE_S:
        return since
    if not store.workers():
        show_message(NO_WORKER)
    return None
