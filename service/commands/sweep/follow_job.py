"""A job of this machine or fleet: taken up where an earlier command left it, and followed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import count

from designer.validation.json_readers import Document
from designer.version import VERSION
from service.access.client import ANYONE
from service.jobs.events import LOOK_EVERY_S
from service.jobs.job import Job, State
from service.jobs.job_service import Desk
from service.jobs.results import rows_in_order
from service.jobs.store.protocol import JobStore
from service.jobs.worker.recovery import AWAY
from service.problems.registry import PROBLEMS

LONELY_S = 60.0
"""Seconds without a worker after which people are told."""

_ROWS_AT_A_TIME = 200

NO_WORKER = "no worker lives yet"
NO_STORE = "the store of jobs does not answer; waiting for it"

Tell = Callable[[Job], None]
Note = Callable[[str], None]


class JobGone(Exception):
    """The job that was followed is there no more."""


def take_up(desk: Desk, request: Document) -> Job:
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
        job = desk.take_sweep(request, owner=ANYONE, key=f"{name}-{generation}")
        if not is_spent(desk.store, job):
            return job
    raise AssertionError("a new job is not spent")


def is_spent(store: JobStore, job: Job) -> bool:
    """Whether nothing more, or nothing better, can come of a job."""
    if job.state is State.CANCELLED:
        return True
    if not job.state.ended or not job.failed:
        return False
    problems = (json.loads(row)["problem"] for row in rows_in_order(store, job))
    return any(PROBLEMS[problem["code"]].accidental for problem in problems if problem)


def follow(store: JobStore, job: Job, *, tell: Tell, note: Note) -> Iterator[str]:
    """The rows of a job in request order, each as soon as all before it are there.

    Where the job was cancelled, the rows behind a gap come at its end.

    Raises:
        JobGone: where the job expired or was lost.
    """
    waiting: dict[int, str] = {}
    came = given = 0
    alone_since: float | None = time.monotonic()
    while True:
        try:
            now, rows = _look(store, job, came)
            alone_since = _notice_nobody(store, now, alone_since, note)
        except AWAY:
            note(NO_STORE)
            time.sleep(1)
            continue
        came += len(rows)
        waiting |= {json.loads(row)["index"]: row for row in rows}
        tell(now)
        while given in waiting:
            yield waiting.pop(given)
            given += 1
        if now.state.ended and came >= now.done:
            yield from (waiting[index] for index in sorted(waiting))
            return
        if not rows:
            time.sleep(LOOK_EVERY_S)


def _look(store: JobStore, job: Job, came: int) -> tuple[Job, list[str]]:
    """How the job stands, and the next rows that came."""
    now = store.find(job.id)
    if now is None:
        raise JobGone(f"the job {job.id} is there no more: it expired, or its store was emptied")
    if came >= now.done:
        return now, []
    return now, store.rows_since(job.id, came, min(_ROWS_AT_A_TIME, now.done - came))


def _notice_nobody(store: JobStore, job: Job, since: float | None, note: Note) -> float | None:
    """Since when nobody works, until it was said once; None from then on."""
    if since is None or job.state.ended or time.monotonic() - since < LONELY_S:
        return since
    if not store.workers():
        note(NO_WORKER)
    return None
