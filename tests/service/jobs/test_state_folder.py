"""A removed, corrupted or full state folder does not stop the service."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from service.app import create_app
from service.jobs.job import Job
from service.jobs.store.sqlite import SqliteStore
from service.settings.config import Config
from tests.service.jobs.conftest import Clock
from tests.service.jobs.test_store import create_job, new_job

BODY = {"designs": [{"resolution": 8, "latent_dim": 2}], "verify": "none"}


def test_every_thread_recreates_a_removed_state_folder(tmp_path: Path, clock: Clock) -> None:
    """A thread that kept the deleted file open would see other jobs than the rest."""
    state = tmp_path / "state"
    store, new = SqliteStore(state / "jobs.sqlite", clock=clock), new_job(clock, total=1)
    with ThreadPoolExecutor(4) as old_threads, ThreadPoolExecutor(4) as new_threads:

        def ask_all(pool: ThreadPoolExecutor, job_id: str) -> list[Job | None]:
            return list(pool.map(store.find, [job_id] * 40))

        before = create_job(store, new_job(clock, total=1))
        assert all(ask_all(old_threads, before.id))
        shutil.rmtree(state)
        assert not any(ask_all(old_threads, before.id))
        create_job(store, new)
        assert all(ask_all(old_threads, new.job.id))
        assert all(ask_all(new_threads, new.job.id))


def test_only_the_owner_reads_a_new_state_folder(tmp_path: Path, clock: Clock) -> None:
    """It contains the requests of all clients."""
    state = tmp_path / "state"
    create_job(SqliteStore(state / "jobs.sqlite", clock=clock), new_job(clock, total=1))
    assert stat.S_IMODE(state.stat().st_mode) == stat.S_IRWXU


def test_a_clock_set_back_holds_no_lock_for_long(tmp_path: Path, clock: Clock) -> None:
    """The recovery lock is free again after at most its own duration."""
    store = SqliteStore(tmp_path / "jobs.sqlite", clock=clock)
    assert store.try_lock("watch", 5)
    clock.now += 1
    assert not store.try_lock("watch", 5)
    clock.now -= 3600
    assert store.try_lock("watch", 5)
    assert not store.try_lock("watch", 5)


def spoil_all(file: Path) -> None:
    """The file is no database."""
    file.write_bytes(b"no database" * 1000)


def spoil_pages(file: Path) -> None:
    """The head and the schema are intact, every other page is not."""
    content = file.read_bytes()
    file.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))


@pytest.mark.parametrize("spoil", [spoil_all, spoil_pages])
@pytest.mark.parametrize("in_use", [False, True])
def test_a_damaged_job_store_is_set_aside_for_a_new_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, spoil: Callable[[Path], None], in_use: bool
) -> None:
    """Sweeps are accepted again; a log line says where the damaged file lies, unchanged."""
    file = tmp_path / "jobs.sqlite"
    client = create_app(Config(state_folder=str(tmp_path))).test_client()
    assert client.post("/v1/sweeps", json=BODY).status_code == 202
    with closing(sqlite3.connect(file)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    spoil(file)
    damaged = file.read_bytes()
    if not in_use:
        for suffix in ("-wal", "-shm"):
            Path(f"{file}{suffix}").unlink(missing_ok=True)
        client = create_app(Config(state_folder=str(tmp_path))).test_client()
    statuses = [client.post("/v1/sweeps", json=BODY).status_code for _ in range(3)]
    assert statuses[1:] == [202, 202]
    (aside,) = tmp_path.glob("jobs.sqlite.damaged-*Z")
    assert aside.read_bytes() == damaged
    assert str(aside) in caplog.text


def test_damage_in_the_middle_of_a_result_is_noticed(tmp_path: Path, clock: Clock) -> None:
    """The first rows are intact: a result reads on and finds the damage."""
    file = tmp_path / "jobs.sqlite"
    job = create_job(SqliteStore(file, clock=clock), new_job(clock, total=3000))
    with closing(sqlite3.connect(file)) as db:
        columns = [row[1] for row in db.execute("PRAGMA table_info(rows)")]
        values = {"job": job.id, "body": "x" * 40}
        with db:
            for place in range(2000):
                row = [values.get(name, place) for name in columns]
                db.execute(f"INSERT INTO rows VALUES ({','.join('?' * len(row))})", row)
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(file.read_bytes())
    start = len(content) // 2 // 4096 * 4096
    content[start : start + 8 * 4096] = b"\xff" * (8 * 4096)
    file.write_bytes(content)
    store = SqliteStore(file, clock=clock)
    with pytest.raises(sqlite3.DatabaseError):
        store.rows(job.id, 0, 3000)
    assert len([*tmp_path.glob("jobs.sqlite.damaged-*Z")]) == 1
    assert store.find(job.id) is None


def under_a_file(state: Path) -> None:
    """The folder cannot be created."""
    state.parent.mkdir()
    state.write_text("a file")


def no_broker(state: Path) -> None:
    """The broker's folder cannot be created."""
    state.mkdir(parents=True)
    (state / "broker").write_text("a file")


@pytest.mark.parametrize("make_unusable", [under_a_file, no_broker])
def test_an_unusable_state_folder_is_reported_and_stops_nothing_else(
    tmp_path: Path, make_unusable: Callable[[Path], None]
) -> None:
    """Sweeps are answered with 503; readiness and metrics report it."""
    state = tmp_path / "some" / "state"
    make_unusable(state)
    client = create_app(Config(state_folder=str(state))).test_client()
    refused = client.post("/v1/sweeps", json=BODY)
    assert (refused.status_code, (refused.json or {})["code"]) == (503, "jobs_unavailable")
    ready = client.get("/readyz").json or {}
    assert ready.get("parts", ready.get("facts", {}).get("parts"))["jobs"]["state"] == "degraded"
    assert "gan_designer_jobs_up 0.0" in client.get("/metrics").text


def test_a_queue_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    """As with a full disk."""
    app = create_app(Config(state_folder=str(tmp_path)))
    client = app.test_client()
    assert client.post("/v1/sweeps", json=BODY).status_code == 202
    queue = tmp_path / "broker" / "queue"
    shutil.rmtree(queue)
    queue.symlink_to("/proc/1/task")
    refused = client.post("/v1/sweeps", json=BODY)
    assert (refused.status_code, (refused.json or {})["code"]) == (503, "jobs_unavailable")
