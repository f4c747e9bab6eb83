"""Real Celery workers for tests, optionally with rows that end or block their process."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from service.jobs.store.open_store import open_job_store
from service.jobs.worker.command_line import PROGRAM, worker_command
from service.settings.config import Config
from tests.service.servers import ROOT
from tests.wait import wait_until

POISON = "tests.service.jobs.poison"


def config_of(state: Path, redis_url: str = "") -> Config:
    """Settings of a worker and of a server with the same state."""
    return Config(state_folder=str(state), redis_url=redis_url)


def start_worker(
    state: Path, *, redis_url: str = "", program: str = PROGRAM, **settings: str
) -> subprocess.Popen[bytes]:
    """A worker process, returned after its first heartbeat."""
    name = f"worker-{uuid4().hex[:8]}@test"
    variables = {f"GAN_DESIGNER_{name.upper()}": value for name, value in settings.items()}
    shared = {"REDIS_URL": redis_url, "GAN_DESIGNER_STATE_FOLDER": str(state)}
    process = subprocess.Popen(
        worker_command(name, program=program),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **shared, **variables},
        stdout=subprocess.DEVNULL,
    )
    store = open_job_store(config_of(state, redis_url))
    wait_until(lambda: name in store.workers(), what=f"{name} to start")
    return process


def end_worker(process: subprocess.Popen[bytes]) -> None:
    """Terminate a worker, and kill it after 30 seconds."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def running_worker(
    state: Path, *, redis_url: str = "", program: str = PROGRAM, **settings: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A worker that runs during the block."""
    process = start_worker(state, redis_url=redis_url, program=program, **settings)
    try:
        yield process
    finally:
        end_worker(process)
