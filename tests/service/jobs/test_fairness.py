"""Rows of several jobs in turn, with real workers: a small sweep does not wait for a large one."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from service.jobs.job import Job
from service.jobs.job_service import JobService
from tests.real_processes.redis import serving_redis
from tests.service.jobs.poison import EXPENSIVE
from tests.service.jobs.sweep_requests import (
    assert_each_once,
    briefs,
    claims_of,
    reload_job,
    submit_designs,
    wait_for_end,
    wait_for_rows,
)
from tests.service.jobs.workers import POISON, config_of, end_worker, start_worker
from tests.service.processes import children
from tests.service.servers import Server, start_server
from tests.wait import wait_until

pytestmark = pytest.mark.slow

LARGE = 300
"""Rows of a large sweep: more than a minute of work."""


@contextmanager
def working(
    folder: Path, broker: str, *, workers: int = 1
) -> Iterator[tuple[JobService, list[int]]]:
    """A job service and the process ids of its workers."""
    with serving_redis(folder / "redis") as redis:
        url = redis.url if broker == "redis" else ""
        started = []
        try:
            for _ in range(workers):
                started.append(start_worker(folder / "state", redis_url=url, program=POISON))
            yield JobService(config_of(folder / "state", url)), [each.pid for each in started]
        finally:
            for worker in started:
                end_worker(worker)


def done_rows(job_service: JobService, job: Job) -> int:
    return reload_job(job_service, job).done


@pytest.mark.parametrize("broker", ["folder", "redis"])
def test_a_small_sweep_waits_for_the_row_in_progress(tmp_path: Path, broker: str) -> None:
    """Not for the rows of a large sweep before it.

    Of the large sweep end: a row before the small one is stored, the row in progress, and a row
    before the end of the small one is noticed.
    """
    with working(tmp_path, broker) as (job_service, _):
        large = submit_designs(job_service, briefs(LARGE, channels=EXPENSIVE))
        wait_for_rows(job_service, large, 2)
        before = done_rows(job_service, large)
        wait_for_end(job_service, submit_designs(job_service, briefs(1)))
        assert done_rows(job_service, large) - before <= 3


@pytest.mark.parametrize(("broker", "workers"), [("folder", 1), ("redis", 2)])
def test_three_sweeps_advance_together(tmp_path: Path, broker: str, workers: int) -> None:
    """At any time their numbers of rows differ by one, and by one for each worker."""
    with working(tmp_path, broker, workers=workers) as (job_service, _):
        jobs = [submit_designs(job_service, briefs(20, channels=EXPENSIVE)) for _ in range(3)]
        while not all(reload_job(job_service, job).state.ended for job in jobs):
            done = [done_rows(job_service, job) for job in jobs]
            assert max(done) - min(done) <= 1 + workers, done
            time.sleep(0.05)
        for job in jobs:
            assert_each_once(job_service, job)


@pytest.mark.parametrize("broker", ["folder", "redis"])
def test_a_row_of_a_killed_process_is_next_of_its_job(tmp_path: Path, broker: str) -> None:
    """Its message is delivered again, and releases it: the attempt counts, and no row is lost."""
    with working(tmp_path, broker) as (job_service, (worker,)):
        jobs = [submit_designs(job_service, briefs(6, channels=EXPENSIVE)) for _ in range(2)]
        wait_for_rows(job_service, jobs[0], 2)
        wait_until(lambda: bool(claims_of(job_service, jobs[0])), what="a row in progress")
        (process,) = children(worker)
        (lost,) = claims_of(job_service, jobs[0])
        os.kill(process, signal.SIGKILL)
        wait_until(
            lambda: any(claim.attempt == 2 for claim in claims_of(job_service, jobs[0])),
            what="the second attempt",
        )
        (again,) = claims_of(job_service, jobs[0])
        assert (again.index, again.attempt) == (lost.index, 2)
        for job in jobs:
            assert [row["problem"] for row in assert_each_once(job_service, job)] == [None] * 6


def submit_over_http(server: Server, rows: int) -> tuple[int, dict[str, Any]]:
    """Status and body of the response to a verified sweep of so many rows."""
    grid = {"resolution": [64], "latent_dim": list(range(1, rows + 1)), "base_channels": [16]}
    answer = server.ask(
        "/v1/sweeps",
        method="POST",
        body=json.dumps({"grid": grid}).encode(),
        headers={"Content-Type": "application/json"},
    )
    return answer.status, answer.json


@pytest.mark.torch
def test_a_server_serves_clients_in_turn_and_limits_their_rows(tmp_path: Path) -> None:
    """A real server with its embedded worker, and verified rows."""
    settings = {"workers": "1", "embedded_worker": "true", "job_rows_per_client": str(LARGE)}
    server = start_server(tmp_path, **settings)
    try:
        large = submit_over_http(server, LARGE)[1]["links"]["self"]
        status, refused = submit_over_http(server, LARGE)
        assert (status, refused["code"]) == (429, "too_many_queued_rows")
        wait_until(lambda: bool(server.ask(large).json["done"] >= 2), what="two rows")
        before = server.ask(large).json["done"]
        status, small = submit_over_http(server, 1)
        assert status == 202
        path = small["links"]["self"]
        wait_until(lambda: server.ask(path).json["state"] == "succeeded", what="the small sweep")
        assert server.ask(large).json["done"] - before <= 3
        assert server.ask(large, method="DELETE").json["state"] == "cancelled"
        assert submit_over_http(server, LARGE)[0] == 202
    finally:
        server.stop()
