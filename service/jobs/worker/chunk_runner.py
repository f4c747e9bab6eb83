"""Computation of a chunk row by row: skips stored rows, gives up rows that end their processes."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field

from celery.exceptions import SoftTimeLimitExceeded

from designer.errors import ProbeEnded
from service.jobs.chunks import CHUNK_S, Chunk, split_in_half
from service.jobs.job import JobKind
from service.jobs.job_request import JobRequest, read_job_request
from service.jobs.rows import MakeDesign, exhausted_problem, make_row, problem_row, timeout_problem
from service.jobs.store.protocol import SKIP, Claim, JobRow, JobStore

logger = logging.getLogger("gan_designer.jobs")


class Interrupted(Exception):
    """The job was cancelled, or the worker began to shut down, while a row was computed."""


InterruptContext = Callable[[Callable[[], bool]], AbstractContextManager[None]]
"""Context around the computation of a row; raises Interrupted in it once the predicate is true."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkRunner:
    """Computes rows in this process and stores them."""

    store: JobStore
    make: MakeDesign
    guard: InterruptContext
    worker: str
    attempts: int
    row_timeout_s: float
    shutting_down: Callable[[], bool]
    chunk_s: float = CHUNK_S
    _job_requests: dict[str, JobRequest] = field(default_factory=dict)

    def run(self, job_id: str, chunk: Chunk) -> list[Chunk]:
        """Compute the rows of a chunk; the rest of it after ``chunk_s`` or at a worker's shutdown.

        A row that exceeds its time limit ends the chunk: Celery reports the limit once per message.
        """
        start, stop = chunk
        if self._ended(job_id):
            return []
        until = time.time() + self.row_timeout_s + 2 * self.chunk_s
        claim = Claim(start=start, stop=stop, worker=self.worker, until=until)
        self.store.claim(job_id, claim)
        try:
            return self._run(job_id, start, stop)
        finally:
            self.store.release(job_id, start)

    def kind(self, job_id: str) -> JobKind:
        """The kind of a job's result."""
        return self._read_job_request(job_id).kind

    def _run(self, job_id: str, start: int, stop: int) -> list[Chunk]:
        job_request = self._read_job_request(job_id)
        end = time.monotonic() + self.chunk_s
        for index in range(start, stop):
            if time.monotonic() > end or self.shutting_down():
                return split_in_half(index, stop)
            try:
                self._run_row(job_id, job_request, index)
            except SoftTimeLimitExceeded:
                problem = timeout_problem(self.row_timeout_s)
                row = problem_row(index, job_request.sweep.row(index), job_request.kind, problem)
                self.store.put_row(job_id, row)
                return split_in_half(index + 1, stop)
            except Interrupted:
                self.store.discard_attempt(job_id, index)
                return [] if self._ended(job_id) else split_in_half(index, stop)
        return []

    def _run_row(self, job_id: str, job_request: JobRequest, index: int) -> None:
        row = None
        while row is None:
            attempt = self.store.begin_row(job_id, index)
            if attempt == SKIP:
                return
            row = self._try_row(job_id, job_request, index, attempt)
        with ExitStack() as on_failure:  # a full or unavailable store is not the row's fault
            on_failure.callback(self.store.discard_attempt, job_id, index)
            self.store.put_row(job_id, row)
            on_failure.pop_all()

    def _try_row(
        self, job_id: str, job_request: JobRequest, index: int, attempt: int
    ) -> JobRow | None:
        """The row, also if it was tried too often; None if its verifying process was killed."""
        document = job_request.sweep.row(index)
        if attempt > self.attempts:
            problem = exhausted_problem(self.attempts)
            return problem_row(index, document, job_request.kind, problem)
        try:
            with self.guard(lambda: self.shutting_down() or self._ended(job_id)):
                return make_row(index, document, job_request.kind, self.make)
        except ProbeEnded as ended:
            logger.warning(
                "row %d of job %s: attempt %d of %d: %s",
                index,
                job_id,
                attempt,
                self.attempts,
                ended,
            )
            return None

    def _read_job_request(self, job_id: str) -> JobRequest:
        """The request of a job, cached for consecutive chunks."""
        if job_id not in self._job_requests:
            text = self.store.request(job_id)
            assert text is not None, "a job that has not ended has its request"
            self._job_requests.clear()
            self._job_requests[job_id] = read_job_request(text)
        return self._job_requests[job_id]

    def _ended(self, job_id: str) -> bool:
        job = self.store.find(job_id)
        return job is None or job.state.ended
