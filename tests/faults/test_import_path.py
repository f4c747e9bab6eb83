"""The import path: no process imports from the folder that a command is called in."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from service.commands.server import GUNICORN_CONFIG
from service.jobs.store.open_store import open_job_store
from service.jobs.worker.command_line import PROGRAM
from service.settings.config import Config
from tests.service.jobs.workers import config_of, end_worker
from tests.service.servers import ROOT, free_port, wait_for
from tests.wait import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.torch]

COMMAND = str(Path(sys.executable).with_name("gan-designer"))
CUSTOM_NAMES = {"celeryconfig", "gunicorn_config", "sitecustomize", "usercustomize"}
"""Modules that Python, gunicorn and Celery import where a user has them."""


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """A folder with a module of every name that a process of ours imports; each leaves a mark."""
    folder, marks = tmp_path / "called-here", tmp_path / "marks"
    folder.mkdir()
    marks.mkdir()
    for name in {*sys.stdlib_module_names, *packages_distributions(), *CUSTOM_NAMES}:
        if name.isidentifier():
            text = f"open({str(marks / name)!r}, 'w').close()\nraise SystemExit('from here')\n"
            (folder / f"{name}.py").write_text(text)
    return folder


def marks_beside(planted: Path) -> list[str]:
    """Names of the planted modules that were imported."""
    return sorted(path.name for path in (planted.parent / "marks").iterdir())


@contextmanager
def called_in(planted: Path, *command: str, port: int = 0) -> Iterator[subprocess.Popen[bytes]]:
    """A command that runs in the folder during the block."""
    own = {"GAN_DESIGNER_STATE_FOLDER": str(planted.parent / "state"), "PYTHONPATH": str(ROOT)}
    listen = {"GAN_DESIGNER_PORT": str(port)} if port else {}
    with (planted.parent / "log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=planted, env={**os.environ, **own, **listen}, stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        end_worker(process)


@pytest.mark.parametrize(
    "command",
    [
        ["-m", "gunicorn", "--config", str(GUNICORN_CONFIG)],
        ["-m", "service.http.gunicorn_program", "--config", str(GUNICORN_CONFIG)],
        ["-P", "-m", "celery", "--app", PROGRAM, "worker"],
    ],
    ids=["gunicorn", "without -P", "celery --app"],
)
def test_a_planted_module_is_noticed(planted: Path, command: list[str]) -> None:
    """The programs that ours replace import what lies in the folder."""
    with called_in(planted, sys.executable, *command, port=free_port()):
        wait_until(lambda: marks_beside(planted) != [], what="an import from the folder")


def test_a_server_and_its_worker_import_nothing_from_there(planted: Path) -> None:
    """The server with its web processes, their fork servers, and the embedded job worker."""
    port = free_port()
    with called_in(planted, COMMAND, "serve", port=port) as server:
        wait_for(port, server, planted.parent / "log")
        wait_for_worker(config_of(planted.parent / "state"))
    assert marks_beside(planted) == []


def test_a_worker_imports_nothing_from_there(planted: Path) -> None:
    """Up to its first heartbeat."""
    with called_in(planted, COMMAND, "worker"):
        wait_for_worker(config_of(planted.parent / "state"))
    assert marks_beside(planted) == []


def wait_for_worker(config: Config) -> None:
    """Wait for the heartbeat of a worker on a state folder."""
    wait_until(lambda: bool(open_job_store(config).workers()), what="a worker")


@pytest.mark.parametrize(
    "arguments",
    [
        ["sweep", "--resolution", "8", "--latent-dim", "4", "--output", "rows.csv"],
        ["design", "8", "--latent-dim", "4"],
    ],
    ids=["sweep", "design"],
)
def test_a_verified_design_imports_nothing_from_there(planted: Path, arguments: list[str]) -> None:
    """The command, its worker and their verifying processes, which run a source."""
    with called_in(planted, COMMAND, *arguments) as process:
        assert process.wait(timeout=120) == 0, (planted.parent / "log").read_text()
    assert marks_beside(planted) == []
