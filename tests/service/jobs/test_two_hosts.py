"""Workers on two hosts with one Redis; one host loses its network during a sweep."""

from __future__ import annotations

import os
import subprocess
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from service.jobs.job import JobState
from service.jobs.job_service import JobService
from service.jobs.worker.command_line import worker_command
from tests.real_processes.redis import RedisServer, serving_redis
from tests.service.jobs.namespaces import Host, two_hosts
from tests.service.jobs.poison import SLOW
from tests.service.jobs.sweep_requests import (
    ROWS,
    assert_each_once,
    briefs,
    claims_of,
    reload_job,
    submit_designs,
    wait_for_rows,
)
from tests.service.jobs.workers import POISON, config_of, end_worker
from tests.service.servers import ROOT
from tests.wait import wait_until

pytestmark = pytest.mark.slow


def bind_redis_to(redis: RedisServer, *hosts: Host) -> None:
    """Make Redis listen on the hosts' links, too."""
    with redis.client as client:
        client.config_set("protected-mode", "no")
        client.config_set("bind", " ".join(["127.0.0.1", *(host.gateway for host in hosts)]))


def start_worker_on(host: Host, redis: RedisServer, folder: Path) -> subprocess.Popen[bytes]:
    """A worker on a host, which reaches Redis only through the host's link."""
    url = f"redis://{host.gateway}:{urlsplit(redis.url).port}/0"
    name = f"{host.name}@{host.name}"
    return subprocess.Popen(
        [*host.command, *worker_command(name, program=POISON)],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "REDIS_URL": url,
            "GAN_DESIGNER_STATE_FOLDER": str(folder / host.name),
        },
        stdout=subprocess.DEVNULL,
    )


def test_a_host_that_is_cut_off_loses_nothing(tmp_path: Path) -> None:
    """The other host computes its rows: 500 rows, each once."""
    with ExitStack() as stack:
        first, second = stack.enter_context(two_hosts())
        redis = stack.enter_context(serving_redis(tmp_path / "redis"))
        bind_redis_to(redis, first, second)
        job_service = JobService(config_of(tmp_path / "state", redis.url))
        names = [f"{host.name}@{host.name}" for host in (first, second)]
        workers = [start_worker_on(host, redis, tmp_path) for host in (first, second)]
        for worker in workers:
            stack.callback(end_worker, worker)
        wait_until(lambda: len(job_service.store.workers()) == 2, what="both workers")
        job = submit_designs(job_service, briefs(channels=SLOW))
        wait_for_rows(job_service, job, 20)
        wait_until(
            lambda: {claim.worker for claim in claims_of(job_service, job)} == set(names),
            what="both to work",
        )
        first.cut_off()
        assert reload_job(job_service, job).done < ROWS / 2
        rows = assert_each_once(job_service, job)
        assert [row["problem"] for row in rows] == [None] * ROWS
        assert reload_job(job_service, job).state is JobState.SUCCEEDED
        assert job_service.store.workers() == {names[1]}
        workers[0].kill()
