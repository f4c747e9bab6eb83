"""Job store in Redis, for many machines."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, fields, replace
from typing import Any

from redis import Redis
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError, TimeoutError
from redis.retry import Retry

from service.jobs.job import Job, JobKind, JobState, final_state, format_timestamp
from service.jobs.store.protocol import Claim, JobRow, NewJob, RowLimitReached
from service.jobs.store.redis_scripts import (
    ACQUIRE_SLOT,
    CLAIM_ROW,
    CREATE,
    END_JOB,
    PUT_ROW,
    RELEASE,
)

JOB_KEY_PREFIX = "gan-designer:job:"

ATTEMPT_TIMEOUT_S = 5.0
"""Maximum seconds of one attempt to connect or to run a command."""

_UNFINISHED = "gan-designer:unfinished"
_EXPIRIES = "gan-designer:expiries"
_WORKERS = "gan-designer:workers"
_CLAIMS = "gan-designer:claims"
_CLIENT_PREFIX = "gan-designer:client:"
_KEY_SUFFIXES = ("", ":request", ":rows", ":order", ":attempts", ":released")
_TURNS_PER_CALL = 100
_FLOAT_FIELDS = {"created_at", "expires_at", "started_at", "finished_at"}
_INT_FIELDS = {"total", "done", "failed"}


def connect(url: str, *, timeout_s: float) -> Redis:
    """A client that retries for about ``timeout_s`` seconds while Redis is unavailable.

    With a ``timeout_s`` up to ``ATTEMPT_TIMEOUT_S``, timeouts are not retried: connection attempts
    nest within command attempts, and the caller's thread is blocked for all of them.
    """
    hangs = (TimeoutError,) if timeout_s > ATTEMPT_TIMEOUT_S else ()
    return Redis.from_url(
        url,
        decode_responses=True,
        socket_timeout=min(timeout_s, ATTEMPT_TIMEOUT_S),
        socket_connect_timeout=min(timeout_s, ATTEMPT_TIMEOUT_S),
        health_check_interval=15,
        retry=Retry(
            ExponentialBackoff(cap=0.5, base=0.05),
            max(int(timeout_s * 2), 1),
            supported_errors=(ConnectionError, *hangs),
        ),
    )


class RedisStore:
    """A ``JobStore`` in Redis; safe with threads and after a fork."""

    def __init__(
        self, url: str, *, timeout_s: float, clock: Callable[[], float] = time.time
    ) -> None:
        self._redis = connect(url, timeout_s=timeout_s)
        self._clock = clock
        scripts = {"create": CREATE, "claim": CLAIM_ROW, "put": PUT_ROW, "end": END_JOB}
        scripts |= {"release": RELEASE, "acquire": ACQUIRE_SLOT}
        self._scripts = {name: self._redis.register_script(t) for name, t in scripts.items()}

    def create(self, new: NewJob, *, max_client_rows: int) -> tuple[Job, str]:
        """The new job, or the stored one with the same idempotency token; and its fingerprint."""
        job = new.job
        token_key = (
            "" if new.idempotency_token is None else f"gan-designer:wish:{new.idempotency_token}"
        )
        more = {
            "client": new.client,
            "fingerprint": new.fingerprint,
            "retention_s": job.expires_at - job.created_at,
            "wish": token_key,
        }
        values = {name: value for name, value in (asdict(job) | more).items() if value is not None}
        pairs = json.dumps([str(word) for pair in values.items() for word in pair])
        keys = [
            JOB_KEY_PREFIX + job.id,
            f"{JOB_KEY_PREFIX}{job.id}:request",
            _UNFINISHED,
            _EXPIRIES,
            token_key,
            _CLIENT_PREFIX + new.client,
        ]
        args: list[Any] = [pairs, new.request, job.id, JOB_KEY_PREFIX, self._clock()]
        args += [job.total, max_client_rows]
        stored_id, queued = self._scripts["create"](keys=keys, args=args)
        if not stored_id:
            raise RowLimitReached(int(queued))
        found = self.find(stored_id)
        assert found is not None, "a job that was just created"
        return found, str(self._redis.hget(JOB_KEY_PREFIX + stored_id, "fingerprint"))

    def find(self, job_id: str) -> Job | None:
        """The job; None if there is none or it has expired."""
        found: dict[str, str] = self._redis.hgetall(JOB_KEY_PREFIX + job_id)  # type: ignore[assignment]
        job = _job(found)
        return None if job is None or job.expires_at <= self._clock() else job

    def request(self, job_id: str) -> str | None:
        """The job's request as JSON text; None if there is no such job."""
        found = self._redis.get(f"{JOB_KEY_PREFIX}{job_id}:request")
        return None if found is None else str(found)

    def claim_row(self, worker: str, message: str) -> Claim | None:
        """A claim to the first due row of the job whose turn it is; None if no row is due."""
        args: list[Any] = [JOB_KEY_PREFIX, self._clock(), _holder(worker, message)]
        while found := self._scripts["claim"](keys=[_UNFINISHED], args=args):
            job_id, index, attempt = found
            if self.find(job_id) is not None:
                return Claim(
                    job_id=job_id,
                    index=int(index),
                    attempt=int(attempt),
                    worker=worker,
                    message=message,
                )
            self._redis.zrem(_UNFINISHED, job_id)  # it has expired, or a foreign write spoiled it
            self._redis.hdel(_CLAIMS, f"{job_id}:{index}")
        return None

    def release(self, claim: Claim, *, count_attempt: bool) -> None:
        """Make a row due again, unless the claim to it has ended; its attempt counts if it failed."""
        value = f"{claim.attempt} {_holder(claim.worker, claim.message)}"
        args: list[Any] = [claim.job_id, claim.index, value, 0 if count_attempt else -1]
        self._scripts["release"](keys=_keys(claim.job_id), args=args)

    def put_row(self, job_id: str, row: JobRow) -> bool:
        """Whether the row was stored; False if it already was or the job has ended."""
        job = self.find(job_id)
        if job is None:
            return False
        ends: list[Any] = [str(final_state(job.kind, failed=failed)) for failed in (0, 1)]
        values: list[Any] = [row.index, row.body, int(row.failed), *ends, self._clock(), job_id]
        return bool(self._scripts["put"](keys=_keys(job_id), args=values))

    def cancel(self, job_id: str) -> None:
        """End the job with its current rows; no effect if it has ended."""
        values: list[Any] = [str(JobState.CANCELLED), self._clock(), job_id]
        self._scripts["end"](keys=_keys(job_id), args=values)

    def rows(self, job_id: str, start: int, stop: int) -> list[str]:
        """The stored rows from index ``start`` up to ``stop``, in order."""
        return self._bodies(job_id, [str(index) for index in range(start, stop)])

    def rows_since(self, job_id: str, sequence: int, limit: int) -> list[str]:
        """Up to ``limit`` rows after the first ``sequence`` ones, in order of arrival."""
        key = f"{JOB_KEY_PREFIX}{job_id}:order"
        indices: Any = self._redis.lrange(key, sequence, sequence + limit - 1)
        return self._bodies(job_id, indices)

    def unfinished(self) -> list[Job]:
        """Every job that has not ended."""
        ids: Any = self._redis.zrange(_UNFINISHED, 0, -1)
        found = [self.find(job_id) for job_id in ids]
        return [job for job in found if job is not None and not job.state.ended]

    def claims(self) -> list[Claim]:
        """The claims of all workers, also to rows of jobs that were cancelled meanwhile."""
        stored: Any = self._redis.hgetall(_CLAIMS)
        return [_claim(row, value) for row, value in stored.items()]

    def record_heartbeat(self, worker: str, lease_s: float) -> None:
        """Count a worker as running for ``lease_s`` seconds."""
        self._acquire(_WORKERS, worker, limit=sys.maxsize, lease_s=lease_s)

    def remove_worker(self, worker: str) -> None:
        """Count a worker as stopped."""
        self._redis.zrem(_WORKERS, worker)

    def workers(self) -> set[str]:
        """The names of the running workers."""
        alive: Any = self._redis.zrangebyscore(_WORKERS, f"({self._clock()}", "+inf")
        return set(alive)

    def try_lock(self, name: str, seconds: float) -> bool:
        """Whether this caller gets the named lock; only one does within ``seconds``."""
        key = f"gan-designer:turn:{name}"
        return bool(self._redis.set(key, "taken", nx=True, px=int(seconds * 1000)))

    def acquire_slot(self, client: str, listener: str, *, limit: int, lease_s: float) -> bool:
        """Whether a listener has one of its client's ``limit`` slots, for ``lease_s`` seconds."""
        return self._acquire(
            f"gan-designer:listeners:{client}", listener, limit=limit, lease_s=lease_s
        )

    def release_slot(self, client: str, listener: str) -> None:
        """Free a listener's slot."""
        self._redis.zrem(f"gan-designer:listeners:{client}", listener)

    def row_totals(self) -> dict[str, int]:
        """Numbers of rows ever stored, ``made`` and ``failed``; they never decrease."""
        counts: Any = self._redis.hgetall("gan-designer:rows")
        return {name: int(counts.get(name, 0)) for name in ("made", "failed")}

    def delete_expired(self) -> None:
        """Delete expired jobs."""
        expired: Any = self._redis.zrangebyscore(_EXPIRIES, "-inf", self._clock())
        for job_id in expired:
            token_key = str(self._redis.hget(JOB_KEY_PREFIX + job_id, "wish") or "")
            client = str(self._redis.hget(JOB_KEY_PREFIX + job_id, "client") or "")
            own = [token_key] if token_key and self._redis.get(token_key) == job_id else []
            with self._redis.pipeline() as pipe:
                pipe.unlink(*(f"{JOB_KEY_PREFIX}{job_id}{part}" for part in _KEY_SUFFIXES), *own)
                pipe.zrem(_UNFINISHED, job_id)
                pipe.zrem(_EXPIRIES, job_id)
                pipe.srem(_CLIENT_PREFIX + client, job_id)
                pipe.execute()

    def _acquire(self, key: str, holder: str, *, limit: int, lease_s: float) -> bool:
        now = self._clock()
        return bool(self._scripts["acquire"](keys=[key], args=[holder, now, now + lease_s, limit]))

    def _bodies(self, job_id: str, indices: list[str]) -> list[str]:
        if not indices:
            return []
        bodies: Any = self._redis.hmget(f"{JOB_KEY_PREFIX}{job_id}:rows", indices)
        return [body for body in bodies if body is not None]


def _keys(job_id: str) -> list[str]:
    """The keys of a job, in the order that the scripts expect."""
    job, *others = (f"{JOB_KEY_PREFIX}{job_id}{part}" for part in _KEY_SUFFIXES)
    return [job, _UNFINISHED, _EXPIRIES, *others]


def _holder(worker: str, message: str) -> str:
    return json.dumps([worker, message])


def _claim(row: str, value: str) -> Claim:
    """The claim that is stored under ``ID:index``: its attempt, then its worker and message."""
    job_id, _, index = row.rpartition(":")
    attempt, _, holder = value.partition(" ")
    worker, message = json.loads(holder)
    return Claim(
        job_id=job_id, index=int(index), attempt=int(attempt), worker=worker, message=message
    )


def _job(found: dict[str, str]) -> Job | None:
    """The job with these fields; None if they are missing or invalid, as after a foreign write."""
    values: dict[str, Any] = {f.name: found[f.name] for f in fields(Job) if f.name in found}
    try:
        values |= {name: float(text) for name, text in values.items() if name in _FLOAT_FIELDS}
        values |= {name: int(text) for name, text in values.items() if name in _INT_FIELDS}
        job = Job(**values)
        for seconds in (job.created_at, job.expires_at, job.started_at, job.finished_at):
            format_timestamp(seconds)
        return replace(job, kind=JobKind(values["kind"]), state=JobState(values["state"]))
    except (AssertionError, KeyError, OverflowError, TypeError, ValueError, OSError):
        return None
