"""`gan-designer worker`: runs the jobs of a fleet."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from service.jobs.job_service import JobService
from tests.service.jobs.sweep_requests import assert_each_once, briefs, submit_designs
from tests.service.jobs.workers import config_of, end_worker, running_worker
from tests.service.servers import ROOT
from tests.wait import wait_until

CALL = [sys.executable, "-c", "from service.commands.worker import worker; worker()"]


def environment(folder: Path, **more: str) -> dict[str, str]:
    state = str(folder / "state")
    return {**os.environ, "PYTHONPATH": str(ROOT), "GAN_DESIGNER_STATE_FOLDER": state, **more}


@pytest.mark.slow
def test_the_command_runs_jobs_until_it_is_ended(tmp_path: Path) -> None:
    """It runs the jobs in a shared folder or Redis; at SIGTERM it deregisters from the store."""
    job_service = JobService(config_of(tmp_path / "state"))
    job = submit_designs(job_service, briefs(20))
    worker = subprocess.Popen(
        CALL, cwd=tmp_path, env=environment(tmp_path), stdout=subprocess.DEVNULL
    )
    try:
        assert_each_once(job_service, job)
        assert len(job_service.store.workers()) == 1
    finally:
        end_worker(worker)
    wait_until(lambda: job_service.store.workers() == set(), what="the worker to deregister")


def test_a_wrong_setting_stops_it(tmp_path: Path) -> None:
    """With the variable's name in the message, as for the server."""
    wrong = environment(tmp_path, GAN_DESIGNER_JOB_ATTEMPTS="0")
    done = subprocess.run(CALL, cwd=tmp_path, env=wrong, capture_output=True, text=True)
    assert done.returncode == 2
    assert "GAN_DESIGNER_JOB_ATTEMPTS='0'" in done.stderr


@pytest.mark.slow
def test_redis_may_be_behind_a_socket_file(tmp_path: Path) -> None:
    """`REDIS_URL=unix:///run/redis.sock` works for the store and the broker."""
    socket = tmp_path / "s"
    command = ["redis-server", "--port", "0", "--unixsocket", str(socket), "--save", ""]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL) as redis:
        try:
            wait_until(socket.exists, what="the socket")
            url = f"unix://{socket}"
            job_service = JobService(config_of(tmp_path / "state", url))
            with running_worker(tmp_path / "state", redis_url=url):
                assert_each_once(job_service, submit_designs(job_service, briefs(20)))
        finally:
            redis.terminate()
