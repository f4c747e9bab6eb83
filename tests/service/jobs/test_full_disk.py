"""A store that is full for some time costs a row neither attempts nor its recovery."""

from __future__ import annotations

import sqlite3
import time
from contextlib import nullcontext
from pathlib import Path

import pytest

from designer.pipeline.design import design
from service.jobs.broker.celery_app import queue_depth
from service.jobs.job import Job
from service.jobs.job_service import JobService
from service.jobs.store.protocol import Claim, JobRow
from service.jobs.store.sqlite import SqliteStore
from service.jobs.worker.chunk_runner import ChunkRunner
from service.jobs.worker.recovery import RecoveryMonitor
from tests.service.jobs.sweep_requests import briefs, submit_designs
from tests.service.jobs.workers import config_of


@pytest.fixture
def job_service(tmp_path: Path) -> JobService:
    return JobService(config_of(tmp_path))


def unsent(job_service: JobService) -> Job:
    """A job without messages in the queue."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("service.jobs.job_service.send_chunks", lambda *_: None)
        return submit_designs(job_service, briefs(4))


class FullStore(SqliteStore):
    """A store that is too full for rows."""

    def put_row(self, job_id: str, row: JobRow) -> bool:
        raise sqlite3.OperationalError("database or disk is full")


def test_a_row_that_could_not_be_stored_costs_no_attempt(
    tmp_path: Path, job_service: JobService
) -> None:
    """Even repeatedly: the row did not end its process."""
    job = unsent(job_service)
    runner = ChunkRunner(
        store=FullStore(tmp_path / "jobs.sqlite"),
        make=design,
        guard=lambda _: nullcontext(),
        worker="a-worker",
        attempts=1,
        row_timeout_s=60,
        shutting_down=lambda: False,
    )
    for _ in range(3):
        with pytest.raises(sqlite3.OperationalError):
            runner.run(job.id, (0, 4))
    assert job_service.store.begin_row(job.id, 0) == 1


def test_a_stale_claim_is_released(
    job_service: JobService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A running worker releases claims to chunks that it no longer has; the rows are requeued."""
    monkeypatch.setattr("service.jobs.worker.recovery.MIN_JOB_AGE_S", 0)
    monkeypatch.setattr("service.jobs.worker.recovery.RECOVERY_INTERVAL_S", 0)
    job = unsent(job_service)
    monitor = RecoveryMonitor(app=job_service.celery_app, store=job_service.store)
    for worker in ("mine", "another"):
        job_service.store.record_heartbeat(worker, 60)
    for start, worker in enumerate(("mine", "mine", "another")):
        until = time.time() + 900
        claim = Claim(start=start, stop=start + 1, worker=worker, until=until)
        job_service.store.claim(job.id, claim)
    monitor.renew_and_recover("mine", {(job.id, 1)})
    assert [claim.start for claim in job_service.store.claims(job.id)] == [1, 2]
    assert monitor.lost_rows(job, {"mine", "another"}) == [0, 3]
    assert queue_depth(job_service.celery_app) == 2
