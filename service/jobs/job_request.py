"""A job's request as the store holds it: JSON text with the briefs of all rows."""

from __future__ import annotations

import json
from dataclasses import dataclass

from designer.validation.json_readers import JsonObject
from service.jobs.job import JobKind
from service.jobs.sweep_request import Sweep, sweep_from_document


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRequest:
    """The rows of a job and the kind of its result."""

    kind: JobKind
    sweep: Sweep


def job_request_text(kind: JobKind, document: object) -> str:
    """The text of a request; equal requests give equal texts."""
    return json.dumps({"kind": str(kind), "request": document}, separators=(",", ":"))


def read_job_request(text: str) -> JobRequest:
    """The request in a text of ``job_request_text``.

    >>> read_job_request(job_request_text(JobKind.SWEEP, {"designs": [{"resolution": 64}]})).sweep.row(0)
    {'resolution': 64, 'verify': 'standard'}
    """
    document: JsonObject = json.loads(text)
    return JobRequest(
        kind=JobKind(str(document["kind"])), sweep=sweep_from_document(document["request"])
    )
