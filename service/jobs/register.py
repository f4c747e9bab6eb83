"""Registration of jobs in the Flask application."""

from __future__ import annotations

import logging
import sqlite3

from flask import Flask, Response, g
from kombu.exceptions import KombuError
from redis import RedisError

from service.jobs.job_service import JobService
from service.jobs.metrics import JobMetrics, jobs_readiness
from service.problems.problem_document import problem_response
from service.problems.registry import PROBLEMS
from service.settings.config import Config

logger = logging.getLogger("gan_designer.jobs")


def register_jobs(app: Flask, config: Config) -> None:
    """Add the job service, its readiness, its metrics and its error handlers to the application."""
    job_service = JobService(config)
    app.extensions["job_service"] = job_service
    app.extensions["readiness"].parts["jobs"] = lambda: jobs_readiness(job_service)
    app.extensions["metrics"].add_collector(JobMetrics(job_service))
    for kind in (KombuError, RedisError, sqlite3.DatabaseError):
        app.register_error_handler(kind, respond_unavailable)


def respond_unavailable(error: Exception) -> Response:
    """The 503 response while the store or the broker is unavailable."""
    logger.warning("request %s: jobs unavailable: %s", g.get("request_id", ""), error)
    return problem_response(
        PROBLEMS["jobs_unavailable"], detail="the job store or broker does not respond"
    )
