"""Sweeps as tests hand them in and look at them, at the desk instead of over HTTP."""

from __future__ import annotations

import json
import time
from typing import Any

from service.jobs.job import Job
from service.jobs.job_service import JobService
from tests.wait import wait_until

ROWS = 500

SWEEP_TIMEOUT_S = 400
"""Seconds that a sweep may take on a busy machine."""

OWNER = "anyone"


def briefs(count: int = ROWS, **more: object) -> list[dict[str, Any]]:
    """Small designs, all different."""
    return [
        {"resolution": 8 + 4 * (index % 5), "latent_dim": 1 + index, "base_channels": 4} | more
        for index in range(count)
    ]


def submit_designs(
    job_service: JobService, designs: list[dict[str, Any]], *, verify: str = "none"
) -> Job:
    """The job of these designs."""
    return job_service.submit_sweep({"designs": designs, "verify": verify}, owner=OWNER, key=None)


def reload_job(job_service: JobService, job: Job) -> Job:
    """The job as it stands."""
    return job_service.find(job.id, owner=OWNER)


def wait_for_rows(job_service: JobService, job: Job, count: int) -> None:
    """Return once so many rows are there."""
    wait_until(lambda: reload_job(job_service, job).done >= count, what=f"{count} rows")


def wait_for_end(job_service: JobService, job: Job) -> None:
    """Return once the job has ended; one that makes no more rows fails."""
    end = time.monotonic() + SWEEP_TIMEOUT_S
    while not reload_job(job_service, job).state.ended:
        assert time.monotonic() < end, f"after {SWEEP_TIMEOUT_S} s: {reload_job(job_service, job)}"
        time.sleep(0.1)


def rows_of(job_service: JobService, job: Job) -> list[dict[str, Any]]:
    """The rows that are there, in order."""
    return [json.loads(row) for row in job_service.store.rows(job.id, 0, job.total)]


def assert_each_once(job_service: JobService, job: Job) -> list[dict[str, Any]]:
    """Once the job has ended: every row once, in request order, and once in the order they came."""
    wait_for_end(job_service, job)
    rows = rows_of(job_service, job)
    assert [row["index"] for row in rows] == list(range(job.total))
    came = [
        json.loads(row)["index"] for row in job_service.store.rows_since(job.id, 0, 2 * job.total)
    ]
    assert sorted(came) == list(range(job.total))
    assert reload_job(job_service, job).done == job.total
    return rows
