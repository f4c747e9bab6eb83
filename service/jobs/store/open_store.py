"""Choice of the job store by the settings."""

from __future__ import annotations

from pathlib import Path

from service.jobs.store.protocol import JobStore
from service.jobs.store.redis import RedisStore
from service.jobs.store.sqlite import SqliteStore
from service.settings.config import Config

STORE_TIMEOUT_S = 2.0
"""Seconds that a request waits for an unavailable Redis."""

WORKER_STORE_TIMEOUT_S = 60.0
"""Seconds that a worker waits for it."""


def open_job_store(config: Config, *, timeout_s: float = STORE_TIMEOUT_S) -> JobStore:
    """The store in Redis if ``redis_url`` is set, else in a SQLite file in the state folder.

    >>> type(open_job_store(Config(state_folder="/tmp/state"))).__name__
    'SqliteStore'
    """
    if config.redis_url:
        return RedisStore(config.redis_url, timeout_s=timeout_s)
    return SqliteStore(Path(config.state_folder) / "jobs.sqlite")
