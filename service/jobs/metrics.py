"""What operators see of jobs: a part of ``/readyz``, figures of ``/metrics``."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from typing import Any

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from service.jobs.broker.celery_app import prepare_folders, queue_depths
from service.jobs.job import Job, JobState
from service.jobs.job_service import JobService
from service.jobs.worker.recovery import UNAVAILABLE_ERRORS
from service.observability.readiness import DEGRADED, OK
from service.observability.timeouts import PARTS_TIMEOUT_S, BackgroundCalls

logger = logging.getLogger("gan_designer.jobs")


class JobMetrics(Collector):
    """Reads the store and the broker whenever it is asked; nothing where they are away or hang."""

    def __init__(self, job_service: JobService) -> None:
        self._job_service = job_service
        self._background_calls: BackgroundCalls[list[Metric]] = BackgroundCalls()

    def collect(self) -> Iterator[Metric]:
        """Messages, jobs, rows, ages, workers."""
        up = GaugeMetricFamily("gan_designer_jobs_up", "1 where store and broker of jobs answer.")
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
            "gan_designer_queue_messages", "Messages that wait in a queue.", labels=["queue"]
        )
        for name, depth in read_queue_depths(self._job_service).items():
            waiting.add_metric([name], depth)
        jobs = GaugeMetricFamily("gan_designer_jobs", "Jobs that have not ended.", labels=["state"])
        ages = GaugeMetricFamily(
            "gan_designer_jobs_oldest_seconds", "Age of the oldest of them.", labels=["state"]
        )
        for state in (JobState.QUEUED, JobState.RUNNING):
            of_state = [job for job in unfinished if job.state is state]
            jobs.add_metric([state], len(of_state))
            ages.add_metric([state], oldest_age_s(of_state))
        pending = sum(job.total - job.done for job in unfinished)
        row_totals = CounterMetricFamily(
            "gan_designer_job_rows", "Rows of jobs that were put, by outcome.", labels=["outcome"]
        )
        for outcome, count in store.row_totals().items():
            row_totals.add_metric([outcome], count)
        yield from (waiting, jobs, ages, row_totals)
        yield GaugeMetricFamily("gan_designer_job_rows_pending", "Rows to come.", value=pending)
        yield GaugeMetricFamily(
            "gan_designer_job_workers", "Workers that live.", value=len(store.workers())
        )


def jobs_readiness(job_service: JobService) -> dict[str, Any]:
    """How jobs stand: ``degraded`` where store or broker are away, or rows wait for no worker."""
    try:
        waiting, workers = (
            sum(read_queue_depths(job_service).values()),
            len(job_service.store.workers()),
        )
    except UNAVAILABLE_ERRORS as error:
        logger.warning("the store or the broker is away: %s", error)  # it may name hosts and paths
        return {"state": DEGRADED, "reason": "the store or the broker is away"}
    if waiting and not workers:
        return {"state": DEGRADED, "reason": "no worker lives", "messages": waiting, "workers": 0}
    return {"state": OK, "messages": waiting, "workers": workers}


def read_queue_depths(job_service: JobService) -> dict[str, int]:
    """How many messages wait in each queue."""
    prepare_folders(job_service.config)
    return queue_depths(job_service.celery_app)


def oldest_age_s(jobs: list[Job]) -> float:
    """Seconds since the oldest of these jobs was made; 0 where there is none."""
    return max((time.time() - job.created_at for job in jobs), default=0.0)
