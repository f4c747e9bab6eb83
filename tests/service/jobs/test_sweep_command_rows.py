"""``gan-designer sweep`` without a worker; tests store the rows: order, end, exit status."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from service.commands.sweep import follow_job
from service.jobs.job_service import JobService
from service.jobs.store.protocol import JobRow
from service.jobs.store.sqlite import SqliteStore
from service.settings.config import Config
from tests.service.jobs.run_command import SMALL, Command, put_row, start_command
from tests.wait import TIMEOUT_S


@pytest.fixture
def command_without_worker(tmp_path: Path) -> Command:
    """A command without a worker: tests store the rows."""
    return Command(tmp_path, GAN_DESIGNER_EMBEDDED_WORKER="false")


@pytest.mark.parametrize(
    ("members", "status"),
    [
        ({}, 0),
        ({"verdict": "refuted"}, 1),
        ({"verdict": "not_run"}, 3),
        ({"verdict": None, "problem": {"code": "no_chain"}}, 3),
    ],
    ids=["verified", "refuted", "not-run", "failed"],
)
def test_the_exit_status_is_the_worst_row(
    command_without_worker: Command, members: dict[str, object], status: int
) -> None:
    """Rows are printed in request order, whatever the order of their computation."""
    process, job_id = start_command(command_without_worker, *SMALL, "--json")
    for index in (3, 1, 0):
        put_row(command_without_worker, job_id, index)
    put_row(command_without_worker, job_id, 2, **members)
    out, err = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == status, err
    assert [json.loads(line)["index"] for line in out.splitlines()] == [0, 1, 2, 3]


def test_rows_are_printed_before_the_sweep_ends(command_without_worker: Command) -> None:
    """A row is printed once all rows before it are stored."""
    process, job_id = start_command(command_without_worker, *SMALL, "--json")
    assert process.stdout is not None
    put_row(command_without_worker, job_id, 1)
    put_row(command_without_worker, job_id, 0)
    assert [json.loads(process.stdout.readline())["index"] for _ in range(2)] == [0, 1]
    assert process.poll() is None
    process.kill()
    process.communicate()


def test_a_cancelled_sweep_is_not_resumed(command_without_worker: Command) -> None:
    """The same command starts a new job; only an interrupted job is resumed."""
    process, job_id = start_command(command_without_worker, *SMALL, "--output", "rows.jsonl")
    put_row(command_without_worker, job_id, 2)
    command_without_worker.store.cancel(job_id)
    _, err = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 3
    assert "the job was cancelled with 1 of 4 rows" in err
    assert [
        json.loads(line)["index"] for line in command_without_worker.lines("rows.jsonl.part")
    ] == [2]
    assert not (command_without_worker.folder / "rows.jsonl").exists()
    process, again = start_command(command_without_worker, *SMALL, "--output", "rows.jsonl")
    process.kill()
    process.communicate()
    process, once_more = start_command(command_without_worker, *SMALL, "--output", "rows.jsonl")
    process.kill()
    process.communicate()
    assert again == once_more != job_id


def test_rows_that_failed_by_accident_are_tried_again(command_without_worker: Command) -> None:
    """Rows that the brief itself makes impossible, such as ``no_chain``, are not."""
    ids = []
    for code in ("probe_failed", "no_chain", "unused"):
        process, job_id = start_command(
            command_without_worker, "--resolution", "8", "--latent-dim", "4"
        )
        ids.append(job_id)
        if process.poll() is None and len(ids) < 3:
            put_row(
                command_without_worker,
                job_id,
                0,
                verdict=None,
                problem={"code": code, "detail": "so it is"},
            )
        out, _ = process.communicate(timeout=TIMEOUT_S)
        assert process.returncode == 3
    assert ids[0] != ids[1] == ids[2]
    assert out.splitlines()[1].endswith(",no_chain,so it is")


def test_a_job_that_is_gone_is_reported(command_without_worker: Command) -> None:
    """As when it expires or the state folder is emptied."""
    process, _ = start_command(command_without_worker, *SMALL)
    with (
        closing(
            sqlite3.connect(command_without_worker.folder / ".gan-designer" / "jobs.sqlite")
        ) as db,
        db,
    ):
        db.execute("DELETE FROM jobs")
    _, err = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 3
    assert "no longer exists" in err


class FailsOnce:
    """A store whose first call fails."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        self._calls = 0

    def __getattr__(self, name: str) -> object:
        self._calls += 1
        if self._calls == 1:
            raise sqlite3.OperationalError("database is locked")
        return getattr(self._store, name)


def test_following_a_job_survives_an_unavailable_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It reports the store and the missing worker, and returns the rows all the same."""
    monkeypatch.setattr(follow_job, "NO_WORKER_NOTICE_S", 0.0)
    job_service = JobService(Config(state_folder=str(tmp_path)))
    request = {"designs": [{"resolution": 8, "latent_dim": 4}], "verify": "none"}
    job = follow_job.resume_or_submit(job_service, request)
    messages: list[str] = []

    def record_message(sentence: str) -> None:
        messages.append(sentence)
        if sentence == follow_job.NO_WORKER:
            job_service.store.put_row(job.id, JobRow(index=0, body='{"index": 0}', failed=False))

    store = FailsOnce(SqliteStore(tmp_path / "jobs.sqlite"))
    rows = list(
        follow_job.follow_rows(
            store, job, show_progress=lambda _: None, show_message=record_message
        )
    )
    assert rows == ['{"index": 0}']
    assert messages == [follow_job.NO_STORE, follow_job.NO_WORKER]


def test_a_file_is_the_same_sweep_in_any_order_of_its_fields(
    command_without_worker: Command,
) -> None:
    """Except for the fields of a grid, which order the rows; ``--verify`` overrides the file."""
    brief = {"resolution": 8, "latent_dim": 4, "base_channels": 4}
    texts = [
        json.dumps({"verify": "none", "designs": [brief]}),
        json.dumps({"designs": [dict(reversed(brief.items()))]}),
    ]
    ids = []
    for text in texts:
        (command_without_worker.folder / "request.json").write_text(text)
        process, job_id = start_command(command_without_worker, "request.json", "--verify", "none")
        process.kill()
        process.communicate()
        ids.append(job_id)
    assert ids[0] == ids[1]
    stored = json.loads(command_without_worker.ask("SELECT request FROM jobs")[0][0])
    assert stored["request"]["verify"] == "none"
