"""Turns of jobs in the SQLite file: which row is due next. Calls are parts of a transaction."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from service.jobs.job import JobState

_NEXT_TURN = """
SELECT job, next, released FROM (
    SELECT job, turn, next, total, expires_at,
        (SELECT MIN(position) FROM released_rows WHERE released_rows.job = turns.job) AS released
    FROM turns JOIN jobs ON jobs.id = turns.job
) WHERE expires_at > ? AND (next < total OR released IS NOT NULL) ORDER BY turn LIMIT 1
"""
"""The job with due rows whose turn it is, and its first rows never claimed and released."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRow:
    """A row that is due."""

    job_id: str
    index: int


def add_job(db: sqlite3.Connection, job_id: str, *, client: str) -> None:
    """Put a new job at the end of the turns."""
    turn = count_up(db, "turns")
    db.execute("INSERT INTO turns VALUES (?, ?, ?, 0)", (job_id, client, turn))


def add_earlier_jobs(db: sqlite3.Connection) -> None:
    """Put the unfinished jobs that a release without turns created at their beginning."""
    db.execute(
        "INSERT OR IGNORE INTO turns SELECT id, owner, 0, 0 FROM jobs WHERE state IN (?, ?)",
        (JobState.QUEUED, JobState.RUNNING),
    )


def remove_job(db: sqlite3.Connection, job_id: str) -> None:
    """Remove a job that ends."""
    for table in ("turns", "released_rows"):
        db.execute(f"DELETE FROM {table} WHERE job = ?", (job_id,))


def move_to_end(db: sqlite3.Connection, job_id: str) -> None:
    """Put a job at the end of the turns."""
    turn = count_up(db, "turns")
    db.execute("UPDATE turns SET turn = ? WHERE job = ?", (turn, job_id))


def take_row(db: sqlite3.Connection, now: float) -> DueRow | None:
    """The first due row of the job whose turn it is, which is then not due any more.

    It may be stored already: by a worker that was taken for dead, or by a release without turns.
    """
    found = db.execute(_NEXT_TURN, (now,)).fetchone()
    if found is None:
        return None
    job_id, index, released = found
    if released is None:
        db.execute("UPDATE turns SET next = next + 1 WHERE job = ?", (job_id,))
        return DueRow(job_id=job_id, index=index)
    db.execute("DELETE FROM released_rows WHERE job = ? AND position = ?", (job_id, released))
    return DueRow(job_id=job_id, index=released)


def release_row(db: sqlite3.Connection, job_id: str, index: int) -> None:
    """Make a claimed row due again, unless its job has ended."""
    db.execute("INSERT INTO released_rows SELECT job, ? FROM turns WHERE job = ?", (index, job_id))


def client_rows(db: sqlite3.Connection, client: str) -> int:
    """Number of unfinished rows of a client."""
    query = "SELECT COALESCE(SUM(total - done), 0) FROM turns JOIN jobs ON jobs.id = turns.job"
    (count,) = db.execute(f"{query} WHERE client = ?", (client,)).fetchone()
    return int(count)


def count_up(db: sqlite3.Connection, outcome: str) -> int:
    """The counter of an outcome, increased by one."""
    (count,) = db.execute(
        "INSERT INTO ever VALUES (?, 1) ON CONFLICT DO UPDATE SET count = count + 1"
        " RETURNING count",
        (outcome,),
    ).fetchone()
    return int(count)
