"""Responses with a job's result: rows streamed in request order, or one design."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator

from flask import Request, Response

from designer.validation.json_text import document_text
from service.http.representation import JSON, compress_response, negotiate_media_type
from service.jobs.job import Job, JobKind
from service.jobs.store.protocol import JobStore
from service.problems.problem_document import MEDIA_TYPE, ProblemError

JSON_LINES = "application/jsonl"

_ROWS_PER_READ = 200


def result_response(request: Request, store: JobStore, job: Job) -> Response:
    """The result so far.

    Raises:
        ProblemError: not_acceptable; job_not_done, if a job of one design has no result yet.
    """
    return (_design if job.kind is JobKind.DESIGN else _rows)(request, store, job)


def _rows(request: Request, store: JobStore, job: Job) -> Response:
    negotiate_media_type(request, (JSON_LINES,))
    lines = (f"{row}\n".encode() for row in rows_in_order(store, job))
    zipped = bool(request.accept_encodings.quality("gzip"))
    response = Response(gzip_stream(lines) if zipped else lines, mimetype=JSON_LINES)
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    response.vary.update(("Accept", "Accept-Encoding"))
    response.headers["Cache-Control"] = "no-store"
    return response


def _design(request: Request, store: JobStore, job: Job) -> Response:
    negotiate_media_type(request, (JSON,))
    rows = store.rows(job.id, 0, 1)
    if not rows:
        raise ProblemError(
            "job_not_done", f"the job is {job.state} and has no result", state=str(job.state)
        )
    document = json.loads(rows[0])
    response = Response(document_text(document), mimetype=MEDIA_TYPE if job.failed else JSON)
    response.headers["Cache-Control"] = "no-store"
    return compress_response(request, response)


def rows_in_order(store: JobStore, job: Job) -> Iterator[str]:
    """The stored rows in request order, read in batches."""
    for start in range(0, job.total, _ROWS_PER_READ):
        yield from store.rows(job.id, start, min(start + _ROWS_PER_READ, job.total))


def gzip_stream(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces compressed by gzip, as a stream.

    >>> import gzip
    >>> gzip.decompress(b"".join(gzip_stream([b"one ", b"two"])))
    b'one two'
    """
    packed = zlib.compressobj(level=6, wbits=16 + zlib.MAX_WBITS)
    for piece in pieces:
        if out := packed.compress(piece):
            yield out
    yield packed.flush()
