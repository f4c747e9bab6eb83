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
from service.jobs.store.protocol import SKIP, Claim, JobRow, NewJob
from service.jobs.store.sqlite_connections import SqliteConnections

_COLUMNS = ", ".join(field.name for field in fields(Job))


class SqliteStore:
    """A ``JobStore`` in a file, with one connection per thread and process."""

    def __init__(self, file: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._connections = SqliteConnections(file)

    def create(self, new: NewJob) -> tuple[Job, str]:
        """The new job, or the stored one with the same idempotency token; and its fingerprint."""
        job = new.job
        with self._transaction() as db:
            self._drop_expired(db)
            if new.idempotency_token is not None and (
                stored := db.execute(
                    f"SELECT {_COLUMNS}, fingerprint FROM jobs WHERE wish = ?",
                    (new.idempotency_token,),
                ).fetchone()
            ):
                return _job(stored), str(stored["fingerprint"])
            retention_s = job.expires_at - job.created_at
            values = (job.id, job.owner, job.kind, job.state, job.total, job.created_at)
            more = (
                job.expires_at,
                retention_s,
                new.idempotency_token,
                new.fingerprint,
                new.request,
            )
            db.execute(
                "INSERT INTO jobs VALUES (?, ?, ?, ?, ?, 0, 0, ?, NULL, NULL, ?, ?, ?, ?, ?)",
                (*values, *more),
            )
        return job, new.fingerprint

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

    def begin_row(self, job_id: str, index: int) -> int:
        """Number of the attempt that begins; ``SKIP`` if the row is stored or the job has ended."""
        with self._transaction() as db:
            job = self.find(job_id)
            if job is None or job.state.ended or self.rows(job_id, index, index + 1):
                return SKIP
            db.execute(
                "UPDATE jobs SET state = ?, started_at = ? WHERE id = ? AND state = ?",
                (JobState.RUNNING, self._clock(), job_id, JobState.QUEUED),
            )
            (count,) = db.execute(
                "INSERT INTO attempts VALUES (?, ?, 1) ON CONFLICT"
                " DO UPDATE SET count = count + 1 RETURNING count",
                (job_id, index),
            ).fetchone()
        return int(count)

    def discard_attempt(self, job_id: str, index: int) -> None:
        """Do not count the last attempt: the row did not cause its failure."""
        with self._transaction() as db:
            db.execute(
                "UPDATE attempts SET count = count - 1 WHERE job = ? AND position = ?",
                (job_id, index),
            )

    def put_row(self, job_id: str, row: JobRow) -> bool:
        """Whether the row was stored; False if it already was or the job has ended."""
        with self._transaction() as db:
            job = self.find(job_id)
            if job is None or job.state.ended or self.rows(job_id, row.index, row.index + 1):
                return False
            done, failed = job.done + 1, job.failed + row.failed
            db.execute("INSERT INTO rows VALUES (?, ?, ?, ?)", (job_id, row.index, done, row.body))
            db.execute("UPDATE jobs SET done = ?, failed = ? WHERE id = ?", (done, failed, job_id))
            db.execute(
                "INSERT INTO ever VALUES (?, 1) ON CONFLICT DO UPDATE SET count = count + 1",
                ("failed" if row.failed else "made",),
            )
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

    def missing(self, job_id: str) -> list[int]:
        """The indices of the rows that are not stored."""
        job = self.find(job_id)
        if job is None:
            return []
        found = self._db.execute("SELECT position FROM rows WHERE job = ?", (job_id,))
        stored = {row["position"] for row in found}
        return [index for index in range(job.total) if index not in stored]

    def unfinished(self) -> list[Job]:
        """Every job that has not ended, the oldest first."""
        found = self._db.execute(
            f"SELECT {_COLUMNS} FROM jobs WHERE state IN (?, ?) AND expires_at > ?"
            " ORDER BY created_at",
            (JobState.QUEUED, JobState.RUNNING, self._clock()),
        )
        return [_job(row) for row in found.fetchall()]

    def claim(self, job_id: str, claim: Claim) -> None:
        """Record a worker's claim."""
        with self._transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO claims SELECT id, ?, ?, ?, ? FROM jobs WHERE id = ?",
                (claim.start, claim.stop, claim.worker, claim.until, job_id),
            )

    def release(self, job_id: str, start: int) -> None:
        """Delete the claim that begins with row ``start``."""
        with self._transaction() as db:
            db.execute("DELETE FROM claims WHERE job = ? AND start = ?", (job_id, start))

    def claims(self, job_id: str) -> Iterator[Claim]:
        """The recorded claims to rows of a job."""
        found = self._db.execute(
            "SELECT start, stop, worker, until FROM claims WHERE job = ?", (job_id,)
        )
        yield from [Claim(**dict(row)) for row in found.fetchall()]

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
        """Delete expired jobs and leases."""
        with self._transaction() as db:
            self._drop_expired(db)

    def _drop_expired(self, db: sqlite3.Connection) -> None:
        now = self._clock()
        db.execute("DELETE FROM jobs WHERE expires_at <= ?", (now,))
        db.execute("DELETE FROM leases WHERE until <= ?", (now,))

    def _end(self, db: sqlite3.Connection, job_id: str, state: JobState) -> None:
        now = self._clock()
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
