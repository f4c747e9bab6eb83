"""The supervisor of the embedded worker, with a worker that cannot run."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.jobs.store.open_store import open_job_store
from service.jobs.worker import embedded
from service.settings.config import Config


def test_a_worker_that_always_exits_is_restarted_with_growing_pauses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Restarts of a failing worker must not take processor time from the web processes."""
    pauses: list[float] = []
    monkeypatch.setattr(embedded, "worker_command", lambda name, *, program: ["false"])
    monkeypatch.setattr(
        embedded.WorkerSupervisor, "_wait", lambda _, seconds: pauses.append(seconds)
    )
    store = open_job_store(Config(state_folder=str(tmp_path)))
    embedded.WorkerSupervisor(store, program="none", wanted=lambda: len(pauses) < 8).run()
    assert pauses == sorted(pauses)
    assert 0 < pauses[0] < 1
    assert pauses[-2:] == [10, 10]
