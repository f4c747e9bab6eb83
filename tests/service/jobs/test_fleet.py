"""A server, two workers and Redis, each killed during a sweep: no row is lost or repeated."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

import pytest

from service.jobs.job import Job, JobState
from service.jobs.job_service import JobService
from tests.real_processes.redis import RedisServer, serving_redis
from tests.service.jobs.poison import SLOW
from tests.service.jobs.runners import submit_without_message
from tests.service.jobs.sweep_requests import (
    ROWS,
    assert_each_once,
    briefs,
    reload_job,
    submit_designs,
    wait_for_rows,
)
from tests.service.jobs.workers import POISON, config_of, end_worker, start_worker
from tests.service.processes import children, is_gone
from tests.service.servers import start_server
from tests.wait import wait_until

pytestmark = pytest.mark.slow


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """The Redis, the workers and a job service for a sweep."""

    folder: Path
    redis: RedisServer
    job_service: JobService
    workers: list[Popen[bytes]]

    def start_worker(self) -> Popen[bytes]:
        """Start one more worker."""
        url = self.redis.url
        worker = start_worker(self.folder / "state", redis_url=url, program=POISON)
        self.workers.append(worker)
        return worker

    def sweep_in_the_middle(self) -> Job:
        """A sweep that has begun and is not half done."""
        job = submit_designs(self.job_service, briefs(channels=SLOW))
        wait_for_rows(self.job_service, job, 20)
        assert reload_job(self.job_service, job).done < ROWS / 2
        return job


@contextmanager
def fleet_of(folder: Path, count: int) -> Iterator[Fleet]:
    """A fleet of ``count`` workers that runs during the block."""
    with ExitStack() as stack:
        redis = stack.enter_context(serving_redis(folder / "redis"))
        job_service = JobService(config_of(folder / "state", redis.url))
        fleet = Fleet(folder=folder, redis=redis, job_service=job_service, workers=[])
        stack.callback(lambda: [end_worker(worker) for worker in fleet.workers])
        for _ in range(count):
            fleet.start_worker()
        yield fleet


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    with fleet_of(tmp_path, 2) as made:
        yield made


def assert_all_made(fleet: Fleet, job: Job) -> None:
    """Every row once, in order, without problems."""
    rows = assert_each_once(fleet.job_service, job)
    assert len(rows) == ROWS
    assert [row["problem"] for row in rows] == [None] * ROWS
    assert reload_job(fleet.job_service, job).state is JobState.SUCCEEDED


def test_a_killed_process_of_a_worker_loses_nothing(fleet: Fleet) -> None:
    job = fleet.sweep_in_the_middle()
    (process,) = children(fleet.workers[0].pid)
    os.kill(process, signal.SIGKILL)
    assert_all_made(fleet, job)
    assert children(fleet.workers[0].pid) not in ([], [process])


def test_a_killed_worker_loses_nothing(fleet: Fleet) -> None:
    """Its child process ends with it, and the other worker computes its rows."""
    job = fleet.sweep_in_the_middle()
    (process,) = children(fleet.workers[0].pid)
    fleet.workers[0].kill()
    wait_until(lambda: is_gone(process), what="the process of the killed worker to end")
    assert_all_made(fleet, job)


def test_a_killed_redis_loses_nothing(fleet: Fleet) -> None:
    """It restarts with its append-only file; workers and the job service reconnect."""
    job = fleet.sweep_in_the_middle()
    done = reload_job(fleet.job_service, job).done
    fleet.redis.kill()
    fleet.redis.start()
    assert reload_job(fleet.job_service, job).done >= done
    assert_all_made(fleet, job)
    assert all(worker.poll() is None for worker in fleet.workers)


def test_a_killed_server_changes_nothing(fleet: Fleet) -> None:
    """Workers continue, and the next server reports the same job."""
    settings = {"workers": "1", "redis_url": fleet.redis.url}
    first = start_server(fleet.folder, **settings)
    try:
        body = json.dumps({"designs": briefs(channels=SLOW), "verify": "none"}).encode()
        headers = {"Content-Type": "application/json"}
        answer = first.ask("/v1/sweeps", method="POST", body=body, headers=headers)
        assert answer.status == 202
    finally:
        first.process.kill()
        first.process.wait()
    second = start_server(fleet.folder, **settings)
    try:
        path = json.loads(answer.body)["links"]["self"]
        job = fleet.job_service.find(json.loads(answer.body)["id"], owner="anyone")
        assert_all_made(fleet, job)
        assert json.loads(second.ask(path).body)["done"] == ROWS
        lines = second.ask(f"{path}/result").body.splitlines()
        assert [json.loads(line)["index"] for line in lines] == list(range(ROWS))
    finally:
        second.stop()


def test_a_job_that_was_stored_but_not_queued_is_recovered(fleet: Fleet) -> None:
    """As when a server is killed between the two steps."""
    job = submit_designs(fleet.job_service, briefs(4))
    wait_until(lambda: reload_job(fleet.job_service, job).state.ended, what="the first job")
    unsent = submit_without_message(fleet.job_service, 40)
    rows = assert_each_once(fleet.job_service, unsent)
    assert [row["problem"] for row in rows] == [None] * 40


def test_a_sweep_waits_for_the_first_worker(tmp_path: Path) -> None:
    """The queue survives a restart of Redis meanwhile."""
    with fleet_of(tmp_path, 0) as fleet:
        job = submit_designs(fleet.job_service, briefs(40))
        fleet.redis.kill()
        fleet.redis.start()
        assert reload_job(fleet.job_service, job).state is JobState.QUEUED
        fleet.start_worker()
        assert_each_once(fleet.job_service, job)
