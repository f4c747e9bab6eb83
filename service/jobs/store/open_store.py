"""The store that the settings name."""

from __future__ import annotations

from pathlib import Path

from service.jobs.store.protocol import JobStore
from service.jobs.store.redis import RedisStore
from service.jobs.store.sqlite import SqliteStore
from service.settings.config import Config

PATIENCE_S = 2.0
"""Seconds for which a request waits for a Redis that is away."""

WORKER_PATIENCE_S = 60.0
"""Seconds for which a worker does."""


def open_store(config: Config, *, patience_s: float = PATIENCE_S) -> JobStore:
    """Redis where it is set, else the file in the state folder.

    >>> type(open_store(Config(state_folder="/tmp/state"))).__name__
    'SqliteStore'
    """
    if config.redis_url:
        return RedisStore(config.redis_url, patience_s=patience_s)
    return SqliteStore(Path(config.state_folder) / "jobs.sqlite")
