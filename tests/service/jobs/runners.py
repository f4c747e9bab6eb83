"""Rows computed in the process of a test, without a worker."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace

import pytest

from designer.pipeline.make_design import design
from designer.pipeline.trial import trial_document
from service.jobs.job import Job
from service.jobs.job_service import JobService
from service.jobs.store.protocol import JobStore
from service.jobs.worker.row_runner import RowRunner
from tests.service.jobs.sweep_requests import briefs, submit_designs


def submit_without_message(job_service: JobService, rows: int) -> Job:
    """A job without a message in the queue."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("service.jobs.job_service.send_message", lambda *_: None)
        return submit_designs(job_service, briefs(rows))


def runner_of(store: JobStore, **changes: object) -> RowRunner:
    """A runner that computes every row in three attempts, with some of its fields changed."""
    runner = RowRunner(
        store=store,
        make=design,
        fit=lambda trial, _: trial_document(trial, []),
        guard=lambda _: nullcontext(),
        worker="a-worker",
        attempts=3,
        row_timeout_s=60,
        shutting_down=lambda: False,
        send_message=lambda: None,
    )
    return replace(runner, **changes)  # type: ignore[arg-type]
