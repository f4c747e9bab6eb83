"""Heartbeats of workers, and recovery of lost rows.

Celery redelivers a message that a worker took and did not finish, if the broker notices. A folder
does not, and Redis waits for the visibility timeout; a web process may end after it stores a job
and before it queues it. So once no message waits, every missing row that no running worker has
claimed is queued again. Rows are pure: a row that is computed twice is stored once.
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
"""Seconds between two heartbeats of a worker."""

WORKER_LEASE_S = 20.0
"""Seconds after its last heartbeat for which a worker counts as running."""

MIN_JOB_AGE_S = 5.0
"""Age in seconds below which a job is not recovered: it may still be in the process of queueing."""

UNAVAILABLE_ERRORS = (OperationalError, RedisError, sqlite3.DatabaseError, OSError)
"""Exceptions of a store or a broker that is unavailable or unreadable."""

logger = logging.getLogger("gan_designer.jobs")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryMonitor:
    """Heartbeat and recovery for one worker."""

    app: Celery
    store: JobStore

    def renew_and_recover(self, worker: str, active_chunks: Set[tuple[str, int]]) -> None:
        """Renew the worker's heartbeat; one worker at a time also requeues lost rows.

        ``active_chunks`` holds the job id and the first row of each chunk that the worker has.
        """
        try:
            self.store.record_heartbeat(worker, WORKER_LEASE_S)
            if self.store.try_lock("watch", RECOVERY_INTERVAL_S * 0.9):
                self.store.delete_expired()
                self.release_stale_claims(worker, active_chunks)
                self.requeue_lost_rows()
        except UNAVAILABLE_ERRORS as error:
            logger.warning("heartbeat or recovery failed: %s", error)

    def deregister(self, worker: str) -> None:
        """Remove the worker from the running ones."""
        try:
            self.store.remove_worker(worker)
        except UNAVAILABLE_ERRORS as error:
            logger.warning("worker %s cannot deregister: %s", worker, error)

    def release_stale_claims(self, worker: str, active_chunks: Set[tuple[str, int]]) -> None:
        """Release claims to chunks that the worker finished while the store was unavailable."""
        for job in self.store.unfinished():
            for claim in self.store.claims(job.id):
                if claim.worker == worker and (job.id, claim.start) not in active_chunks:
                    self.store.release(job.id, claim.start)

    def requeue_lost_rows(self) -> None:
        """Queue lost rows again, unless messages wait."""
        now = time.time()  # may have been set back since a job was created
        old = [job for job in self.store.unfinished() if abs(now - job.created_at) > MIN_JOB_AGE_S]
        if not old or queue_depth(self.app):
            return
        alive = self.store.workers()
        for job in old:
            text = self.store.request(job.id)  # None if Redis was emptied meanwhile
            if text is not None and (lost_rows := self.lost_rows(job, alive)):
                logger.warning("job %s: %d lost rows are queued again", job.id, len(lost_rows))
                length = chunk_length(job.total, read_job_request(text).level)
                send_chunks(self.app, job.kind, job.id, split_indices(lost_rows, length))

    def lost_rows(self, job: Job, alive: set[str]) -> list[int]:
        """The missing rows that no running worker has claimed."""
        claimed = [
            (claim.start, claim.stop)
            for claim in self.store.claims(job.id)
            if claim.worker in alive and claim.until > time.time()
        ]
        return indices_outside(self.store.missing(job.id), claimed)
