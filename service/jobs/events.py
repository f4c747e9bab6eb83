"""A job's progress as server-sent events: each row as it is stored, and the job's state.

A row event's id is the number of rows up to it, so that a disconnected listener resumes at any
replica. State events have no id: every new connection receives the current state.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from flask import Request
from werkzeug import Response

from service.access.client import current_client
from service.http.client_presence import ENVIRON_KEY, has_closed
from service.jobs.job import Job, job_document
from service.jobs.store.protocol import JobStore
from service.observability.readiness import current_readiness
from service.problems.problem_document import ProblemError

EVENT_STREAM = "text/event-stream"

HEARTBEAT_S = 15.0
"""Seconds without an event after which a comment is sent."""

STORE_POLL_S = 0.25
"""Seconds between two reads of the store."""

_ROWS_PER_READ = 200
_LEASE_S = 4 * HEARTBEAT_S


@dataclass(frozen=True, slots=True, kw_only=True)
class EventListener:
    """A listener of an event stream: its client, its position and a check for its end."""

    client: str
    limit: int
    last_event_id: int
    should_stop: Callable[[], bool]


def read_listener(request: Request, job: Job, *, limit: int) -> EventListener:
    """The listener that a request for a job's events describes.

    Raises:
        ProblemError: bad_event_id.
    """
    environ, stopping = request.environ, current_readiness().stopping
    return EventListener(
        client=current_client(),
        limit=limit,
        last_event_id=read_last_event_id(request, job),
        should_stop=lambda: stopping.is_set() or is_disconnected(environ),
    )


def event_stream_response(
    request: Request, store: JobStore, job: Job, listener: EventListener
) -> Response:
    """The events after the listener's position; 204 if the job has ended and none are left.

    Raises:
        ProblemError: too_many_listeners.
    """
    if (
        job.state.ended
        and listener.last_event_id == job.done
        and "Last-Event-ID" in request.headers
    ):
        return Response(status=204)  # stops a browser's EventSource from reconnecting
    slot = str(uuid4())
    _acquire_slot(store, listener, slot)
    stream = _renew_slot(store, listener, slot, stream_events(store, job, listener))
    response = Response(stream, mimetype=EVENT_STREAM)
    response.call_on_close(lambda: store.release_slot(listener.client, slot))
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def read_last_event_id(request: Request, job: Job) -> int:
    """Number of rows that the listener has received.

    Raises:
        ProblemError: bad_event_id, if the header is not the id of an event of this job.
    """
    given = request.headers.get("Last-Event-ID", "0")
    if not _EVENT_ID.fullmatch(given) or int(given) > job.done:
        raise ProblemError(
            "bad_event_id",
            f"Last-Event-ID must be 0 to {job.done}, the id of an event of this job,"
            f" got {given[:80]!r}",
            value=given[:80],
            maximum=job.done,
        )
    return int(given)


def stream_events(store: JobStore, job: Job, listener: EventListener) -> Iterator[str]:
    """Rows as they are stored, the job whenever it changes, and heartbeat comments in between."""
    last_sent, rows_sent = None, listener.last_event_id
    silent_since = time.monotonic()
    while not listener.should_stop():
        now = store.find(job.id)
        if now is None:
            return
        for piece in _new_rows(store, now, rows_sent):
            rows_sent += 1
            yield format_event("row", piece, rows_sent)
        if now != last_sent:
            yield format_event("end" if now.state.ended else "job", json.dumps(job_document(now)))
            last_sent, silent_since = now, time.monotonic()
        if now.state.ended:
            return
        if time.monotonic() - silent_since > HEARTBEAT_S:
            yield ": heartbeat\n\n"
            silent_since = time.monotonic()
        time.sleep(STORE_POLL_S)


def format_event(name: str, data: str, number: int | None = None) -> str:
    r"""One event in the format of the stream; ``data`` has no line break.

    >>> format_event("row", "{}", 3)
    'id: 3\nevent: row\ndata: {}\n\n'
    """
    head = "" if number is None else f"id: {number}\n"
    return f"{head}event: {name}\ndata: {data}\n\n"


def is_disconnected(environ: dict[str, Any]) -> bool:
    """Whether the client has closed its connection; False if the server passes no socket."""
    connection = environ.get(ENVIRON_KEY)
    return connection is not None and has_closed(connection)


def _new_rows(store: JobStore, job: Job, rows_sent: int) -> Iterator[str]:
    """The rows that are not yet sent, up to the number in ``job``."""
    while rows_sent < job.done:
        rows = store.rows_since(job.id, rows_sent, min(_ROWS_PER_READ, job.done - rows_sent))
        if not rows:
            return
        rows_sent += len(rows)
        yield from rows


def _acquire_slot(store: JobStore, listener: EventListener, slot: str) -> None:
    if not store.acquire_slot(listener.client, slot, limit=listener.limit, lease_s=_LEASE_S):
        raise ProblemError(
            "too_many_listeners",
            f"the client already has {listener.limit} open event streams, the maximum",
            maximum=listener.limit,
        )


def _renew_slot(
    store: JobStore, listener: EventListener, slot: str, pieces: Iterator[str]
) -> Iterator[str]:
    """The same pieces; the lease of the listener's slot is renewed meanwhile."""
    renewed = time.monotonic()
    for piece in pieces:
        yield piece
        if time.monotonic() - renewed > HEARTBEAT_S:
            store.acquire_slot(listener.client, slot, limit=listener.limit, lease_s=_LEASE_S)
            renewed = time.monotonic()


_EVENT_ID = re.compile(r"[0-9]{1,9}", re.ASCII)
