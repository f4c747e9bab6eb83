"""Shutdown of workers, as at every deployment, costs long rows no attempt."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen

import pytest

from service.jobs.job import Job
from service.jobs.job_service import JobService
from tests.real_processes.redis import serving_redis
from tests.service.jobs.poison import TOO_LONG
from tests.service.jobs.sweep_requests import briefs, claims_of, reload_job, submit_designs
from tests.service.jobs.workers import POISON, config_of, end_worker, start_worker
from tests.service.processes import descendants
from tests.wait import wait_until

pytestmark = pytest.mark.slow

ATTEMPTS = 1


def terminate_the_worker(worker: Popen[bytes]) -> None:
    """As a container runtime does."""
    worker.terminate()


def terminate_all_its_processes(worker: Popen[bytes]) -> None:
    """As a service manager does that terminates a process group."""
    for pid in [*descendants(worker.pid), worker.pid]:
        os.kill(pid, signal.SIGTERM)


@pytest.mark.parametrize(
    ("broker", "send_signal"),
    [("folder", terminate_the_worker), ("redis", terminate_all_its_processes)],
)
def test_a_worker_shutdown_costs_no_attempt(
    tmp_path: Path, broker: str, send_signal: Callable[[Popen[bytes]], None]
) -> None:
    """The row in progress returns to the queue at once, any number of times."""
    with serving_redis(tmp_path / "redis") as server:
        url = server.url if broker == "redis" else ""
        job_service = JobService(config_of(tmp_path / "state", url))
        job = submit_designs(job_service, [*briefs(3), {"resolution": 8, "latent_dim": TOO_LONG}])
        for _ in range(ATTEMPTS + 1):
            worker = start_worker(
                tmp_path / "state", redis_url=url, program=POISON, job_attempts=str(ATTEMPTS)
            )
            try:
                wait_until(lambda: is_busy(job_service, job), what="the long row to begin")
                send_signal(worker)
                wait_until(lambda: worker.poll() is not None, what="the worker's end")  # noqa: B023
            finally:
                end_worker(worker)
            assert not claims_of(job_service, job), "returned to the queue"
        claimed = job_service.store.claim_row("a-worker", "a-message")
        assert claimed is not None
        assert (claimed.index, claimed.attempt) == (3, 1)
        assert (reload_job(job_service, job).done, reload_job(job_service, job).failed) == (3, 0)


def is_busy(job_service: JobService, job: Job) -> bool:
    """Whether only the last row is missing, and a worker has claimed it."""
    claims = [claim.index for claim in claims_of(job_service, job)]
    return reload_job(job_service, job).done == 3 and claims == [3]
