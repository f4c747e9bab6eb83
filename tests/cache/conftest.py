"""Fixtures for tests of the cache: Redis, and a count of the verifying processes' jobs."""

from __future__ import annotations

import pytest

from designer.verification import Pool
from tests.cache.applications import CountingRunner
from tests.real_processes.redis import redis_server as redis_server


@pytest.fixture
def runner(pool: Pool) -> CountingRunner:
    """A runner that counts what it ran."""
    return CountingRunner(pool)


@pytest.fixture
def long_timeouts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long timeouts, as a slow machine would make a store slow, and a slow store is suspended."""
    monkeypatch.setattr("service.cache.redis_store.TIMEOUT_S", 60.0)
    monkeypatch.setattr("service.cache.fault_tolerant_store.SLOW_S", 60.0)
    monkeypatch.setattr("service.cache.sqlite_store.BUSY_S", 60.0)
