"""The folder broker: each message is complete and received once."""

from __future__ import annotations

import json
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from celery import Celery
from kombu import Connection

from service.jobs.broker.celery_app import (
    QUEUE,
    create_celery_app,
    prepare_folders,
    queue_depth,
    send_message,
)
from service.jobs.broker.folder_transport import QUEUE_POLL_S
from service.jobs.job_service import JobService
from tests.service.jobs.workers import config_of, running_worker
from tests.wait import wait_until


@pytest.fixture
def celery_app(tmp_path: Path) -> Celery:
    """A Celery application with an empty folder."""
    config = config_of(tmp_path)
    prepare_folders(config)
    return create_celery_app(config)


def sent_ids(folder: Path) -> list[str]:
    """The ids of the messages in the order of sending, which is that of their files."""
    files = sorted((folder / "broker" / "queue").glob("*.msg"))
    return [json.loads(file.read_text())["headers"]["id"] for file in files]


def receive_all(connection: Connection) -> list[str]:
    """The id of each message, until the queue is empty."""
    taken = []
    with connection.SimpleQueue(QUEUE) as queue:
        while len(queue):
            try:
                message = queue.get(block=False)
            except queue.Empty:
                continue
            taken.append(message.headers["id"])
            message.ack()
    return taken


def test_every_message_is_received_once(celery_app: Celery, tmp_path: Path) -> None:
    """In the order of sending, also by concurrent receivers."""
    for _ in range(200):
        send_message(celery_app)
    sent = sent_ids(tmp_path)
    with ThreadPoolExecutor(4) as threads:
        connections = [celery_app.connection_for_read() for _ in range(4)]
        parts = list(threads.map(receive_all, connections))
    assert sorted(each for part in parts for each in part) == sorted(set(sent))
    assert len(sent) == 200
    assert all(part == sorted(part, key=sent.index) for part in parts)
    assert queue_depth(celery_app) == 0


def test_messages_stay_in_their_folder(
    celery_app: Celery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system's temporary folder may be full, read-only or on another disk."""
    monkeypatch.setattr(tempfile, "tempdir", "/proc/1/nowhere")
    for _ in range(2):
        send_message(celery_app)
    sent = sent_ids(tmp_path)
    with celery_app.connection_for_read() as connection:
        assert receive_all(connection) == sent


def test_an_empty_exchange_file_is_ignored(celery_app: Celery, tmp_path: Path) -> None:
    """Kombu stores bindings in this file, which is empty for a moment when it is first written."""
    (tmp_path / "broker" / "control" / f"{QUEUE}.exchange").touch()
    send_message(celery_app)
    sent = sent_ids(tmp_path)
    with celery_app.connection_for_read() as connection:
        assert receive_all(connection) == sent


@pytest.mark.slow
def test_messages_without_due_rows_are_dropped_at_once(tmp_path: Path) -> None:
    """Without a poll per message, so that a job after them waits far less: the best of three times."""
    messages, taken = 400, []
    job_service = JobService(config_of(tmp_path))
    with running_worker(tmp_path):
        for _ in range(3):
            wait_until(lambda: queue_depth(job_service.celery_app) == 0, what="an empty queue")
            start = time.monotonic()
            for _ in range(messages):
                send_message(job_service.celery_app)
            wait_until(lambda: queue_depth(job_service.celery_app) == 0, what="an empty queue")
            taken.append(time.monotonic() - start)
    assert min(taken) < messages * QUEUE_POLL_S / 2
