"""Computation of rows in turn: rows that end their processes too often are given up."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field

from celery.exceptions import SoftTimeLimitExceeded

from designer.errors import ProbeEnded
from designer.validation.json_readers import JsonObject
from service.jobs.broker.celery_app import MESSAGE_S
from service.jobs.job import JobKind
from service.jobs.job_request import JobRequest, read_job_request
from service.jobs.rows import (
    FitSeed,
    MakeDesign,
    exhausted_problem,
    make_row,
    make_trial_row,
    problem_row,
    timeout_problem,
)
from service.jobs.store.protocol import Claim, JobRow, JobStore

MAX_CACHED_REQUESTS = 8
"""Number of jobs whose requests stay parsed; with more jobs in turn, a request is parsed per row."""

logger = logging.getLogger("gan_designer.jobs")


class Interrupted(Exception):
    """The job was cancelled, or the worker began to shut down, while a row was computed."""


InterruptContext = Callable[[Callable[[], bool]], AbstractContextManager[None]]
"""Context around the computation of a row; raises Interrupted in it once the predicate is true."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRunner:
    """Computes rows in this process and stores them."""

    store: JobStore
    make: MakeDesign
    fit: FitSeed
    guard: InterruptContext
    worker: str
    attempts: int
    row_timeout_s: float
    shutting_down: Callable[[], bool]
    send_message: Callable[[], None]
    message_s: float = MESSAGE_S
    _job_requests: dict[str, JobRequest] = field(default_factory=dict)

    def run(self, message: str) -> None:
        """Compute due rows of all jobs in turn, for ``message_s`` or until a worker's shutdown.

        A message that gets a row sends the next one, so that one waits as long as rows are due. A row
        that it claimed before was in a process that was killed: Celery delivers the message again.
        """
        for claim in self.store.claims():
            if claim.message == message:
                self.store.release(claim, count_attempt=True)
        sent = stored = False
        end = time.monotonic() + self.message_s
        while time.monotonic() < end and not self.shutting_down():
            claimed = self.store.claim_row(self.worker, message)
            if claimed is None:
                return
            if not sent:
                with self._released_on_failure(claimed):
                    self.send_message()
            sent, stored = True, self._run_row(claimed)
        if not stored:
            self.send_message()

    def _run_row(self, claim: Claim) -> bool:
        """Whether the row of a claim was stored; else it was released.

        Celery's limit is above ``message_s``: a row that reaches it is the last one of its message.
        """
        job_request = self._read_job_request(claim.job_id)
        kind, document = job_request.kind, job_request.rows.row(claim.index)
        try:
            self._put_row(claim, self._make_row(claim, kind, document))
        except SoftTimeLimitExceeded:
            problem = timeout_problem(self.row_timeout_s)
            self._put_row(claim, problem_row(claim.index, document, kind, problem))
        except Interrupted:
            self.store.release(claim, count_attempt=False)
            return False
        except ProbeEnded as ended:
            logger.warning(
                "row %d of job %s: attempt %d of %d: %s",
                claim.index,
                claim.job_id,
                claim.attempt,
                self.attempts,
                ended,
            )
            self.store.release(claim, count_attempt=True)
            return False
        return True

    def _make_row(self, claim: Claim, kind: JobKind, document: JsonObject) -> JobRow:
        """The row, also if it was tried too often."""
        if claim.attempt > self.attempts:
            problem = exhausted_problem(self.attempts)
            return problem_row(claim.index, document, kind, problem)
        with self.guard(lambda: self.shutting_down() or self._ended(claim.job_id)):
            if kind is JobKind.TRIAL:
                return make_trial_row(claim.index, document, self.fit)
            return make_row(claim.index, document, kind, self.make)

    def _put_row(self, claim: Claim, row: JobRow) -> None:
        with self._released_on_failure(claim):
            self.store.put_row(claim.job_id, row)

    @contextmanager
    def _released_on_failure(self, claim: Claim) -> Iterator[None]:
        """Release the claim if the block fails: a full or unavailable store is not the row's fault."""
        try:
            yield
        except BaseException:
            self.store.release(claim, count_attempt=False)
            raise

    def _read_job_request(self, job_id: str) -> JobRequest:
        """The request of a job, cached while the job is among the last that had a row."""
        found = self._job_requests.pop(job_id, None)
        if found is None:
            text = self.store.request(job_id)
            assert text is not None, "a job that has not ended has its request"
            found = read_job_request(text)
        self._job_requests[job_id] = found
        if len(self._job_requests) > MAX_CACHED_REQUESTS:
            del self._job_requests[next(iter(self._job_requests))]
        return found

    def _ended(self, job_id: str) -> bool:
        job = self.store.find(job_id)
        return job is None or job.state.ended
