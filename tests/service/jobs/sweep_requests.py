"""Helpers that submit and inspect sweeps through the job service, without HTTP."""

from __future__ import annotations

import json
import time
from typing import Any

from service.jobs.job import Job
from service.jobs.job_service import JobService, Submitter
from service.jobs.store.protocol import Claim
from tests.wait import wait_until

ROWS = 500

SWEEP_TIMEOUT_S = 400
"""Time limit for a sweep on a busy machine."""

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
    submitter = Submitter(owner=OWNER, client="a-client")
    return job_service.submit_sweep({"designs": designs, "verify": verify}, submitter)


def claims_of(job_service: JobService, job: Job) -> list[Claim]:
    """The claims to rows of a job."""
    return [claim for claim in job_service.store.claims() if claim.job_id == job.id]


def reload_job(job_service: JobService, job: Job) -> Job:
    """The current job."""
    return job_service.find(job.id, owner=OWNER)


def wait_for_rows(job_service: JobService, job: Job, count: int) -> None:
    """Return once ``count`` rows are stored."""
    wait_until(lambda: reload_job(job_service, job).done >= count, what=f"{count} rows")


def wait_for_end(job_service: JobService, job: Job) -> None:
    """Return once the job has ended, or fail after ``SWEEP_TIMEOUT_S``."""
    end = time.monotonic() + SWEEP_TIMEOUT_S
    while not reload_job(job_service, job).state.ended:
        assert time.monotonic() < end, f"after {SWEEP_TIMEOUT_S} s: {reload_job(job_service, job)}"
        time.sleep(0.1)


def rows_of(job_service: JobService, job: Job) -> list[dict[str, Any]]:
    """The stored rows, in order."""
    return [json.loads(row) for row in job_service.store.rows(job.id, 0, job.total)]


def assert_each_once(job_service: JobService, job: Job) -> list[dict[str, Any]]:
    """The rows of the ended job: each index once, in request order and in order of arrival."""
    wait_for_end(job_service, job)
    rows = rows_of(job_service, job)
    assert [row["index"] for row in rows] == list(range(job.total))
    came = [
        json.loads(row)["index"] for row in job_service.store.rows_since(job.id, 0, 2 * job.total)
    ]
    assert sorted(came) == list(range(job.total))
    assert reload_job(job_service, job).done == job.total
    return rows
