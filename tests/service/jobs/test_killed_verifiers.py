"""A verifying process that is killed costs a row an attempt, not its result."""

from __future__ import annotations

import json
import os
import random
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from designer.brief.model import Brief
from designer.errors import ProbeEnded, ProbeFailed
from designer.pipeline.design import Design
from designer.pipeline.make_design import design
from service.jobs.job import Job
from service.jobs.job_service import JobService
from tests.service.jobs.runners import runner_of, submit_without_message
from tests.service.jobs.sweep_requests import (
    assert_each_once,
    briefs,
    reload_job,
    rows_of,
    submit_designs,
)
from tests.service.jobs.workers import config_of, running_worker
from tests.service.processes import children, descendants
from tests.support import soak_count
from tests.wait import wait_until

ATTEMPTS = 3
KILLS = soak_count(5, 40)


class FailingDesigns:
    """Designs whose second row fails so many times."""

    def __init__(self, failure: ProbeFailed, times: int) -> None:
        self._failure = failure
        self._left = times
        self.calls = 0

    def make(self, brief: Brief) -> Design:
        """The design, or the failure."""
        self.calls += 1
        if brief.latent_dim == 2 and self._left:
            self._left -= 1
            raise self._failure
        return design(brief)


def run_rows(folder: Path, designs: FailingDesigns) -> tuple[JobService, Job]:
    """A job of three rows, computed in this process."""
    job_service = JobService(config_of(folder))
    job = submit_without_message(job_service, 3)
    runner_of(job_service.store, make=designs.make, attempts=ATTEMPTS).run("a-message")
    return job_service, job


@pytest.mark.parametrize("times", range(1, ATTEMPTS))
def test_a_row_whose_verifying_process_was_killed_is_tried_again(
    tmp_path: Path, times: int
) -> None:
    """It is computed as if nothing had happened."""
    designs = FailingDesigns(ProbeEnded("the fork server ended"), times)
    job_service, job = run_rows(tmp_path, designs)
    assert [row["problem"] for row in rows_of(job_service, job)] == [None] * 3
    assert designs.calls == 3 + times


def test_a_row_that_always_ends_its_process_fails(tmp_path: Path) -> None:
    """After the permitted attempts, with their number; the other rows are computed."""
    designs = FailingDesigns(ProbeEnded("the fork server ended"), ATTEMPTS + 5)
    job_service, job = run_rows(tmp_path, designs)
    problems = [row["problem"] for row in rows_of(job_service, job)]
    assert (problems[0], problems[2]) == (None, None)
    assert problems[1]["code"] == "attempts_exhausted"
    assert problems[1]["facts"] == {"attempts": ATTEMPTS}
    assert designs.calls == 2 + ATTEMPTS


def test_a_row_beyond_a_limit_is_not_tried_again(tmp_path: Path) -> None:
    """It would exceed the limit again."""
    designs = FailingDesigns(ProbeFailed("the source ran for more than 4 s"), 1)
    job_service, job = run_rows(tmp_path, designs)
    assert rows_of(job_service, job)[1]["problem"]["code"] == "probe_failed"
    assert designs.calls == 3


@pytest.mark.slow
@pytest.mark.torch
def test_kills_of_verifying_processes_fail_no_row(tmp_path: Path) -> None:
    """Fork servers and their workers are killed at random while a real worker computes rows."""
    dice = random.Random(11)
    job_service = JobService(config_of(tmp_path))
    with running_worker(tmp_path, job_attempts="20") as worker:
        job = submit_designs(job_service, briefs(12 * KILLS), verify="standard")
        for turn in range(KILLS):
            wait_until(lambda: reload_job(job_service, job).done > 8 * turn, what="rows")  # noqa: B023
            verifiers = [pid for child in children(worker.pid) for pid in descendants(child)]
            with suppress(ProcessLookupError):
                os.kill(dice.choice(verifiers), signal.SIGKILL)
        rows = assert_each_once(job_service, job)
    assert [json.dumps(row["problem"]) for row in rows if row["problem"]] == []
    assert {row["verdict"] for row in rows} == {"verified"}
