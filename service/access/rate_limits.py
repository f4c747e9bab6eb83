"""How often one client may call: counted by flask-limiter, in Redis where replicas share one.

Where Redis is gone or slow, each web process counts for itself until it is back; nobody waits for
it longer than ``REDIS_TIMEOUT_S``, and no request fails for it.
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
"""Seconds that a request waits for Redis before it is counted here."""


def install_rate_limits(app: Flask, *, rate_limit: str, redis_url: str) -> None:
    """Count the requests of each client; its key's own limit goes before the one for everybody."""

    def limit_of_client() -> str:
        key = current_key()
        return key.rate_limit if key and key.rate_limit else rate_limit

    limiter = Limiter(
        current_client,
        application_limits=[limit_of_client],
        request_identifier=lambda: "any",  # one count for all routes, and for paths that are none
        storage_uri=storage_uri(redis_url),
        storage_options=redis_options() if redis_url else {},
        in_memory_fallback_enabled=True,
        swallow_errors=True,  # of two threads that find Redis gone, flask-limiter saves only one
        key_prefix="gan-designer",
    )
    limiter.request_filter(_is_uncounted)
    limiter.init_app(app)
    app.register_error_handler(RateLimitExceeded, lambda error: rate_limit_response(error, limiter))


def storage_uri(redis_url: str) -> str:
    """The storage as flask-limiter names it.

    >>> storage_uri(""), storage_uri("unix:///run/redis.sock")
    ('memory://', 'redis+unix:///run/redis.sock')
    """
    return redis_url.replace("unix://", "redis+unix://", 1) or "memory://"


def redis_options() -> dict[str, Any]:
    """How long and how often Redis is asked: once, and not for long."""
    return {
        "socket_timeout": REDIS_TIMEOUT_S,
        "socket_connect_timeout": REDIS_TIMEOUT_S,
        "retry": Retry(NoBackoff(), 0),
        "wrap_exceptions": True,
    }


def rate_limit_response(error: RateLimitExceeded, limiter: Limiter) -> Response:
    """The answer to one request too many: how many are served in which time, when to come back."""
    allowed, window_s = error.limit.limit.amount, error.limit.limit.get_expiry()
    retry_after_s = _seconds_left(limiter.current_limit, window_s)
    response = problem_response(
        PROBLEMS["too_many_requests"],
        detail=f"{allowed} requests are served in {window_s} s, and the client has sent more; the"
        f" next is served in {retry_after_s} s",
        facts={"limit": allowed, "window_s": window_s, "retry_after_s": retry_after_s},
    )
    response.headers["Retry-After"] = str(retry_after_s)
    return response


def _seconds_left(reached: RequestLimit | None, window_s: int) -> int:
    """Seconds until the window is over; all of it where Redis goes just now."""
    try:
        left = math.ceil(reached.reset_at - time.time()) if reached else window_s
    except StorageError:
        return window_s
    return min(max(left, 1), window_s)


def _is_uncounted() -> bool:
    return request.method == "OPTIONS" or is_open(request.path) or request.path == METRICS_PATH
