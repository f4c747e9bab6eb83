"""The process that keeps a worker: patient with one that cannot work."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest

from service.config import Config
from service.jobs import embedded
from service.jobs.store.opening import open_store


def test_a_worker_that_always_ends_is_started_less_and_less_often(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no worker can work, trying must not take the machine from the web processes."""
    starts: list[float] = []

    def useless(name: str, *, program: str) -> list[str]:
        starts.append(time.monotonic())
        return ["false"]

    monkeypatch.setattr(embedded, "worker_command", useless)
    until = time.monotonic() + 4
    store = open_store(Config(state_folder=str(tmp_path)))
    embedded.Keeper(store, program="none", wanted=lambda: time.monotonic() < until).keep()
    pauses = [later - earlier for earlier, later in pairwise(starts)]
    assert len(pauses) >= 2
    assert all(later > earlier for earlier, later in pairwise(pauses))
