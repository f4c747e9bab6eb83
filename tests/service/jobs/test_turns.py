"""The turns of jobs in both stores: which row is claimed next, by whom, and when it is due again."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from service.jobs.job import JobState
from service.jobs.store.protocol import Claim, JobStore, RowLimitReached
from service.jobs.store.redis import RedisStore
from service.jobs.store.sqlite import SqliteStore
from tests.real_processes.redis import RedisServer
from tests.service.jobs.conftest import Clock
from tests.service.jobs.test_store import HOUR_S, claim_row, create_job, find_job, new_job, row


def compute_row(store: JobStore) -> tuple[str, int]:
    """The job and the index of the row whose turn it is, which is computed."""
    claim = claim_row(store)
    assert store.put_row(claim.job_id, row(claim.index))
    return claim.job_id, claim.index


def test_jobs_have_a_row_each_in_turn(store: JobStore, clock: Clock) -> None:
    """In the order of their creation, each job's rows in order; a job that ends leaves the turns."""
    first, second, third = (create_job(store, new_job(clock, total=n)).id for n in (3, 1, 2))
    assert [compute_row(store) for _ in range(6)] == [
        *((first, 0), (second, 0), (third, 0)),
        *((first, 1), (third, 1)),
        (first, 2),
    ]
    assert store.claim_row("a-worker", "a-message") is None


def test_concurrent_rows_are_of_different_jobs(store: JobStore, clock: Clock) -> None:
    """A claim takes a turn, too: of several workers each is given another job's row."""
    first, second = (create_job(store, new_job(clock, total=2)).id for _ in range(2))
    claims = [claim_row(store) for _ in range(4)]
    assert [(claim.job_id, claim.index) for claim in claims] == [
        *((first, 0), (second, 0)),
        *((first, 1), (second, 1)),
    ]


def test_a_new_job_is_next_after_the_row_in_progress(store: JobStore, clock: Clock) -> None:
    """Behind a large job that has a worker to itself."""
    large = create_job(store, new_job(clock, total=9)).id
    assert compute_row(store) == (large, 0)
    in_progress = claim_row(store)
    small = create_job(store, new_job(clock, total=1)).id
    store.put_row(large, row(in_progress.index))
    assert compute_row(store) == (small, 0)
    assert compute_row(store) == (large, 2)


def test_a_new_job_comes_after_those_that_wait(store: JobStore, clock: Clock) -> None:
    """New jobs, however many, do not keep an old one from its turn."""
    old = create_job(store, new_job(clock, total=9)).id
    assert compute_row(store) == (old, 0)
    for index in range(1, 4):
        new = create_job(store, new_job(clock, total=1)).id
        assert [compute_row(store), compute_row(store)] == [(old, index), (new, 0)]


def test_a_claimed_row_is_not_claimed_again(store: JobStore, clock: Clock) -> None:
    """A claim names its worker and message, and ends when the row is stored."""
    job = create_job(store, new_job(clock, total=2))
    first = claim_row(store, worker="a b", message="x y")
    second = claim_row(store, worker="b", message="z")
    assert first == Claim(job_id=job.id, index=0, attempt=1, worker="a b", message="x y")
    assert sorted(store.claims(), key=lambda claim: claim.index) == [first, second]
    assert store.claim_row("c", "z") is None
    store.put_row(job.id, row(0))
    assert store.claims() == [second]
    store.put_row(job.id, row(1))
    assert store.claims() == []


def test_a_stored_row_is_not_claimed(store: JobStore, clock: Clock) -> None:
    job = create_job(store, new_job(clock, total=4))
    for index in (0, 1, 3):
        store.put_row(job.id, row(index))
    assert claim_row(store).index == 2
    assert store.claim_row("a-worker", "a-message") is None


def test_a_released_row_is_the_first_one_due(store: JobStore, clock: Clock) -> None:
    """Its next attempt has the next number, unless the last one is not counted."""
    create_job(store, new_job(clock, total=3))
    claims = [claim_row(store) for _ in range(2)]
    for claim in reversed(claims):
        store.release(claim, count_attempt=True)
    again = claim_row(store)
    assert (again.index, again.attempt) == (0, 2)
    store.release(again, count_attempt=False)
    assert [(claim.index, claim.attempt) for claim in (claim_row(store), claim_row(store))] == [
        (0, 2),
        (1, 2),
    ]
    assert claim_row(store).index == 2


def test_only_the_current_claim_to_a_row_can_be_released(store: JobStore, clock: Clock) -> None:
    """A worker that was taken for dead does not release the claim of the worker after it."""
    job = create_job(store, new_job(clock, total=1))
    first = claim_row(store, worker="a")
    store.release(first, count_attempt=True)
    second = claim_row(store, worker="b")
    store.release(first, count_attempt=True)
    assert store.claims() == [second]
    assert store.claim_row("a-worker", "a-message") is None
    store.put_row(job.id, row(0))
    store.release(second, count_attempt=True)
    assert store.claim_row("a-worker", "a-message") is None


def test_a_row_that_is_stored_after_its_release_is_not_due(store: JobStore, clock: Clock) -> None:
    job = create_job(store, new_job(clock, total=2))
    store.release(claim_row(store), count_attempt=True)
    assert store.put_row(job.id, row(0))
    assert claim_row(store).index == 1


def test_a_cancelled_job_has_no_turn(store: JobStore, clock: Clock) -> None:
    """The claim to its row in progress ends with the worker's release."""
    job = create_job(store, new_job(clock, total=3))
    released, claimed = claim_row(store), claim_row(store)
    store.release(released, count_attempt=True)
    store.cancel(job.id)
    assert store.claim_row("a-worker", "a-message") is None
    assert store.claims() == [claimed]
    store.release(claimed, count_attempt=False)
    assert store.claims() == []
    assert store.claim_row("a-worker", "a-message") is None


def test_an_expired_job_has_no_turn(store: JobStore, clock: Clock) -> None:
    create_job(store, new_job(clock, total=3))
    clock.now += HOUR_S
    assert store.claim_row("a-worker", "a-message") is None


def test_concurrent_workers_compute_each_row_once(store: JobStore, clock: Clock) -> None:
    """Eight threads, of which each claim is released at times: all rows of all jobs, none twice."""
    jobs = [create_job(store, new_job(clock, total=20)) for _ in range(5)]

    def work(seed: int) -> list[tuple[str, int]]:
        dice, stored = random.Random(seed), []
        while (claim := store.claim_row(f"worker-{seed}", "a-message")) is not None:
            if dice.random() < 0.3:
                store.release(claim, count_attempt=dice.random() < 0.5)
            elif store.put_row(claim.job_id, row(claim.index)):
                stored.append((claim.job_id, claim.index))
        return stored

    with ThreadPoolExecutor(8) as threads:
        stored = Counter(each for part in threads.map(work, range(8)) for each in part)
    assert work(9) == []
    assert stored == Counter({(job.id, index): 1 for job in jobs for index in range(20)})
    assert {find_job(store, job).state for job in jobs} == {JobState.SUCCEEDED}


def test_a_client_has_a_limited_number_of_unfinished_rows(store: JobStore, clock: Clock) -> None:
    """Rows free the limit as they are stored, and all at once with their job."""
    first, _ = store.create(new_job(clock, total=3), max_client_rows=5)
    with pytest.raises(RowLimitReached) as refused:
        store.create(new_job(clock, total=3), max_client_rows=5)
    assert refused.value.queued == 3
    assert store.unfinished() == [first]
    store.put_row(first.id, row(0))
    second, _ = store.create(new_job(clock, total=3), max_client_rows=5)
    with pytest.raises(RowLimitReached):
        store.create(new_job(clock, total=1), max_client_rows=5)
    store.cancel(second.id)
    store.create(new_job(clock, total=3), max_client_rows=5)
    clock.now += HOUR_S
    store.create(new_job(clock, total=5), max_client_rows=5)


def test_clients_do_not_share_the_limit(store: JobStore, clock: Clock) -> None:
    store.create(new_job(clock, total=5, client="a"), max_client_rows=5)
    store.create(new_job(clock, total=5, client="b"), max_client_rows=5)
    for client in ("a", "b"):
        with pytest.raises(RowLimitReached):
            store.create(new_job(clock, total=1, client=client), max_client_rows=5)


def test_a_repeated_request_is_not_limited(store: JobStore, clock: Clock) -> None:
    """Its job exists already."""
    new = new_job(clock, total=5, idempotency_token="w")
    first, _ = store.create(new, max_client_rows=5)
    again, _ = store.create(new_job(clock, total=5, idempotency_token="w"), max_client_rows=5)
    assert again.id == first.id


def test_concurrent_jobs_do_not_exceed_the_limit(store: JobStore, clock: Clock) -> None:
    def create(_: int) -> bool:
        try:
            store.create(new_job(clock, total=3), max_client_rows=10)
        except RowLimitReached:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(create, range(16))) == 3


def test_a_job_of_an_earlier_release_goes_on(tmp_path: Path, clock: Clock) -> None:
    """It has no turn, also if a process of that release creates it while this one runs."""
    file = tmp_path / "jobs.sqlite"
    store = SqliteStore(file, clock=clock)
    old = create_job(store, new_job(clock, total=4)).id
    for index in (0, 2):
        store.put_row(old, row(index))
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("DELETE FROM turns")
    assert store.claim_row("a-worker", "a-message") is None
    new = create_job(store, new_job(clock, total=1)).id
    store.delete_expired()  # as recovery does every few seconds
    assert [compute_row(store) for _ in range(3)] == [(old, 1), (new, 0), (old, 3)]
    assert store.unfinished() == []


def test_a_job_of_an_earlier_release_goes_on_in_redis(
    clock: Clock, shared_redis: RedisServer
) -> None:
    """Its turn was the time of its creation, and it had no first row that was never claimed."""
    store = RedisStore(shared_redis.url, timeout_s=5, clock=clock)
    with shared_redis.client as client:
        client.flushall()
        old = create_job(store, new_job(clock, total=3)).id
        store.put_row(old, row(0))
        client.hdel(f"gan-designer:job:{old}", "client", "next")
        client.delete("gan-designer:client:a-client")
        client.hdel("gan-designer:rows", "turns")
        client.zadd("gan-designer:unfinished", {old: clock.now})
    clock.now += 1
    new = create_job(store, new_job(clock, total=1)).id
    assert [compute_row(store) for _ in range(3)] == [(old, 1), (new, 0), (old, 2)]


def test_a_job_that_an_earlier_release_cancels_frees_its_rows(
    clock: Clock, shared_redis: RedisServer
) -> None:
    """It leaves the job among those of the client."""
    store = RedisStore(shared_redis.url, timeout_s=5, clock=clock)
    with shared_redis.client as client:
        client.flushall()
        job = create_job(store, new_job(clock, total=5))
        store.cancel(job.id)
        client.sadd("gan-designer:client:a-client", job.id)
    store.create(new_job(clock, total=5), max_client_rows=5)


def test_a_job_that_cannot_be_read_keeps_no_other_from_its_turn(
    clock: Clock, shared_redis: RedisServer
) -> None:
    """As after a foreign write."""
    store = RedisStore(shared_redis.url, timeout_s=5, clock=clock)
    with shared_redis.client as client:
        client.flushall()
        foreign, ours = (create_job(store, new_job(clock, total=2)).id for _ in range(2))
        client.hset(f"gan-designer:job:{foreign}", "created_at", "nan")
    assert [compute_row(store) for _ in range(2)] == [(ours, 0), (ours, 1)]
    assert store.claim_row("a-worker", "a-message") is None
    assert store.claims() == []
