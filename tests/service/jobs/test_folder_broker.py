"""The folder of messages: each is whole and had once, whatever else the machine is going through."""

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
    make_engine,
    prepare_folders,
    queue_depth,
    send_chunks,
)
from service.jobs.broker.folder_transport import LOOK_EVERY_S
from service.jobs.job import Kind
from service.jobs.job_service import Desk
from tests.service.jobs.sweep_requests import OWNER, briefs, hand_in, wait_for_end
from tests.service.jobs.workers import config_of, working


@pytest.fixture
def engine(tmp_path: Path) -> Celery:
    """An engine with an empty folder."""
    config = config_of(tmp_path)
    prepare_folders(config)
    return make_engine(config)


def take_all(connection: Connection) -> list[int]:
    """The first row of every message that is had until there is none."""
    taken = []
    with connection.SimpleQueue(QUEUES[Kind.SWEEP]) as queue:
        while len(queue):
            try:
                message = queue.get(block=False)
            except queue.Empty:
                continue
            taken.append(message.payload[0][1])
            message.ack()
    return taken


def test_every_message_is_had_once(engine: Celery) -> None:
    """In the order in which they were sent, also by several at a time."""
    chunks = [(start, start + 1) for start in range(200)]
    send_chunks(engine, Kind.SWEEP, "a-job", chunks)
    with ThreadPoolExecutor(4) as takers:
        connections = [engine.connection_for_read() for _ in range(4)]
        parts = list(takers.map(take_all, connections))
    assert sorted(start for part in parts for start in part) == list(range(200))
    assert all(part == sorted(part) for part in parts)
    assert queue_depth(engine) == 0


def test_messages_stay_in_their_folder(engine: Celery, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's folder for passing things may be full, closed or on another disk."""
    monkeypatch.setattr(tempfile, "tempdir", "/proc/1/nowhere")
    send_chunks(engine, Kind.SWEEP, "a-job", [(0, 1), (1, 2)])
    with engine.connection_for_read() as connection:
        assert take_all(connection) == [0, 1]


def test_a_half_written_note_harms_nobody(engine: Celery, tmp_path: Path) -> None:
    """Kombu notes in a file which queue is whose: empty for the moment in which it is first written."""
    for name in QUEUES.values():
        (tmp_path / "broker" / "control" / f"{name}.exchange").touch()
    send_chunks(engine, Kind.SWEEP, "a-job", [(0, 1)])
    send_chunks(engine, Kind.DESIGN, "a-job", [(0, 1), (1, 2)])
    assert queue_depth(engine) == 3
    with engine.connection_for_read() as connection:
        assert take_all(connection) == [0]


@pytest.mark.slow
def test_messages_of_a_cancelled_job_go_at_once(tmp_path: Path) -> None:
    """A worker does not look for each anew: the next job waits far less. It is timed thrice."""
    messages, taken = 400, []
    desk = Desk(config_of(tmp_path))
    with working(tmp_path):
        for _ in range(3):
            cancelled = hand_in(desk, briefs(1))
            desk.cancel(cancelled.id, owner=OWNER)
            send_chunks(desk.engine, Kind.SWEEP, cancelled.id, [(0, 1)] * messages)
            start = time.monotonic()
            wait_for_end(desk, hand_in(desk, briefs(1)))
            taken.append(time.monotonic() - start)
    assert min(taken) < messages * LOOK_EVERY_S / 2
