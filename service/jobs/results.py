"""Responses with a job's result: rows streamed in request order, or one design."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator

from flask import Request, Response

from designer.pipeline.trial import merge_documents
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
        ProblemError: not_acceptable; job_not_done, if a job of one design or a trial has none yet.
    """
    return _RESPONSES[job.kind](request, store, job)


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
        raise _not_done(job)
    return _document_response(request, json.loads(rows[0]), MEDIA_TYPE if job.failed else JSON)


def _trial(request: Request, store: JobStore, job: Job) -> Response:
    """The finished seeds as one answer; the first problem if there are only problems."""
    negotiate_media_type(request, (JSON,))
    rows = [json.loads(row) for row in rows_in_order(store, job)]
    problems = [row for row in rows if "problem" in row]
    answers = [row for row in rows if "problem" not in row]
    if not rows:
        raise _not_done(job)
    if not answers:
        return _document_response(request, problems[0]["problem"], MEDIA_TYPE)
    return _document_response(request, merge_documents(answers) | {"problems": problems}, JSON)


def _not_done(job: Job) -> ProblemError:
    message = f"the job is {job.state} and has no result"
    return ProblemError("job_not_done", message, state=str(job.state))


def _document_response(request: Request, document: object, media_type: str) -> Response:
    response = Response(document_text(document), mimetype=media_type)
    response.headers["Cache-Control"] = "no-store"
    return compress_response(request, response)


_RESPONSES = {JobKind.SWEEP: _rows, JobKind.DESIGN: _design, JobKind.TRIAL: _trial}


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
