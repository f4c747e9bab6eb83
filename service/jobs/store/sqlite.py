"""Job store in one SQLite file, for the processes of one machine."""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

from service.jobs.job import Job, JobKind, JobState, final_state
from service.jobs.store import sqlite_turns as turns
from service.jobs.store.protocol import Claim, JobRow, NewJob, RowLimitReached
from service.jobs.store.sqlite_connections import SqliteConnections

_COLUMNS = ", ".join(field.name for field in fields(Job))


class SqliteStore:
    """A ``JobStore`` in a file, with one connection per thread and process."""

    def __init__(self, file: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._connections = SqliteConnections(file)

    def create(self, new: NewJob, *, max_client_rows: int) -> tuple[Job, str]:
        """The new job, or the stored one with the same idempotency token; and its fingerprint."""
        with self._transaction() as db:
            self._drop_expired(db)
            if new.idempotency_token is not None and (
                stored := db.execute(
                    f"SELECT {_COLUMNS}, fingerprint FROM jobs WHERE wish = ?",
                    (new.idempotency_token,),
                ).fetchone()
            ):
                return _job(stored), str(stored["fingerprint"])
            queued = turns.client_rows(db, new.client)
            if queued + new.job.total > max_client_rows:
                raise RowLimitReached(queued)
            self._insert(db, new)
        return new.job, new.fingerprint

    def _insert(self, db: sqlite3.Connection, new: NewJob) -> None:
        job = new.job
        values = (job.id, job.owner, job.kind, job.state, job.total, job.created_at)
        retention_s = job.expires_at - job.created_at
        more = (job.expires_at, retention_s, new.idempotency_token, new.fingerprint, new.request)
        db.execute(
            "INSERT INTO jobs VALUES (?, ?, ?, ?, ?, 0, 0, ?, NULL, NULL, ?, ?, ?, ?, ?)",
            (*values, *more),
        )
        turns.add_job(db, job.id, client=new.client)

    def find(self, job_id: str) -> Job | None:
        """The job; None if there is none or it has expired."""
        found = self._db.execute(
            f"SELECT {_COLUMNS} FROM jobs WHERE id = ? AND expires_at > ?", (job_id, self._clock())
        ).fetchone()
        return None if found is None else _job(found)

    def request(self, job_id: str) -> str | None:
        """The job's request as JSON text; None if there is no such job."""
        found = self._db.execute("SELECT request FROM jobs WHERE id = ?", (job_id,)).fetchone()
        return None if found is None else str(found["request"])

    def claim_row(self, worker: str, message: str) -> Claim | None:
        """A claim to the first due row of the job whose turn it is; None if no row is due."""
        with self._transaction() as db:
            while (due := turns.take_row(db, self._clock())) is not None:
                if self.rows(due.job_id, due.index, due.index + 1):
                    continue
                attempt = self._begin_row(db, due)
                values = (due.job_id, due.index, attempt, worker, message)
                db.execute("INSERT INTO row_claims VALUES (?, ?, ?, ?, ?)", values)
                return Claim(
                    job_id=due.job_id,
                    index=due.index,
                    attempt=attempt,
                    worker=worker,
                    message=message,
                )
        return None

    def _begin_row(self, db: sqlite3.Connection, due: turns.DueRow) -> int:
        """Number of the attempt that begins."""
        turns.move_to_end(db, due.job_id)
        db.execute(
            "UPDATE jobs SET state = ?, started_at = ? WHERE id = ? AND state = ?",
            (JobState.RUNNING, self._clock(), due.job_id, JobState.QUEUED),
        )
        (count,) = db.execute(
            "INSERT INTO attempts VALUES (?, ?, 1) ON CONFLICT"
            " DO UPDATE SET count = count + 1 RETURNING count",
            (due.job_id, due.index),
        ).fetchone()
        return int(count)

    def release(self, claim: Claim, *, count_attempt: bool) -> None:
        """Make a row due again, unless the claim to it has ended; its attempt counts if it failed."""
        row = (claim.job_id, claim.index)
        with self._transaction() as db:
            ended = db.execute(
                "DELETE FROM row_claims WHERE job = ? AND position = ? AND attempt = ?"
                " AND worker = ? AND message = ?",
                (*row, claim.attempt, claim.worker, claim.message),
            )
            if ended.rowcount == 0:
                return
            if not count_attempt:
                db.execute(
                    "UPDATE attempts SET count = count - 1 WHERE job = ? AND position = ?", row
                )
            turns.release_row(db, *row)

    def put_row(self, job_id: str, row: JobRow) -> bool:
        """Whether the row was stored; False if it already was or the job has ended."""
        with self._transaction() as db:
            db.execute("DELETE FROM row_claims WHERE job = ? AND position = ?", (job_id, row.index))
            job = self.find(job_id)
            if job is None or job.state.ended or self.rows(job_id, row.index, row.index + 1):
                return False
            done, failed = job.done + 1, job.failed + row.failed
            db.execute("INSERT INTO rows VALUES (?, ?, ?, ?)", (job_id, row.index, done, row.body))
            db.execute("UPDATE jobs SET done = ?, failed = ? WHERE id = ?", (done, failed, job_id))
            turns.count_up(db, "failed" if row.failed else "made")
            turns.move_to_end(db, job_id)
            if done == job.total:
                self._end(db, job_id, final_state(job.kind, failed=failed))
        return True

    def cancel(self, job_id: str) -> None:
        """End the job with its current rows; no effect if it has ended."""
        with self._transaction() as db:
            self._end(db, job_id, JobState.CANCELLED)

    def rows(self, job_id: str, start: int, stop: int) -> list[str]:
        """The stored rows from index ``start`` up to ``stop``, in order."""
        return self._bodies(
            "SELECT body FROM rows WHERE job = ? AND position >= ? AND position < ?"
            " ORDER BY position",
            (job_id, start, stop),
        )

    def rows_since(self, job_id: str, sequence: int, limit: int) -> list[str]:
        """Up to ``limit`` rows after the first ``sequence`` ones, in order of arrival."""
        return self._bodies(
            "SELECT body FROM rows WHERE job = ? AND sequence > ? ORDER BY sequence LIMIT ?",
            (job_id, sequence, limit),
        )

    def unfinished(self) -> list[Job]:
        """Every job that has not ended."""
        found = self._db.execute(
            f"SELECT {_COLUMNS} FROM jobs WHERE state IN (?, ?) AND expires_at > ?",
            (JobState.QUEUED, JobState.RUNNING, self._clock()),
        )
        return [_job(row) for row in found.fetchall()]

    def claims(self) -> list[Claim]:
        """The claims of all workers, also to rows of jobs that were cancelled meanwhile."""
        query = (
            'SELECT job AS job_id, position AS "index", attempt, worker, message FROM row_claims'
        )
        return [Claim(**dict(row)) for row in self._db.execute(query).fetchall()]

    def record_heartbeat(self, worker: str, lease_s: float) -> None:
        """Count a worker as running for ``lease_s`` seconds."""
        self.acquire_slot("workers", worker, limit=sys.maxsize, lease_s=lease_s)

    def remove_worker(self, worker: str) -> None:
        """Count a worker as stopped."""
        self.release_slot("workers", worker)

    def workers(self) -> set[str]:
        """The names of the running workers."""
        found = self._db.execute(
            "SELECT holder FROM leases WHERE room = ? AND until > ?", ("workers", self._clock())
        )
        return {str(row["holder"]) for row in found.fetchall()}

    def try_lock(self, name: str, seconds: float) -> bool:
        """Whether this caller gets the named lock; only one does within ``seconds``.

        A lease that ends later than a new one was taken before the clock was set back, and is void.
        """
        with self._transaction() as db:
            now = self._clock()
            taken = db.execute(
                "INSERT INTO leases VALUES ('turns', ?, ?) ON CONFLICT"
                " DO UPDATE SET until = excluded.until WHERE until <= ? OR until > excluded.until",
                (name, now + seconds, now),
            )
            return taken.rowcount == 1

    def acquire_slot(self, client: str, listener: str, *, limit: int, lease_s: float) -> bool:
        """Whether a listener has one of its client's ``limit`` slots, for ``lease_s`` seconds."""
        with self._transaction() as db:
            now = self._clock()
            (others,) = db.execute(
                "SELECT COUNT(*) FROM leases WHERE room = ? AND holder != ? AND until > ?",
                (client, listener, now),
            ).fetchone()
            if others >= limit:
                return False
            db.execute(
                "INSERT OR REPLACE INTO leases VALUES (?, ?, ?)", (client, listener, now + lease_s)
            )
        return True

    def release_slot(self, client: str, listener: str) -> None:
        """Free a listener's slot."""
        with self._transaction() as db:
            db.execute("DELETE FROM leases WHERE room = ? AND holder = ?", (client, listener))

    def row_totals(self) -> dict[str, int]:
        """Numbers of rows ever stored, ``made`` and ``failed``; they never decrease."""
        counts = dict(map(tuple, self._db.execute("SELECT outcome, count FROM ever").fetchall()))
        return {name: counts.get(name, 0) for name in ("made", "failed")}

    def delete_expired(self) -> None:
        """Delete expired jobs and leases; give a turn to jobs that an earlier release created."""
        with self._transaction() as db:
            self._drop_expired(db)
            turns.add_earlier_jobs(db)

    def _drop_expired(self, db: sqlite3.Connection) -> None:
        now = self._clock()
        db.execute("DELETE FROM jobs WHERE expires_at <= ?", (now,))
        db.execute("DELETE FROM leases WHERE until <= ?", (now,))

    def _end(self, db: sqlite3.Connection, job_id: str, state: JobState) -> None:
        now = self._clock()
        turns.remove_job(db, job_id)
        db.execute(
            "UPDATE jobs SET state = ?, finished_at = ?, expires_at = ? + retention_s"
            " WHERE id = ? AND state IN (?, ?)",
            (state, now, now, job_id, JobState.QUEUED, JobState.RUNNING),
        )

    def _bodies(self, query: str, values: tuple[object, ...]) -> list[str]:
        return [str(row["body"]) for row in self._db.execute(query, values).fetchall()]

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """A write transaction from its start: two that read before they write block each other."""
        db = self._db
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
        except BaseException:
            db.execute("ROLLBACK")
            raise
        db.execute("COMMIT")

    @property
    def _db(self) -> sqlite3.Connection:
        return self._connections.current()


def _job(row: sqlite3.Row) -> Job:
    values = {field.name: row[field.name] for field in fields(Job)}
    return Job(**{**values, "kind": JobKind(values["kind"]), "state": JobState(values["state"])})
