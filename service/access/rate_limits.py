"""Rate limits per client, counted by flask-limiter, in Redis if replicas share one.

If Redis is down or slow, each web process counts by itself until Redis is back: a request waits for
Redis at most ``REDIS_TIMEOUT_S`` and never fails because of it.
"""

from __future__ import annotations

import math
import time
from typing import Any

from flask import Flask, Response, request
from flask_limiter import Limiter, RequestLimit
from flask_limiter.errors import RateLimitExceeded
from limits.errors import StorageError
from redis.backoff import NoBackoff
from redis.retry import Retry

from service.access.authentication import METRICS_PATH, current_key, is_open
from service.access.client import current_client
from service.problems.problem_document import problem_response
from service.problems.registry import PROBLEMS

REDIS_TIMEOUT_S = 0.25
"""Seconds that a request waits for Redis before this process counts it."""


def register_rate_limits(app: Flask, *, rate_limit: str, redis_url: str) -> None:
    """Limit the requests of each client; the limit of its key overrides the common one."""

    def limit_of_client() -> str:
        key = current_key()
        return key.rate_limit if key and key.rate_limit else rate_limit

    limiter = Limiter(
        current_client,
        application_limits=[limit_of_client],
        request_identifier=lambda: "any",  # one count for all paths
        storage_uri=storage_uri(redis_url),
        storage_options=redis_options() if redis_url else {},
        in_memory_fallback_enabled=True,
        swallow_errors=True,  # flask-limiter falls back in only one of two threads that lose Redis
        key_prefix="gan-designer",
    )
    limiter.request_filter(_is_uncounted)
    limiter.init_app(app)
    app.register_error_handler(RateLimitExceeded, lambda error: rate_limit_response(error, limiter))


def storage_uri(redis_url: str) -> str:
    """Storage URI for flask-limiter.

    >>> storage_uri(""), storage_uri("unix:///run/redis.sock")
    ('memory://', 'redis+unix:///run/redis.sock')
    """
    return redis_url.replace("unix://", "redis+unix://", 1) or "memory://"


def redis_options() -> dict[str, Any]:
    """Options of the Redis client: a short timeout and no retries."""
    return {
        "socket_timeout": REDIS_TIMEOUT_S,
        "socket_connect_timeout": REDIS_TIMEOUT_S,
        "retry": Retry(NoBackoff(), 0),
        "wrap_exceptions": True,
    }


def rate_limit_response(error: RateLimitExceeded, limiter: Limiter) -> Response:
    """Response to a request over the limit: the limit, its time window and when to retry."""
    allowed, window_s = error.limit.limit.amount, error.limit.limit.get_expiry()
    retry_after_s = _seconds_left(limiter.current_limit, window_s)
    response = problem_response(
        PROBLEMS["too_many_requests"],
        detail=f"the limit of {allowed} requests in {window_s} s is reached; retry in"
        f" {retry_after_s} s",
        facts={"limit": allowed, "window_s": window_s, "retry_after_s": retry_after_s},
    )
    response.headers["Retry-After"] = str(retry_after_s)
    return response


def _seconds_left(reached: RequestLimit | None, window_s: int) -> int:
    """Seconds until the window ends; the whole window if Redis fails now."""
    try:
        left = math.ceil(reached.reset_at - time.time()) if reached else window_s
    except StorageError:
        return window_s
    return min(max(left, 1), window_s)


def _is_uncounted() -> bool:
    return request.method == "OPTIONS" or is_open(request.path) or request.path == METRICS_PATH
