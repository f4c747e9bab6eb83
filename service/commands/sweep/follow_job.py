"""Submission or resumption of a sweep's job, and iteration over its rows."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import count

from designer.validation.json_readers import JsonObject
from designer.version import VERSION
from service.access.client import ANONYMOUS_OWNER
from service.jobs.events import STORE_POLL_S
from service.jobs.job import Job, JobState
from service.jobs.job_service import JobService, Submitter
from service.jobs.results import rows_in_order
from service.jobs.store.protocol import JobStore
from service.jobs.worker.recovery import UNAVAILABLE_ERRORS
from service.problems.registry import PROBLEMS

NO_WORKER_NOTICE_S = 60.0
"""Seconds without a worker after which a message is shown."""

_ROWS_PER_READ = 200

NO_WORKER = "no worker is running yet"
NO_STORE = "the job store does not respond; retrying"

ShowProgress = Callable[[Job], None]
ShowMessage = Callable[[str], None]


class JobGone(Exception):
    """The followed job no longer exists."""


def resume_or_submit(job_service: JobService, request: JsonObject) -> Job:
    """The job of a request: the one that an earlier command submitted, or a new one.

    A job is identified by its request and the release. An interrupted job is resumed. A new job is
    submitted if the earlier one was cancelled or has rows that failed by an accident.

    Raises:
        InvalidRequest: if rows are invalid, before anything is queued.
        ProblemError: too_many_queued_rows.
    """
    text = f"{VERSION}\n{json.dumps(request)}"
    name = sha256(text.encode()).hexdigest()
    for generation in count():
        key = f"{name}-{generation}"
        submitter = Submitter(owner=ANONYMOUS_OWNER, client=command_client(), key=key)
        job = job_service.submit_sweep(request, submitter)
        if not needs_new_job(job_service.store, job):
            return job
    raise AssertionError("a new job needs no other")


def command_client() -> str:
    """Client whose rows are limited: the commands of one machine share it."""
    return f"host:{os.uname().nodename}"


def needs_new_job(store: JobStore, job: Job) -> bool:
    """Whether the job was cancelled, or ended with rows that failed by an accident."""
    if job.state is JobState.CANCELLED:
        return True
    if not job.state.ended or not job.failed:
        return False
    problems = (json.loads(row)["problem"] for row in rows_in_order(store, job))
    return any(PROBLEMS[problem["code"]].accidental for problem in problems if problem)


def follow_rows(
    store: JobStore, job: Job, *, show_progress: ShowProgress, show_message: ShowMessage
) -> Iterator[str]:
    """The rows of a job in request order, each as soon as all rows before it are stored.

    For a cancelled job, the rows after a gap come at the end.

    Raises:
        JobGone: if the job expired or was lost.
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
    """The current job and its next rows."""
    now = store.find(job.id)
    if now is None:
        raise JobGone(f"job {job.id} no longer exists: it expired, or its store was emptied")
    if received >= now.done:
        return now, []
    return now, store.rows_since(job.id, received, min(_ROWS_PER_READ, now.done - received))


def _warn_without_worker(
    store: JobStore, job: Job, since: float | None, show_message: ShowMessage
) -> float | None:
    """Start of the wait for a worker, until ``NO_WORKER_NOTICE_S`` have passed; None afterwards."""
    if since is None or job.state.ended or time.monotonic() - since < NO_WORKER_NOTICE_S:
        return since
    if not store.workers():
        show_message(NO_WORKER)
    return None
