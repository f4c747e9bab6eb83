"""What a job was asked, as its store keeps it: JSON text that says of each row its brief."""

from __future__ import annotations

import json
from dataclasses import dataclass

from designer.brief.model import Level
from designer.validation.json_readers import JsonObject
from service.jobs.job import JobKind
from service.jobs.sweep_request import Sweep, sweep_from_document


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRequest:
    """The rows of a job, and what is made of each."""

    kind: JobKind
    sweep: Sweep

    @property
    def level(self) -> Level:
        """The dearest level among the rows, by which they are dealt out."""
        levels = {self.sweep.row(index)["verify"] for index in range(len(self.sweep))}
        return next(level for level in reversed(Level) if str(level) in levels)


def job_request_text(kind: JobKind, document: object) -> str:
    """The text of a request, the same for the same request."""
    return json.dumps({"kind": str(kind), "request": document}, separators=(",", ":"))


def read_job_request(text: str) -> JobRequest:
    """The rows that such a text asks for.

    >>> read_job_request(job_request_text(JobKind.SWEEP, {"designs": [{"resolution": 64}]})).sweep.row(0)
    {'resolution': 64, 'verify': 'standard'}
    """
    document: JsonObject = json.loads(text)
    return JobRequest(
        kind=JobKind(str(document["kind"])), sweep=sweep_from_document(document["request"])
    )
