"""Interface of job stores. Every call is atomic and safe to repeat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from service.jobs.job import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job with its request as JSON text and, if the client sent a key, its idempotency token.

    The token is derived from the owner and the key, ``fingerprint`` from the request.
    """

    job: Job
    request: str
    idempotency_token: str | None
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """The result of one design: JSON text on one line; ``failed`` if it is a problem."""

    index: int
    body: str
    failed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A worker's claim to the rows from ``start`` up to ``stop``, valid until a time."""

    start: int
    stop: int
    worker: str
    until: float


SKIP = 0
"""Result of ``begin_row`` for a row that is not needed any more."""


class JobStore(Protocol):
    """Jobs, their rows by index and by order of arrival, and the workers' claims to rows."""

    def create(self, new: NewJob) -> tuple[Job, str]:
        """The new job, or the stored one with the same idempotency token; and its fingerprint."""

    def find(self, job_id: str) -> Job | None:
        """The job; None if there is none or it has expired."""

    def request(self, job_id: str) -> str | None:
        """The job's request as JSON text; None if there is no such job."""

    def begin_row(self, job_id: str, index: int) -> int:
        """Number of the attempt that begins; ``SKIP`` if the row is stored or the job has ended.

        The first attempt starts the job.
        """

    def discard_attempt(self, job_id: str, index: int) -> None:
        """Do not count the last attempt: the row did not cause its failure."""

    def put_row(self, job_id: str, row: JobRow) -> bool:
        """Whether the row was stored; False if it already was or the job has ended.

        The last row ends the job.
        """

    def cancel(self, job_id: str) -> None:
        """End the job with its current rows; no effect if it has ended."""

    def rows(self, job_id: str, start: int, stop: int) -> list[str]:
        """The stored rows from index ``start`` up to ``stop``, in order."""

    def rows_since(self, job_id: str, sequence: int, limit: int) -> list[str]:
        """Up to ``limit`` rows after the first ``sequence`` ones, in order of arrival."""

    def missing(self, job_id: str) -> list[int]:
        """The indices of the rows that are not stored."""

    def unfinished(self) -> list[Job]:
        """Every job that has not ended, the oldest first."""

    def claim(self, job_id: str, claim: Claim) -> None:
        """Record a worker's claim."""

    def release(self, job_id: str, start: int) -> None:
        """Delete the claim that begins with row ``start``."""

    def claims(self, job_id: str) -> Iterator[Claim]:
        """The recorded claims to rows of a job."""

    def record_heartbeat(self, worker: str, lease_s: float) -> None:
        """Count a worker as running for ``lease_s`` seconds."""

    def remove_worker(self, worker: str) -> None:
        """Count a worker as stopped."""

    def workers(self) -> set[str]:
        """The names of the running workers."""

    def try_lock(self, name: str, seconds: float) -> bool:
        """Whether this caller gets the named lock; only one does within ``seconds``."""

    def acquire_slot(self, client: str, listener: str, *, limit: int, lease_s: float) -> bool:
        """Whether a listener has one of its client's ``limit`` slots, for ``lease_s`` seconds."""

    def release_slot(self, client: str, listener: str) -> None:
        """Free a listener's slot."""

    def row_totals(self) -> dict[str, int]:
        """Numbers of rows ever stored, ``made`` and ``failed``; they never decrease."""

    def delete_expired(self) -> None:
        """Delete expired jobs."""
