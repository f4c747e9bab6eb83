"""Interface of job stores. Every call is atomic and safe to repeat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from service.jobs.job import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job with its request as JSON text and, if the client sent a key, its idempotency token.

    The token is derived from the owner and the key, ``fingerprint`` from the request; ``client``
    is the one whose rows are limited.
    """

    job: Job
    client: str
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
    """A worker's claim to a row: the number of the attempt, and the message that it works for."""

    job_id: str
    index: int
    attempt: int
    worker: str
    message: str


class RowLimitReached(Exception):
    """A job would give its client too many unfinished rows; ``queued`` is their present number."""

    def __init__(self, queued: int) -> None:
        super().__init__(f"the client has {queued} unfinished rows")
        self.queued = queued


class JobStore(Protocol):
    """Jobs, their rows by index and by order of arrival, and the workers' claims to rows.

    A row is *due* unless it is stored or claimed, or its job has ended.
    """

    def create(self, new: NewJob, *, max_client_rows: int) -> tuple[Job, str]:
        """The new job, or the stored one with the same idempotency token; and its fingerprint.

        Raises:
            RowLimitReached: if the new job would give its client more unfinished rows.
        """

    def find(self, job_id: str) -> Job | None:
        """The job; None if there is none or it has expired."""

    def request(self, job_id: str) -> str | None:
        """The job's request as JSON text; None if there is no such job."""

    def claim_row(self, worker: str, message: str) -> Claim | None:
        """A claim to the first due row of the job whose turn it is; None if no row is due.

        It is the turn of the job that was created, or whose last row began or ended, longest ago.
        The claim counts as an attempt; the first one starts the job.
        """

    def release(self, claim: Claim, *, count_attempt: bool) -> None:
        """Make a row due again, unless the claim to it has ended; its attempt counts if it failed."""

    def put_row(self, job_id: str, row: JobRow) -> bool:
        """Whether the row was stored; False if it already was or the job has ended.

        Any claim to it ends. The last row ends the job.
        """

    def cancel(self, job_id: str) -> None:
        """End the job with its current rows; no effect if it has ended."""

    def rows(self, job_id: str, start: int, stop: int) -> list[str]:
        """The stored rows from index ``start`` up to ``stop``, in order."""

    def rows_since(self, job_id: str, sequence: int, limit: int) -> list[str]:
        """Up to ``limit`` rows after the first ``sequence`` ones, in order of arrival."""

    def unfinished(self) -> list[Job]:
        """Every job that has not ended."""

    def claims(self) -> list[Claim]:
        """The claims of all workers, also to rows of jobs that were cancelled meanwhile."""

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
