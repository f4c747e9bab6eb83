"""The folder broker: each message is complete and received once."""

from __future__ import annotations

import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from celery import Celery
from kombu import Connection

from service.jobs.broker.celery_app import (
    QUEUES,
    create_celery_app,
    prepare_folders,
    queue_depth,
    send_chunks,
)
from service.jobs.broker.folder_transport import QUEUE_POLL_S
from service.jobs.job import JobKind
from service.jobs.job_service import JobService
from tests.service.jobs.sweep_requests import OWNER, briefs, submit_designs, wait_for_end
from tests.service.jobs.workers import config_of, running_worker


@pytest.fixture
def celery_app(tmp_path: Path) -> Celery:
    """A Celery application with an empty folder."""
    config = config_of(tmp_path)
    prepare_folders(config)
    return create_celery_app(config)


def receive_all(connection: Connection) -> list[int]:
    """The first row of each message, until the queue is empty."""
    taken = []
    with connection.SimpleQueue(QUEUES[JobKind.SWEEP]) as queue:
        while len(queue):
            try:
                message = queue.get(block=False)
            except queue.Empty:
                continue
            taken.append(message.payload[0][1])
            message.ack()
    return taken


def test_every_message_is_received_once(celery_app: Celery) -> None:
    """In the order of sending, also by concurrent receivers."""
    chunks = [(start, start + 1) for start in range(200)]
    send_chunks(celery_app, JobKind.SWEEP, "a-job", chunks)
    with ThreadPoolExecutor(4) as threads:
        connections = [celery_app.connection_for_read() for _ in range(4)]
        parts = list(threads.map(receive_all, connections))
    assert sorted(start for part in parts for start in part) == list(range(200))
    assert all(part == sorted(part) for part in parts)
    assert queue_depth(celery_app) == 0


def test_messages_stay_in_their_folder(celery_app: Celery, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's temporary folder may be full, read-only or on another disk."""
    monkeypatch.setattr(tempfile, "tempdir", "/proc/1/nowhere")
    send_chunks(celery_app, JobKind.SWEEP, "a-job", [(0, 1), (1, 2)])
    with celery_app.connection_for_read() as connection:
        assert receive_all(connection) == [0, 1]


def test_an_empty_exchange_file_is_ignored(celery_app: Celery, tmp_path: Path) -> None:
    """Kombu stores bindings in this file, which is empty for a moment when it is first written."""
    for name in QUEUES.values():
        (tmp_path / "broker" / "control" / f"{name}.exchange").touch()
    send_chunks(celery_app, JobKind.SWEEP, "a-job", [(0, 1)])
    send_chunks(celery_app, JobKind.DESIGN, "a-job", [(0, 1), (1, 2)])
    assert queue_depth(celery_app) == 3
    with celery_app.connection_for_read() as connection:
        assert receive_all(connection) == [0]


@pytest.mark.slow
def test_messages_of_a_cancelled_job_are_dropped_at_once(tmp_path: Path) -> None:
    """Without a poll per message, so that the next job waits far less; the best of three times."""
    messages, taken = 400, []
    job_service = JobService(config_of(tmp_path))
    with running_worker(tmp_path):
        for _ in range(3):
            cancelled = submit_designs(job_service, briefs(1))
            job_service.cancel(cancelled.id, owner=OWNER)
            send_chunks(job_service.celery_app, JobKind.SWEEP, cancelled.id, [(0, 1)] * messages)
            start = time.monotonic()
            wait_for_end(job_service, submit_designs(job_service, briefs(1)))
            taken.append(time.monotonic() - start)
    assert min(taken) < messages * QUEUE_POLL_S / 2
