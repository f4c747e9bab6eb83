"""The store that the settings name."""

from __future__ import annotations

from pathlib import Path

from service.jobs.store.protocol import JobStore
from service.jobs.store.redis import RedisStore
from service.jobs.store.sqlite import SqliteStore
from service.settings.config import Config

STORE_TIMEOUT_S = 2.0
"""Seconds for which a request waits for a Redis that is away."""

WORKER_STORE_TIMEOUT_S = 60.0
"""Seconds for which a worker does."""


def open_job_store(config: Config, *, timeout_s: float = STORE_TIMEOUT_S) -> JobStore:
    """Redis where it is set, else the file in the state folder.

    >>> type(open_job_store(Config(state_folder="/tmp/state"))).__name__
    'SqliteStore'
    """
    if config.redis_url:
        return RedisStore(config.redis_url, timeout_s=timeout_s)
    return SqliteStore(Path(config.state_folder) / "jobs.sqlite")
