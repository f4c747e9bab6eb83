"""What a store of jobs can do. Every call is whole or nothing, and safe to make twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from service.jobs.job import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job with what was asked and, where the client gave one, the name of its wish.

    ``request`` is JSON text; ``idempotency_token`` names owner and idempotency key, ``fingerprint`` what was
    asked under it.
    """

    job: Job
    request: str
    idempotency_token: str | None
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """The result of one design: JSON text on one line; ``failed``, where it is a problem."""

    index: int
    body: str
    failed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who works on the rows from ``start`` to ``stop``, and when he must be through at the latest."""

    start: int
    stop: int
    worker: str
    until: float


SKIP = 0
"""What ``begin_row`` says of a row that nobody needs any more."""


class JobStore(Protocol):
    """Jobs, their rows by index and by the order in which they came, and who works on them."""

    def create(self, new: NewJob) -> tuple[Job, str]:
        """The job of that wish with its fingerprint: the new one, or the one that was there."""

    def find(self, job_id: str) -> Job | None:
        """The job, where there is one and it has not expired."""

    def request(self, job_id: str) -> str | None:
        """What was asked."""

    def begin_row(self, job_id: str, index: int) -> int:
        """The how-manieth attempt at a row now begins; ``SKIP`` where it is kept or not wanted.

        The first attempt at all starts the job.
        """

    def discard_attempt(self, job_id: str, index: int) -> None:
        """The attempt that began last counts for nothing: it was not the row's fault."""

    def put_row(self, job_id: str, row: JobRow) -> bool:
        """Whether the row is kept now; not where it was, or where the job has ended.

        The last row ends the job.
        """

    def cancel(self, job_id: str) -> None:
        """End the job with the rows it has; nothing where it has ended."""

    def rows(self, job_id: str, start: int, stop: int) -> list[str]:
        """The rows there are between two indices, in order."""

    def rows_since(self, job_id: str, sequence: int, limit: int) -> list[str]:
        """The rows that came after the first ``sequence`` ones, in the order in which they came."""

    def missing(self, job_id: str) -> list[int]:
        """The rows there are not."""

    def unfinished(self) -> list[Job]:
        """Every job that has not ended, the oldest first."""

    def claim(self, job_id: str, claim: Claim) -> None:
        """Note who works on these rows."""

    def release(self, job_id: str, start: int) -> None:
        """Note that nobody does."""

    def claims(self, job_id: str) -> Iterator[Claim]:
        """Who works on which rows, as far as noted."""

    def record_heartbeat(self, worker: str, lease_s: float) -> None:
        """Count a worker as alive for so many seconds."""

    def remove_worker(self, worker: str) -> None:
        """Count it as dead."""

    def workers(self) -> set[str]:
        """The workers that are alive."""

    def try_lock(self, name: str, seconds: float) -> bool:
        """Whether this is the one caller who gets the turn of that name in so many seconds."""

    def acquire_slot(self, client: str, listener: str, *, limit: int, lease_s: float) -> bool:
        """Whether a client's listener has one of its ``limit`` places, for so many seconds."""

    def release_slot(self, client: str, listener: str) -> None:
        """Give the place back."""

    def row_totals(self) -> dict[str, int]:
        """How many rows were ever put, ``made`` and ``failed``; for a counter."""

    def delete_expired(self) -> None:
        """Drop what has expired."""
