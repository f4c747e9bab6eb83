"""Monitoring of jobs: their part of ``/readyz`` and their metrics."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from typing import Any

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from service.jobs.broker.celery_app import prepare_folders, queue_depth
from service.jobs.job import Job, JobState
from service.jobs.job_service import JobService
from service.jobs.worker.recovery import UNAVAILABLE_ERRORS
from service.observability.readiness import DEGRADED, OK
from service.observability.timeouts import PARTS_TIMEOUT_S, BackgroundCalls

logger = logging.getLogger("gan_designer.jobs")


class JobMetrics(Collector):
    """Collects metrics from the store and the broker; none if they are unavailable or hang."""

    def __init__(self, job_service: JobService) -> None:
        self._job_service = job_service
        self._background_calls: BackgroundCalls[list[Metric]] = BackgroundCalls()

    def collect(self) -> Iterator[Metric]:
        """Metrics of messages, jobs, ages, rows and workers."""
        up = GaugeMetricFamily("gan_designer_jobs_up", "1 if the job store and broker respond.")
        try:
            answers = self._background_calls.submit({"jobs": lambda: list(self._read())})
            figures = answers["jobs"].result(timeout=PARTS_TIMEOUT_S)
        except UNAVAILABLE_ERRORS:
            figures = []
        up.add_metric([], 1.0 if figures else 0.0)
        yield from [up, *figures]

    def _read(self) -> Iterator[Metric]:
        store, unfinished = self._job_service.store, self._job_service.store.unfinished()
        waiting = GaugeMetricFamily(
            "gan_designer_queue_messages",
            "Messages waiting in the queue.",
            value=read_queue_depth(self._job_service),
        )
        jobs = GaugeMetricFamily("gan_designer_jobs", "Jobs that have not ended.", labels=["state"])
        ages = GaugeMetricFamily(
            "gan_designer_jobs_oldest_seconds",
            "Age of the oldest job in this state, in seconds.",
            labels=["state"],
        )
        for state in (JobState.QUEUED, JobState.RUNNING):
            of_state = [job for job in unfinished if job.state is state]
            jobs.add_metric([state], len(of_state))
            ages.add_metric([state], oldest_age_s(of_state))
        pending = sum(job.total - job.done for job in unfinished)
        row_totals = CounterMetricFamily(
            "gan_designer_job_rows", "Rows of jobs that were stored.", labels=["outcome"]
        )
        for outcome, count in store.row_totals().items():
            row_totals.add_metric([outcome], count)
        yield from (waiting, jobs, ages, row_totals)
        yield GaugeMetricFamily("gan_designer_job_rows_pending", "Missing rows.", value=pending)
        yield GaugeMetricFamily(
            "gan_designer_job_workers", "Running workers.", value=len(store.workers())
        )


def jobs_readiness(job_service: JobService) -> dict[str, Any]:
    """``degraded`` if store or broker are unavailable, or messages wait without a worker."""
    try:
        waiting, workers = read_queue_depth(job_service), len(job_service.store.workers())
    except UNAVAILABLE_ERRORS as error:
        # The response leaves the error out: it may contain hosts and paths.
        logger.warning("the job store or broker is unavailable: %s", error)
        return {"state": DEGRADED, "reason": "the job store or broker is unavailable"}
    if waiting and not workers:
        return {
            "state": DEGRADED,
            "reason": "no worker is running",
            "messages": waiting,
            "workers": 0,
        }
    return {"state": OK, "messages": waiting, "workers": workers}


def read_queue_depth(job_service: JobService) -> int:
    """Number of waiting messages."""
    prepare_folders(job_service.config)
    return queue_depth(job_service.celery_app)


def oldest_age_s(jobs: list[Job]) -> float:
    """Age of the oldest of these jobs in seconds; 0 without jobs."""
    return max((time.time() - job.created_at for job in jobs), default=0.0)
