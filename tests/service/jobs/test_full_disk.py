"""A store that is full for some time costs a row neither attempts nor its recovery."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from service.jobs.broker.celery_app import queue_depth
from service.jobs.job_service import JobService
from service.jobs.store.protocol import JobRow
from service.jobs.store.sqlite import SqliteStore
from service.jobs.worker.recovery import RecoveryMonitor
from tests.service.jobs.runners import runner_of, submit_without_message
from tests.service.jobs.workers import config_of


@pytest.fixture
def job_service(tmp_path: Path) -> JobService:
    return JobService(config_of(tmp_path))


class FullStore(SqliteStore):
    """A store that is too full for rows."""

    def put_row(self, job_id: str, row: JobRow) -> bool:
        raise sqlite3.OperationalError("database or disk is full")


def test_a_row_that_could_not_be_stored_costs_no_attempt(
    tmp_path: Path, job_service: JobService
) -> None:
    """Even repeatedly: the row did not end its process."""
    job = submit_without_message(job_service, 4)
    runner = runner_of(FullStore(tmp_path / "jobs.sqlite"), attempts=1)
    for _ in range(3):
        with pytest.raises(sqlite3.OperationalError):
            runner.run("a-message")
    claim = job_service.store.claim_row("a-worker", "a-message")
    assert claim is not None
    assert (claim.job_id, claim.index, claim.attempt) == (job.id, 0, 1)


def test_lost_rows_are_due_again(job_service: JobService) -> None:
    """Rows of this worker's past messages and of workers that do not run; then a message is sent."""
    job = submit_without_message(job_service, 4)
    store = job_service.store
    monitor = RecoveryMonitor(app=job_service.celery_app, store=store)
    for worker in ("mine", "another"):
        store.record_heartbeat(worker, 60)
    holders = [("mine", "past"), ("mine", "active"), ("another", "active"), ("dead", "active")]
    claims = [store.claim_row(*holder) for holder in holders]
    monitor.renew_and_recover("mine", {"active"})
    assert sorted(store.claims(), key=lambda claim: claim.index) == claims[1:3]
    assert queue_depth(job_service.celery_app) == 1
    again = [store.claim_row("mine", "active") for _ in range(2)]
    found = [(claim.index, claim.attempt) for claim in again if claim is not None]
    assert (found, job.total) == ([(0, 2), (3, 2)], 4)


def test_no_message_is_sent_while_one_waits(
    job_service: JobService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is enough: the worker that gets a row sends the next one."""
    monkeypatch.setattr("service.jobs.worker.recovery.RECOVERY_INTERVAL_S", 0)
    monitor = RecoveryMonitor(app=job_service.celery_app, store=job_service.store)
    submit_without_message(job_service, 4)
    for _ in range(2):
        monitor.renew_and_recover("mine", set())
        assert queue_depth(job_service.celery_app) == 1


def test_no_message_is_sent_while_all_rows_are_claimed(job_service: JobService) -> None:
    """It would find no row."""
    submit_without_message(job_service, 1)
    job_service.store.claim_row("mine", "active")
    monitor = RecoveryMonitor(app=job_service.celery_app, store=job_service.store)
    monitor.renew_and_recover("mine", {"active"})
    assert queue_depth(job_service.celery_app) == 0
