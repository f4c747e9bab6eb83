"""A store that takes nothing for a while costs no row its attempts, nor its turn."""

from __future__ import annotations

import sqlite3
import time
from contextlib import nullcontext
from pathlib import Path

import pytest

from designer.pipeline.design import design
from service.jobs.broker.celery_app import queue_depth
from service.jobs.job import Job
from service.jobs.job_service import Desk
from service.jobs.store.protocol import Claim, Row
from service.jobs.store.sqlite import SqliteStore
from service.jobs.worker.chunk_runner import Runner
from service.jobs.worker.recovery import Watch
from tests.service.jobs.sweep_requests import briefs, hand_in
from tests.service.jobs.workers import config_of


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(config_of(tmp_path))


def unsent(desk: Desk) -> Job:
    """A job that no message tells of."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("service.jobs.job_service.send_chunks", lambda *_: None)
        return hand_in(desk, briefs(4))


class Full(SqliteStore):
    """A store that has no room for rows."""

    def put_row(self, job_id: str, row: Row) -> bool:
        raise sqlite3.OperationalError("database or disk is full")


def test_a_row_that_could_not_be_kept_was_not_tried(tmp_path: Path, desk: Desk) -> None:
    """However often: it did not end its process."""
    job = unsent(desk)
    runner = Runner(
        store=Full(tmp_path / "jobs.sqlite"),
        make=design,
        guard=lambda _: nullcontext(),
        worker="a-worker",
        attempts=1,
        row_timeout_s=60,
        leaving=lambda: False,
    )
    for _ in range(3):
        with pytest.raises(sqlite3.OperationalError):
            runner.run(job.id, (0, 4))
    assert desk.store.begin_row(job.id, 0) == 1


def test_a_claim_that_could_not_be_released_is_let_go(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the worker that lives and knows what it is at; the rows are queued again at once."""
    monkeypatch.setattr("service.jobs.worker.recovery.YOUNG_S", 0)
    monkeypatch.setattr("service.jobs.worker.recovery.BEAT_S", 0)
    job = unsent(desk)
    watch = Watch(app=desk.engine, store=desk.store)
    for worker in ("mine", "another"):
        desk.store.beat(worker, 60)
    for start, worker in enumerate(("mine", "mine", "another")):
        until = time.time() + 900
        claim = Claim(start=start, stop=start + 1, worker=worker, until=until)
        desk.store.claim(job.id, claim)
    watch.look("mine", {(job.id, 1)})
    assert [claim.start for claim in desk.store.claims(job.id)] == [1, 2]
    assert watch.lost(job, {"mine", "another"}) == [0, 3]
    assert queue_depth(desk.engine) == 2
