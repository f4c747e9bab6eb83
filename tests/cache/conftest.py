"""What the tests of the cache share: a Redis, and verifying processes that count their work."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from designer.verification import Limits, Pool
from tests.cache.applications import CountingRunner
from tests.real_processes.redis import redis_server as redis_server


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    """Verifying processes for all tests of the cache."""
    with Pool(workers=1, limits=Limits(), max_waiting=64) as pool:
        yield pool


@pytest.fixture
def runner(pool: Pool) -> CountingRunner:
    """A runner that counts what it ran."""
    return CountingRunner(pool)


@pytest.fixture
def long_timeouts(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of what a store gives: a busy machine makes it slow, and a slow one is left alone."""
    monkeypatch.setattr("service.cache.redis_store.TIMEOUT_S", 60.0)
    monkeypatch.setattr("service.cache.fault_tolerant_store.SLOW_S", 60.0)
    monkeypatch.setattr("service.cache.sqlite_store.BUSY_S", 60.0)
