"""The job: owner, kind, state, progress and times."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from designer.validation.json_readers import JsonObject


class JobState(StrEnum):
    """The state of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether no further row is added."""
        return self not in (JobState.QUEUED, JobState.RUNNING)


class JobKind(StrEnum):
    """The kind of a job's result: a row per design, one design, or a trial with a row per seed."""

    SWEEP = "sweep"
    DESIGN = "design"
    TRIAL = "trial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job as stored; times are seconds since 1970.

    A sweep succeeds even if some of its designs fail: their rows hold the problem. A job of one
    design fails with its design, a trial with one of its seeds.
    """

    id: str
    owner: str
    kind: JobKind
    state: JobState
    total: int
    created_at: float
    expires_at: float
    done: int = 0
    failed: int = 0
    started_at: float | None = None
    finished_at: float | None = None

    def __post_init__(self) -> None:
        assert 0 <= self.failed <= self.done <= self.total, self
        assert self.total >= 1, "a job has at least one row"


def new_job_id() -> str:
    """A job id of 128 random bits, which cannot be guessed.

    >>> len(new_job_id()), new_job_id() != new_job_id()
    (22, True)
    """
    return secrets.token_urlsafe(16)


def final_state(kind: JobKind, *, failed: int) -> JobState:
    """The final state of a job with all its rows.

    >>> final_state(JobKind.SWEEP, failed=3).value, final_state(JobKind.DESIGN, failed=1).value
    ('succeeded', 'failed')
    """
    return JobState.FAILED if kind is not JobKind.SWEEP and failed else JobState.SUCCEEDED


def job_document(job: Job) -> JsonObject:
    """The job as its JSON response."""
    path = job_path(job)
    return {
        "id": job.id,
        "kind": str(job.kind),
        "state": str(job.state),
        "done": job.done,
        "total": job.total,
        "failed": job.failed,
        "created_at": format_timestamp(job.created_at),
        "started_at": format_timestamp(job.started_at),
        "finished_at": format_timestamp(job.finished_at),
        "expires_at": format_timestamp(job.expires_at),
        "links": {"self": path, "events": f"{path}/events", "result": f"{path}/result"},
    }


def job_path(job: Job) -> str:
    """URL path of a job."""
    return f"/v1/jobs/{job.id}"


def format_timestamp(seconds: float | None) -> str | None:
    """A time in RFC 3339 format, in milliseconds.

    >>> format_timestamp(0.5), format_timestamp(None)
    ('1970-01-01T00:00:00.500Z', None)
    """
    if seconds is None:
        return None
    text = datetime.fromtimestamp(seconds, tz=UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
