"""A worker's eye on jobs: it says that it lives, and queues again what nobody does.

Celery delivers again what a worker took and did not finish, where the broker can tell. A folder
cannot, and Redis waits for the visibility timeout; a web process may die between keeping a job and
queueing it. So once no message waits, every row that is missing and that no living worker has
claimed is queued again. Rows are pure: one that is made twice is kept once.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Set
from dataclasses import dataclass

from celery import Celery
from kombu.exceptions import OperationalError
from redis import RedisError

from service.jobs.broker.celery_app import queue_depth, send_chunks
from service.jobs.chunks import chunk_length, indices_outside, split_indices
from service.jobs.job import Job
from service.jobs.job_request import read_job_request
from service.jobs.store.protocol import JobStore

RECOVERY_INTERVAL_S = 5.0
"""Seconds between two looks."""

WORKER_LEASE_S = 20.0
"""Seconds after its last sign of life for which a worker is taken to live."""

MIN_JOB_AGE_S = 5.0
"""Seconds after it was made during which a job is left to whoever queues it."""

UNAVAILABLE_ERRORS = (OperationalError, RedisError, sqlite3.DatabaseError, OSError)
"""What a store or a broker raises that is away, or no longer to be read."""

logger = logging.getLogger("gan_designer.jobs")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryMonitor:
    """The watch of one worker."""

    app: Celery
    store: JobStore

    def renew_and_recover(self, worker: str, active_chunks: Set[tuple[str, int]]) -> None:
        """Say that the worker lives; one worker at a time looks for what was lost.

        ``active_chunks`` holds of each chunk that the worker has its job's id and its first row.
        """
        try:
            self.store.record_heartbeat(worker, WORKER_LEASE_S)
            if self.store.try_lock("watch", RECOVERY_INTERVAL_S * 0.9):
                self.store.delete_expired()
                self.release_stale_claims(worker, active_chunks)
                self.requeue_lost_rows()
        except UNAVAILABLE_ERRORS as error:
            logger.warning("jobs are not watched now: %s", error)

    def deregister(self, worker: str) -> None:
        """Say that the worker goes."""
        try:
            self.store.remove_worker(worker)
        except UNAVAILABLE_ERRORS as error:
            logger.warning("worker %s leaves without a word: %s", worker, error)

    def release_stale_claims(self, worker: str, active_chunks: Set[tuple[str, int]]) -> None:
        """Release what the worker no longer has: the store was full, or away, when it was through."""
        for job in self.store.unfinished():
            for claim in self.store.claims(job.id):
                if claim.worker == worker and (job.id, claim.start) not in active_chunks:
                    self.store.release(job.id, claim.start)

    def requeue_lost_rows(self) -> None:
        """Queue the rows that nobody makes, where no message waits."""
        now = time.time()  # which may have been set back since a job was made
        old = [job for job in self.store.unfinished() if abs(now - job.created_at) > MIN_JOB_AGE_S]
        if not old or queue_depth(self.app):
            return
        alive = self.store.workers()
        for job in old:
            text = self.store.request(job.id)  # none where all of Redis was emptied just now
            if text is not None and (lost_rows := self.lost_rows(job, alive)):
                logger.warning("job %s: %d rows are queued again", job.id, len(lost_rows))
                length = chunk_length(job.total, read_job_request(text).level)
                send_chunks(self.app, job.kind, job.id, split_indices(lost_rows, length))

    def lost_rows(self, job: Job, alive: set[str]) -> list[int]:
        """The rows that are missing and that no living worker has in its hands."""
        claimed = [
            (claim.start, claim.stop)
            for claim in self.store.claims(job.id)
            if claim.worker in alive and claim.until > time.time()
        ]
        return indices_outside(self.store.missing(job.id), claimed)
