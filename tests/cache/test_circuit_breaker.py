"""A failing call is probed once per pause, and each change is logged once."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import pytest

from service.cache.circuit_breaker import CircuitBreaker
from service.cache.fault_tolerant_store import SLOW_S, FaultTolerantStore


class Failing:
    """A store that behaves as its ``fault`` says, and counts its calls."""

    name = "failing"

    def __init__(self, fault: Exception | None) -> None:
        self.fault = fault
        self.calls = 0

    def _call(self) -> None:
        self.calls += 1
        if self.fault is not None:
            raise self.fault

    def get(self, key: str) -> bytes | None:
        self._call()
        return b"kept"

    def put(self, key: str, value: bytes) -> None:
        self._call()

    def acquire_lock(self, key: str, *, timeout_s: float) -> Callable[[], None]:
        self._call()
        return self._call

    def close(self) -> None:
        """Do nothing."""


def test_a_failing_store_is_called_once_per_pause() -> None:
    """A thousand reads cause one failure; writing has its own breaker."""
    store = Failing(OSError("broken"))
    guarded = FaultTolerantStore(store, pause_s=3600)
    assert {guarded.get("key") for _ in range(1000)} == {None}
    assert store.calls == 1
    guarded.put("key", b"")
    guarded.put("key", b"")
    assert store.calls == 2


def test_a_failed_store_is_retried_after_a_pause() -> None:
    """After a success all calls are allowed."""
    store = Failing(OSError("broken"))
    guarded = FaultTolerantStore(store, pause_s=0.01)
    assert guarded.get("key") is None
    store.fault = None
    time.sleep(0.02)
    assert [guarded.get("key") for _ in range(3)] == [b"kept"] * 3
    assert guarded.state() == {"backend": "failing", "state": "ok", "reason": None}


def test_a_slow_store_counts_as_failing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its result is used, but the next read skips the store."""
    store = Failing(None)
    guarded = FaultTolerantStore(store, pause_s=3600)
    monkeypatch.setattr(Failing, "get", lambda self, key: time.sleep(1.2 * SLOW_S) or b"late")
    assert [guarded.get("key"), guarded.get("key")] == [b"late", None]
    state = guarded.state()
    assert state["state"] == "degraded"
    assert "s, more than" in str(state["reason"])


def test_each_state_change_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """The log shows when and why a failure began, and when it ended."""
    breaker = CircuitBreaker("reading", pause_s=0)
    with caplog.at_level(logging.WARNING, logger="gan_designer.cache"):
        for failure in ("broken", "broken", "broken", None, None):
            breaker.record_result(failure)
    assert [record.getMessage() for record in caplog.records] == [
        "reading fails and is suspended: broken",
        "reading works again",
    ]


def test_a_failing_lock_does_not_stop_the_work() -> None:
    """Neither acquiring nor releasing fails the work; exceptions of the work propagate."""
    guarded = FaultTolerantStore(Failing(OSError("broken")))
    with guarded.lock("key", timeout_s=1):
        done = True
    assert done
    with pytest.raises(LookupError), guarded.lock("key", timeout_s=1):
        raise LookupError("the work's own")
    store = Failing(None)
    with FaultTolerantStore(store).lock("key", timeout_s=1):
        store.fault = OSError("broken now")
    assert store.calls == 2
