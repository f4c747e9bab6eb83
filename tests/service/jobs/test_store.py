"""The contract of both stores: each row is stored once, in order, under concurrent writes."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.jobs.job import Job, JobKind, JobState, new_job_id
from service.jobs.store.protocol import Claim, JobRow, JobStore, NewJob
from service.jobs.store.redis import RedisStore
from tests.real_processes.redis import RedisServer
from tests.service.jobs.conftest import Clock

HOUR_S = 3600
MANY_ROWS = 100_000


def new_job(
    clock: Clock,
    *,
    total: int,
    kind: JobKind = JobKind.SWEEP,
    client: str = "a-client",
    idempotency_token: str | None = None,
    fingerprint: str = "a",
) -> NewJob:
    job = Job(
        id=new_job_id(),
        owner="anyone",
        kind=kind,
        state=JobState.QUEUED,
        total=total,
        created_at=clock.now,
        expires_at=clock.now + HOUR_S,
    )
    return NewJob(
        job=job,
        client=client,
        request='{"x":1}',
        idempotency_token=idempotency_token,
        fingerprint=fingerprint,
    )


def row(index: int, *, failed: bool = False) -> JobRow:
    return JobRow(index=index, body=f'{{"index":{index}}}', failed=failed)


def create_job(store: JobStore, new: NewJob) -> Job:
    job, _ = store.create(new, max_client_rows=MANY_ROWS)
    return job


def claim_row(store: JobStore, *, worker: str = "a-worker", message: str = "a-message") -> Claim:
    claim = store.claim_row(worker, message)
    assert claim is not None
    return claim


def find_job(store: JobStore, job: Job) -> Job:
    again = store.find(job.id)
    assert again is not None
    return again


def test_a_job_is_as_it_was_made(store: JobStore, clock: Clock) -> None:
    job = create_job(store, new_job(clock, total=3))
    assert find_job(store, job) == job
    assert store.request(job.id) == '{"x":1}'
    assert store.find("none") is None
    assert store.request("none") is None
    assert store.unfinished() == [job]


def test_a_job_goes_from_queued_over_running_to_its_end(store: JobStore, clock: Clock) -> None:
    """Its times are those of the first attempt and of the last row."""
    job = create_job(store, new_job(clock, total=2))
    clock.now += 1
    assert claim_row(store).attempt == 1
    running = find_job(store, job)
    assert (running.state, running.started_at) == (JobState.RUNNING, clock.now)
    store.put_row(job.id, row(0))
    clock.now += 1
    store.put_row(job.id, row(1, failed=True))
    ended = find_job(store, job)
    assert (ended.state, ended.done, ended.failed) == (JobState.SUCCEEDED, 2, 1)
    assert ended.finished_at == clock.now
    assert ended.expires_at == pytest.approx(clock.now + HOUR_S, abs=1)
    assert store.unfinished() == []


def test_a_job_of_one_design_fails_with_it(store: JobStore, clock: Clock) -> None:
    job = create_job(store, new_job(clock, total=1, kind=JobKind.DESIGN))
    store.put_row(job.id, row(0, failed=True))
    assert find_job(store, job).state is JobState.FAILED


def test_a_row_is_stored_once(store: JobStore, clock: Clock) -> None:
    """A second result for the same row changes nothing."""
    job = create_job(store, new_job(clock, total=2))
    assert store.put_row(job.id, row(1))
    assert not store.put_row(job.id, JobRow(index=1, body="another", failed=True))
    assert store.rows(job.id, 0, 2) == ['{"index":1}']
    assert (find_job(store, job).done, find_job(store, job).failed) == (1, 0)


def test_row_totals_outlive_their_jobs(store: JobStore, clock: Clock) -> None:
    """They include rows of deleted jobs; a row that is put twice counts once."""
    job = create_job(store, new_job(clock, total=4))
    for index, failed in ((0, False), (1, True), (2, True), (2, True)):
        store.put_row(job.id, row(index, failed=failed))
    clock.now += 10 * HOUR_S
    store.delete_expired()
    assert store.row_totals() == {"made": 1, "failed": 2}


def test_rows_come_in_request_order_and_in_order_of_arrival(store: JobStore, clock: Clock) -> None:
    job = create_job(store, new_job(clock, total=5))
    for index in (3, 0, 4):
        store.put_row(job.id, row(index))
    assert store.rows(job.id, 0, 5) == [row(index).body for index in (0, 3, 4)]
    assert store.rows(job.id, 1, 4) == [row(3).body]
    assert store.rows_since(job.id, 0, 2) == [row(3).body, row(0).body]
    assert store.rows_since(job.id, 2, 9) == [row(4).body]
    assert store.rows_since(job.id, 3, 9) == []


def test_a_cancelled_job_keeps_what_was_done_and_takes_no_more(
    store: JobStore, clock: Clock
) -> None:
    job = create_job(store, new_job(clock, total=3))
    store.put_row(job.id, row(0))
    store.cancel(job.id)
    first = find_job(store, job)
    clock.now += 1
    store.cancel(job.id)
    assert find_job(store, job) == first
    assert first.state is JobState.CANCELLED
    assert not store.put_row(job.id, row(1))
    assert store.claim_row("a-worker", "a-message") is None
    assert store.rows(job.id, 0, 3) == [row(0).body]


def test_an_ended_job_cannot_be_cancelled(store: JobStore, clock: Clock) -> None:
    job = create_job(store, new_job(clock, total=1))
    store.put_row(job.id, row(0))
    store.cancel(job.id)
    assert find_job(store, job).state is JobState.SUCCEEDED


def test_the_same_idempotency_token_gives_the_same_job(store: JobStore, clock: Clock) -> None:
    """With the fingerprint of its request, so that another request can be refused."""
    first = create_job(store, new_job(clock, total=3, idempotency_token="w"))
    store.put_row(first.id, row(0))
    again, fingerprint = store.create(
        new_job(clock, total=9, idempotency_token="w", fingerprint="b"), max_client_rows=3
    )
    assert (again.id, again.done, fingerprint) == (first.id, 1, "a")
    other = create_job(store, new_job(clock, total=3, idempotency_token="v"))
    assert other.id != first.id
    assert len(store.unfinished()) == 2


def test_concurrent_threads_put_every_row_once(store: JobStore, clock: Clock) -> None:
    """Eight threads put the same 60 rows in different orders: none is lost, none stored twice."""
    job = create_job(store, new_job(clock, total=60))

    def put_all(seed: int) -> int:
        indices = list(range(60))
        random.Random(seed).shuffle(indices)
        return sum(store.put_row(job.id, row(index)) for index in indices)

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(put_all, range(8))) == 60
    assert find_job(store, job).state is JobState.SUCCEEDED
    assert store.rows(job.id, 0, 60) == [row(index).body for index in range(60)]
    assert sorted(store.rows_since(job.id, 0, 99)) == sorted(store.rows(job.id, 0, 60))


def test_concurrent_threads_create_one_job_per_idempotency_token(
    store: JobStore, clock: Clock
) -> None:
    with ThreadPoolExecutor(8) as threads:
        jobs = threads.map(
            lambda _: create_job(store, new_job(clock, total=1, idempotency_token="w")), range(16)
        )
        assert len({job.id for job in jobs}) == 1


def test_an_expired_job_is_gone(store: JobStore, clock: Clock) -> None:
    """From the time in ``expires_at`` on; its idempotency token is free again."""
    job = create_job(store, new_job(clock, total=1, idempotency_token="w"))
    store.put_row(job.id, row(0))
    clock.now = find_job(store, job).expires_at
    assert store.find(job.id) is None
    again = create_job(store, new_job(clock, total=1, idempotency_token="w"))
    assert again.id != job.id
    clock.now += 2 * HOUR_S
    store.delete_expired()
    assert store.unfinished() == []
    assert store.request(again.id) is None


def test_an_idempotency_token_outlives_its_expired_job(store: JobStore, clock: Clock) -> None:
    """Reused before the first job was deleted, it still identifies the second job."""
    first = create_job(store, new_job(clock, total=1, idempotency_token="w"))
    clock.now += HOUR_S
    second = create_job(store, new_job(clock, total=1, idempotency_token="w"))
    assert second.id != first.id
    store.delete_expired()
    assert create_job(store, new_job(clock, total=1, idempotency_token="w")).id == second.id


def test_nothing_of_a_job_may_be_evicted(clock: Clock, shared_redis: RedisServer) -> None:
    """A Redis short of memory evicts keys with a time to live: those of the cache, none of jobs."""
    store = RedisStore(shared_redis.url, timeout_s=5, clock=clock)
    with shared_redis.client as client:
        client.flushall()
        job = create_job(store, new_job(clock, total=2, idempotency_token="w"))
        store.release(claim_row(store), count_attempt=True)
        for _ in range(2):
            claim_row(store)
        store.put_row(job.id, row(0))
        for _ in range(2):
            assert {client.ttl(key) for key in client.scan_iter()} == {-1}
            store.cancel(job.id)
        clock.now += 2 * HOUR_S
        store.delete_expired()
        for claim in store.claims():
            store.release(claim, count_attempt=True)
        assert list(client.scan_iter()) == ["gan-designer:rows"]


def test_a_worker_counts_as_running_until_its_lease_ends(store: JobStore, clock: Clock) -> None:
    store.record_heartbeat("a", 10)
    store.record_heartbeat("b", 20)
    assert store.workers() == {"a", "b"}
    clock.now += 10
    assert store.workers() == {"b"}
    store.remove_worker("b")
    assert store.workers() == set()


def test_one_caller_gets_the_lock(store: JobStore) -> None:
    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(lambda _: store.try_lock("watch", 30), range(8))) == 1


def test_a_client_has_a_limited_number_of_slots(store: JobStore, clock: Clock) -> None:
    """A slot becomes free when it is released and when its lease expires."""

    def acquire_slot(client: str, listener: str) -> bool:
        return store.acquire_slot(client, listener, limit=2, lease_s=30)

    assert acquire_slot("a", "1")
    clock.now += 10
    assert acquire_slot("a", "2")
    assert not acquire_slot("a", "3")
    assert acquire_slot("a", "2")
    assert acquire_slot("b", "3")
    store.release_slot("a", "2")
    assert acquire_slot("a", "3")
    assert not acquire_slot("a", "4")
    clock.now += 20
    assert acquire_slot("a", "4")
