"""Rows that kill their process, fill its memory or never end fail without affecting others."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from service.jobs.job import JobState
from service.jobs.job_service import JobService
from tests.real_processes.redis import serving_redis
from tests.service.jobs.poison import KILLED, STUCK, TOO_LARGE, TOO_LONG
from tests.service.jobs.sweep_requests import (
    ROWS,
    assert_each_once,
    briefs,
    claims_of,
    reload_job,
    submit_designs,
    wait_for_rows,
)
from tests.service.jobs.workers import POISON, config_of, running_worker
from tests.wait import wait_until

pytestmark = pytest.mark.slow

LIMITS = {"job_row_timeout_s": "2", "verify_memory_mib": "512", "job_attempts": "2"}


def with_poison(designs: list[dict[str, Any]], **at: int) -> list[dict[str, Any]]:
    """The same designs, with harmful ones at the given rows."""
    places = {int(place.removeprefix("row_")): kind for place, kind in at.items()}
    return [
        design | {"latent_dim": places.get(index, design["latent_dim"])}
        for index, design in enumerate(designs)
    ]


@pytest.mark.parametrize("broker", ["folder", "redis"])
def test_three_harmful_rows_do_not_stop_497_others(tmp_path: Path, broker: str) -> None:
    """Each becomes a row with its problem; the other rows are computed."""
    with serving_redis(tmp_path / "redis") as server:
        url = server.url if broker == "redis" else ""
        job_service = JobService(config_of(tmp_path / "state", url))
        with running_worker(tmp_path / "state", redis_url=url, program=POISON, **LIMITS):
            designs = with_poison(briefs(), row_7=KILLED, row_8=TOO_LARGE, row_250=TOO_LONG)
            rows = assert_each_once(job_service, submit_designs(job_service, designs))
    failed = {row["index"]: row["problem"] for row in rows if row["problem"]}
    assert failed.keys() == {7, 8, 250}
    assert (failed[7]["code"], failed[7]["facts"]) == ("attempts_exhausted", {"attempts": 2})
    assert failed[8]["code"] == "probe_failed"
    assert "memory" in failed[8]["detail"]
    assert (failed[250]["code"], failed[250]["facts"]) == ("probe_failed", {"wall_s": 2})
    assert sum(row["verdict"] == "not_run" for row in rows) == ROWS - 3


@pytest.mark.soak
def test_a_row_that_cannot_be_interrupted_is_killed(tmp_path: Path) -> None:
    """At the hard limit; after the permitted attempts it is given up."""
    job_service = JobService(config_of(tmp_path / "state"))
    with running_worker(tmp_path / "state", program=POISON, **LIMITS):
        designs = with_poison(briefs(20), row_5=STUCK)
        rows = assert_each_once(job_service, submit_designs(job_service, designs))
    assert [row["index"] for row in rows if row["problem"]] == [5]
    assert rows[5]["problem"]["code"] == "attempts_exhausted"


def test_a_row_is_interrupted_within_two_seconds_of_a_cancel(tmp_path: Path) -> None:
    """The worker is then free for the next job; the best of three times, for busy machines."""
    job_service = JobService(config_of(tmp_path / "state"))
    with running_worker(tmp_path / "state", program=POISON):
        taken = []
        for _ in range(3):
            job = submit_designs(job_service, with_poison(briefs(3), row_1=TOO_LONG))
            wait_for_rows(job_service, job, 1)
            wait_until(lambda: bool(claims_of(job_service, job)), what="a claim")  # noqa: B023
            start = time.monotonic()
            job_service.cancel(job.id, owner="anyone")
            wait_until(lambda: not claims_of(job_service, job), what="the claim's release")  # noqa: B023
            taken.append(time.monotonic() - start)
            assert (reload_job(job_service, job).state, reload_job(job_service, job).done) == (
                JobState.CANCELLED,
                1,
            )
    assert min(taken) < 2
