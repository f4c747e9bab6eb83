"""A job's request as the store holds it: JSON text with the requests of all rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from designer.validation.json_readers import JsonObject
from service.jobs.job import JobKind
from service.jobs.sweep_request import sweep_from_document
from service.jobs.trial_request import TrialSeeds


class JobRows(Protocol):
    """The requests of the rows of a job."""

    def __len__(self) -> int: ...

    def row(self, index: int) -> JsonObject:
        """The request of a row, as JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRequest:
    """The rows of a job and the kind of its result."""

    kind: JobKind
    rows: JobRows


_READERS: Mapping[JobKind, Callable[[Any], JobRows]] = {
    JobKind.SWEEP: sweep_from_document,
    JobKind.DESIGN: sweep_from_document,
    JobKind.TRIAL: lambda document: TrialSeeds(document=document),
}


def job_request_text(kind: JobKind, document: object) -> str:
    """The text of a request; equal requests give equal texts."""
    return json.dumps({"kind": str(kind), "request": document}, separators=(",", ":"))


def read_job_request(text: str) -> JobRequest:
    """The request in a text of ``job_request_text``.

    >>> read_job_request(job_request_text(JobKind.SWEEP, {"designs": [{"resolution": 64}]})).rows.row(0)
    {'resolution': 64, 'verify': 'standard'}
    """
    document = json.loads(text)
    kind = JobKind(str(document["kind"]))
    return JobRequest(kind=kind, rows=_READERS[kind](document["request"]))
