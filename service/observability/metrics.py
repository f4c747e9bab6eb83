"""The metrics of ``/metrics``: requests, latencies, cache lookups and verifications.

Label values do not depend on what clients send: routes are those of the application, methods and
codes come from fixed lists. With gunicorn, each web process counts in its own files in one folder
(``PROMETHEUS_MULTIPROC_DIR``), and any web process returns the sum.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from flask import current_app
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from designer.errors import Accident
from designer.version import VERSION
from service.observability.ended_processes import lock_metric_files, merge_ended_processes
from service.observability.metrics_folder import MULTIPROC_VARIABLE

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Methods with their own label; others are counted as ``other``."""

LATENCY_BUCKETS_S = (
    0.001,
    0.0025,
    0.005,
    0.01,
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1,
    2.5,
    5,
    10,
    30,
    120,
    900,
)
"""Upper bounds of latencies, from a cached response to a receipt of level ``full``."""

SEARCH_STATE_BUCKETS = (1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8)
"""Upper bounds of the states that a search visits."""


class Metrics:
    """All metrics of the service, and their text for Prometheus."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._collectors: list[Collector] = []
        self._label_counters: dict[tuple[str | int, ...], tuple[Counter, Histogram]] = {}
        self._create_request_metrics(self.registry)
        self._create_work_metrics(self.registry)
        self.info = Gauge(
            "gan_designer_info",
            "Always 1, labeled with the release.",
            ("version",),
            multiprocess_mode="livemax",
            registry=self.registry,
        )
        self.info.labels(VERSION).set(1)

    def _create_request_metrics(self, registry: CollectorRegistry) -> None:
        self.requests = Counter(
            "gan_designer_requests",
            "Requests answered.",
            ("route", "method", "status", "code"),
            registry=registry,
        )
        self.seconds = Histogram(
            "gan_designer_request_seconds",
            "Seconds from the arrival of a request to its response.",
            ("route", "status"),
            buckets=LATENCY_BUCKETS_S,
            registry=registry,
        )
        self.stages = Histogram(
            "gan_designer_stage_seconds",
            "Duration of a stage of a request in seconds.",
            ("stage",),
            buckets=LATENCY_BUCKETS_S,
            registry=registry,
        )
        self.cache = Counter(
            "gan_designer_cache_lookups",
            "Lookups in the cache.",
            ("tier", "outcome"),
            registry=registry,
        )

    def _create_work_metrics(self, registry: CollectorRegistry) -> None:
        self.verifications = Counter(
            "gan_designer_verifications",
            "Verifications by verdict; temporary failures by their code.",
            ("verdict",),
            registry=registry,
        )
        self.pending = Gauge(
            "gan_designer_verifications_pending",
            "Requests that wait for a verifying process or use one.",
            multiprocess_mode="livesum",
            registry=registry,
        )
        self.states = Histogram(
            "gan_designer_solver_states",
            "States that a search of /v1/chains visited.",
            buckets=SEARCH_STATE_BUCKETS,
            registry=registry,
        )

    def add_collector(self, collector: Collector) -> None:
        """Include the metrics of a collector in the text."""
        self._collectors.append(collector)
        self.registry.register(collector)

    def count_request(
        self, *, route: str, method: str, status: int, code: str, seconds: float
    ) -> None:
        """Count a response."""
        known = method if method in METHODS else "other"
        requests, latencies = self._counters(route, known, status, code)
        requests.inc()
        latencies.observe(seconds)

    def _counters(self, *labels: str | int) -> tuple[Counter, Histogram]:
        """Counters for a combination of labels, cached: the lookup costs more than counting."""
        if labels not in self._label_counters:
            route, _, status, _ = labels
            self._label_counters[labels] = (
                self.requests.labels(*labels),
                self.seconds.labels(route, status),
            )
        return self._label_counters[labels]

    def count_lookup(self, tier: str, outcome: str) -> None:
        """Count a lookup in a tier of the cache: a ``hit`` or a ``miss``."""
        self.cache.labels(tier, outcome).inc()

    @contextmanager
    def verifying(self) -> Iterator[None]:
        """Count a request as pending while it waits for or uses a verifying process."""
        self.pending.inc()
        try:
            yield
        except Accident as accident:
            self.verifications.labels(accident.code).inc()
            raise
        finally:
            self.pending.dec()

    def text(self) -> bytes:
        """The text of all metrics, summed over all web processes.

        >>> b"gan_designer_verifications_pending 0.0" in Metrics().text()
        True
        """
        if MULTIPROC_VARIABLE not in os.environ:
            return generate_latest(self.registry)
        registry = CollectorRegistry(support_collectors_without_names=True)
        for collector in self._collectors:
            registry.register(collector)
        collected = generate_latest(registry)
        registry = CollectorRegistry(support_collectors_without_names=True)
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        with lock_metric_files(Path(os.environ[MULTIPROC_VARIABLE])):
            return generate_latest(registry) + collected

    def merge_ended_processes(self) -> None:
        """Merge the files of ended web processes, called when a new one starts."""
        merge_ended_processes(Path(os.environ[MULTIPROC_VARIABLE]))


def current_metrics() -> Metrics:
    """The metrics of the current application."""
    return cast(Metrics, current_app.extensions["metrics"])
