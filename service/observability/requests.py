"""Metrics and log record of every request, once its response is ready or its stream ends."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

from flask import Flask, Response, g, request

from service.access.client import current_client
from service.observability.metrics import Metrics, current_metrics
from service.problems.problem_document import ProblemResponse

logger = logging.getLogger("gan_designer.requests")

QUIET_ROUTES = frozenset({"/healthz", "/readyz", "/metrics"})
"""Routes that monitoring polls: logged at level ``debug``."""

UNKNOWN_ROUTE = "none"
"""Route label of requests without a route."""


def register_request_observation(app: Flask) -> None:
    """Count and log every response of the application.

    Call it before other handlers are registered: the first ones registered see requests first and
    responses last.
    """
    app.extensions["metrics"] = Metrics()
    app.before_request(_start_clock)
    app.after_request(_record_request)


def _start_clock() -> None:
    g.started = time.perf_counter()


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRecord:
    """The recorded facts of a request, without its body, query and headers."""

    metrics: Metrics
    started: float
    stages: dict[str, float]
    method: str
    route: str
    status: int
    code: str
    request_id: str
    client: str

    def write(self) -> None:
        """Count and log the request."""
        seconds = time.perf_counter() - self.started
        self.metrics.count_request(
            route=self.route,
            method=self.method,
            status=self.status,
            code=self.code,
            seconds=seconds,
        )
        for stage, milliseconds in self.stages.items():
            self.metrics.stages.labels(stage).observe(milliseconds / 1e3)
        logger.log(
            self._level(),
            "request",
            extra={
                "method": self.method,
                "route": self.route,
                "status": self.status,
                "code": self.code,
                "ms": round(seconds * 1e3, 3),
                "stages": {name: round(spent, 3) for name, spent in self.stages.items()},
                "request_id": self.request_id,
                "client": self.client,
            },
        )

    def _level(self) -> int:
        if self.status >= 500:
            return logging.WARNING
        return logging.DEBUG if self.route in QUIET_ROUTES else logging.INFO


def _record_request(response: Response) -> Response:
    record = RequestRecord(
        metrics=current_metrics(),
        started=g.get("started", time.perf_counter()),
        stages=g.get("stages", {}),
        method=request.method,
        route=request.url_rule.rule if request.url_rule else UNKNOWN_ROUTE,
        status=response.status_code,
        code=response.code if isinstance(response, ProblemResponse) else "",
        request_id=response.headers.get("X-Request-ID", ""),
        client=current_client(),
    )
    if response.is_streamed:
        response.call_on_close(record.write)
    else:
        record.write()
    return response
