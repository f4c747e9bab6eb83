"""Both stores keep the same promises: each row once, in order, whoever puts it and however often."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.jobs.job import Job, Kind, State, new_id
from service.jobs.store.protocol import SKIP, Claim, JobStore, NewJob, Row
from service.jobs.store.redis import RedisStore
from tests.real_processes.redis import RedisServer
from tests.service.jobs.conftest import Clock

HOUR_S = 3600


def new_job(
    clock: Clock, *, total: int, kind: Kind = Kind.SWEEP, wish: str | None = None, of: str = "a"
) -> NewJob:
    job = Job(
        id=new_id(),
        owner="anyone",
        kind=kind,
        state=State.QUEUED,
        total=total,
        created_at=clock.now,
        expires_at=clock.now + HOUR_S,
    )
    return NewJob(job=job, request='{"x":1}', wish=wish, fingerprint=of)


def row(index: int, *, failed: bool = False) -> Row:
    return Row(index=index, body=f'{{"index":{index}}}', failed=failed)


def made(store: JobStore, new: NewJob) -> Job:
    job, _ = store.create(new)
    return job


def found(store: JobStore, job: Job) -> Job:
    again = store.find(job.id)
    assert again is not None
    return again


def test_a_job_is_as_it_was_made(store: JobStore, clock: Clock) -> None:
    job = made(store, new_job(clock, total=3))
    assert found(store, job) == job
    assert store.request(job.id) == '{"x":1}'
    assert store.find("none") is None
    assert store.request("none") is None
    assert store.unfinished() == [job]


def test_a_job_goes_from_queued_over_running_to_its_end(store: JobStore, clock: Clock) -> None:
    """The times are those of the first attempt and of the last row."""
    job = made(store, new_job(clock, total=2))
    clock.now += 1
    assert store.begin_row(job.id, 0) == 1
    running = found(store, job)
    assert (running.state, running.started_at) == (State.RUNNING, clock.now)
    store.put_row(job.id, row(0))
    clock.now += 1
    store.put_row(job.id, row(1, failed=True))
    ended = found(store, job)
    assert (ended.state, ended.done, ended.failed) == (State.SUCCEEDED, 2, 1)
    assert ended.finished_at == clock.now
    assert ended.expires_at == pytest.approx(clock.now + HOUR_S, abs=1)
    assert store.unfinished() == []


def test_a_job_of_one_design_fails_with_it(store: JobStore, clock: Clock) -> None:
    job = made(store, new_job(clock, total=1, kind=Kind.DESIGN))
    store.put_row(job.id, row(0, failed=True))
    assert found(store, job).state is State.FAILED


def test_a_row_is_kept_once(store: JobStore, clock: Clock) -> None:
    """The second of two that made the same row changes nothing."""
    job = made(store, new_job(clock, total=2))
    assert store.put_row(job.id, row(1))
    assert not store.put_row(job.id, Row(index=1, body="another", failed=True))
    assert store.begin_row(job.id, 1) == SKIP
    assert store.rows(job.id, 0, 2) == ['{"index":1}']
    assert (found(store, job).done, found(store, job).failed) == (1, 0)
    assert store.missing(job.id) == [0]


def test_rows_are_counted_for_ever(store: JobStore, clock: Clock) -> None:
    """Also those of a job that is forgotten; one that is put twice counts once."""
    job = made(store, new_job(clock, total=4))
    for index, failed in ((0, False), (1, True), (2, True), (2, True)):
        store.put_row(job.id, row(index, failed=failed))
    clock.now += 10 * HOUR_S
    store.sweep_out()
    assert store.rows_ever() == {"made": 1, "failed": 2}


def test_attempts_are_counted_row_by_row(store: JobStore, clock: Clock) -> None:
    job = made(store, new_job(clock, total=2))
    assert [store.begin_row(job.id, 0) for _ in range(3)] == [1, 2, 3]
    assert store.begin_row(job.id, 1) == 1
    store.excuse_row(job.id, 0)
    assert store.begin_row(job.id, 0) == 3
    store.cancel(job.id)
    store.excuse_row(job.id, 0)


def test_rows_come_in_request_order_and_in_order_of_arrival(store: JobStore, clock: Clock) -> None:
    job = made(store, new_job(clock, total=5))
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
    job = made(store, new_job(clock, total=3))
    store.put_row(job.id, row(0))
    store.cancel(job.id)
    first = found(store, job)
    clock.now += 1
    store.cancel(job.id)
    assert found(store, job) == first
    assert first.state is State.CANCELLED
    assert not store.put_row(job.id, row(1))
    assert store.begin_row(job.id, 2) == SKIP
    assert store.rows(job.id, 0, 3) == [row(0).body]


def test_an_ended_job_cannot_be_cancelled(store: JobStore, clock: Clock) -> None:
    job = made(store, new_job(clock, total=1))
    store.put_row(job.id, row(0))
    store.cancel(job.id)
    assert found(store, job).state is State.SUCCEEDED


def test_the_same_wish_gives_the_same_job(store: JobStore, clock: Clock) -> None:
    """And says what was asked under it, so that another request can be refused."""
    first = made(store, new_job(clock, total=3, wish="w"))
    store.put_row(first.id, row(0))
    again, of = store.create(new_job(clock, total=9, wish="w", of="b"))
    assert (again.id, again.done, of) == (first.id, 1, "a")
    other = made(store, new_job(clock, total=3, wish="v"))
    assert other.id != first.id
    assert len(store.unfinished()) == 2


def test_many_hands_put_every_row_once(store: JobStore, clock: Clock) -> None:
    """Eight threads put 60 rows twice each in their own order: none lost, none twice."""
    job = made(store, new_job(clock, total=60))

    def put_all(seed: int) -> int:
        indices = list(range(60))
        random.Random(seed).shuffle(indices)
        return sum(store.put_row(job.id, row(index)) for index in indices)

    with ThreadPoolExecutor(8) as hands:
        assert sum(hands.map(put_all, range(8))) == 60
    assert found(store, job).state is State.SUCCEEDED
    assert store.rows(job.id, 0, 60) == [row(index).body for index in range(60)]
    assert sorted(store.rows_since(job.id, 0, 99)) == sorted(store.rows(job.id, 0, 60))


def test_many_hands_make_one_job_of_one_wish(store: JobStore, clock: Clock) -> None:
    with ThreadPoolExecutor(8) as hands:
        jobs = hands.map(lambda _: made(store, new_job(clock, total=1, wish="w")), range(16))
        assert len({job.id for job in jobs}) == 1


def test_an_expired_job_is_gone(store: JobStore, clock: Clock) -> None:
    """From the second on that its answer names; and its wish is free again."""
    job = made(store, new_job(clock, total=1, wish="w"))
    store.put_row(job.id, row(0))
    clock.now = found(store, job).expires_at
    assert store.find(job.id) is None
    again = made(store, new_job(clock, total=1, wish="w"))
    assert again.id != job.id
    clock.now += 2 * HOUR_S
    store.sweep_out()
    assert store.unfinished() == []
    assert store.request(again.id) is None


def test_a_wish_outlives_the_expired_job_that_had_it(store: JobStore, clock: Clock) -> None:
    """The key was given again before the first job was swept out: it stands for the second one."""
    first = made(store, new_job(clock, total=1, wish="w"))
    clock.now += HOUR_S
    second = made(store, new_job(clock, total=1, wish="w"))
    assert second.id != first.id
    store.sweep_out()
    assert made(store, new_job(clock, total=1, wish="w")).id == second.id


def test_nothing_of_a_job_may_be_evicted(clock: Clock, shared_redis: RedisServer) -> None:
    """A Redis that is short of memory evicts what has a time to live: the cache, and no job."""
    store = RedisStore(shared_redis.url, patience_s=5, clock=clock)
    with shared_redis.client as client:
        client.flushall()
        job = made(store, new_job(clock, total=2, wish="w"))
        store.claim(job.id, Claim(start=0, stop=1, worker="a", until=clock.now))
        store.begin_row(job.id, 0)
        store.put_row(job.id, row(0))
        for _ in range(2):
            assert {client.ttl(key) for key in client.scan_iter()} == {-1}
            store.cancel(job.id)
        clock.now += 2 * HOUR_S
        store.sweep_out()
        assert list(client.scan_iter()) == ["gan-designer:rows"]


def test_claims_name_who_works(store: JobStore, clock: Clock) -> None:
    job = made(store, new_job(clock, total=9))
    claims = [
        Claim(start=0, stop=4, worker="a", until=clock.now + 9),
        Claim(start=4, stop=9, worker="b", until=clock.now + 9),
    ]
    for claim in claims:
        store.claim(job.id, claim)
    assert sorted(store.claims(job.id), key=lambda claim: claim.start) == claims
    store.release(job.id, 0)
    assert list(store.claims(job.id)) == claims[1:]
    store.claim("none", claims[0])
    assert list(store.claims("none")) == []


def test_a_worker_lives_as_long_as_its_lease(store: JobStore, clock: Clock) -> None:
    store.beat("a", 10)
    store.beat("b", 20)
    assert store.workers() == {"a", "b"}
    clock.now += 10
    assert store.workers() == {"b"}
    store.forget("b")
    assert store.workers() == set()


def test_one_caller_gets_the_turn(store: JobStore) -> None:
    with ThreadPoolExecutor(8) as hands:
        assert sum(hands.map(lambda _: store.take_turn("watch", 30), range(8))) == 1


def test_a_client_has_so_many_places(store: JobStore, clock: Clock) -> None:
    """A place comes free when it is left, and when its holder says nothing for too long."""

    def enter(client: str, listener: str) -> bool:
        return store.enter(client, listener, most=2, lease_s=30)

    assert enter("a", "1")
    clock.now += 10
    assert enter("a", "2")
    assert not enter("a", "3")
    assert enter("a", "2")
    assert enter("b", "3")
    store.leave("a", "2")
    assert enter("a", "3")
    assert not enter("a", "4")
    clock.now += 20
    assert enter("a", "4")
