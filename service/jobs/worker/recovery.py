"""Heartbeats of workers, and recovery of lost rows and messages.

A killed worker leaves claims to rows, and messages that a folder forgets and that Redis delivers
again only after the visibility timeout; a web process may end after it stores a job and before it
sends messages. So claims of workers that do not run are released, and once no message waits while
rows are due, one is sent. Rows are pure: a row that is computed twice is stored once.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Set
from dataclasses import dataclass

from celery import Celery
from kombu.exceptions import OperationalError
from redis import RedisError

from service.jobs.broker.celery_app import queue_depth, send_message
from service.jobs.store.protocol import JobStore

RECOVERY_INTERVAL_S = 5.0
"""Seconds between two heartbeats of a worker."""

WORKER_LEASE_S = 20.0
"""Seconds after its last heartbeat for which a worker counts as running."""

UNAVAILABLE_ERRORS = (OperationalError, RedisError, sqlite3.DatabaseError, OSError)
"""Exceptions of a store or a broker that is unavailable or unreadable."""

logger = logging.getLogger("gan_designer.jobs")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryMonitor:
    """Heartbeat and recovery for one worker."""

    app: Celery
    store: JobStore

    def renew_and_recover(self, worker: str, active_messages: Set[str]) -> None:
        """Renew the worker's heartbeat and release lost rows; one worker at a time does the rest.

        ``active_messages`` holds the ids of the messages that the worker has.
        """
        try:
            self.store.record_heartbeat(worker, WORKER_LEASE_S)
            self.release_lost_rows(worker, active_messages)
            if self.store.try_lock("watch", RECOVERY_INTERVAL_S * 0.9):
                self.store.delete_expired()
                self.send_lost_message()
        except UNAVAILABLE_ERRORS as error:
            logger.warning("heartbeat or recovery failed: %s", error)

    def deregister(self, worker: str) -> None:
        """Remove the worker from the running ones."""
        try:
            self.store.remove_worker(worker)
        except UNAVAILABLE_ERRORS as error:
            logger.warning("worker %s cannot deregister: %s", worker, error)

    def release_lost_rows(self, worker: str, active_messages: Set[str]) -> None:
        """Release claims of workers that do not run, and those of this worker's past messages."""
        claims, alive = self.store.claims(), self.store.workers()
        for claim in claims:
            own = claim.worker == worker
            if claim.message not in active_messages if own else claim.worker not in alive:
                logger.warning("row %d of job %s was lost", claim.index, claim.job_id)
                self.store.release(claim, count_attempt=True)

    def send_lost_message(self) -> None:
        """Send a message if rows are due and none waits: it wakes one worker, which wakes the next."""
        jobs = self.store.unfinished()
        ids = {job.id for job in jobs}
        claimed = sum(claim.job_id in ids for claim in self.store.claims())
        due = sum(job.total - job.done for job in jobs) - claimed
        if due > 0 and not queue_depth(self.app):
            send_message(self.app)
