"""SIGTERM while a server starts ends it like a running one."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.service.servers import ROOT, SERVE, free_port
from tests.support import soak_count
from tests.wait import wait_until

pytestmark = pytest.mark.slow

END_S = 60


@pytest.mark.parametrize("step", range(soak_count(12, 60)))
def test_sigterm_during_the_start_is_a_clean_end(tmp_path: Path, step: int) -> None:
    """Status 0, no traceback, and soon: while it imports, becomes gunicorn, and forks."""
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(
            [*SERVE, "--port", str(free_port())],
            cwd=ROOT,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "GAN_DESIGNER_STATE_FOLDER": str(tmp_path / "state"),
            },
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
    try:
        wait_until(lambda: handles_sigterm(server.pid), what="the first lines of the command")
        time.sleep(step * 0.2)
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=END_S) == 0
    finally:
        server.kill()
        server.wait()
    assert "Traceback" not in (tmp_path / "log").read_text()


def handles_sigterm(pid: int) -> bool:
    """Whether SIGTERM has a handler in a process, or waits for one."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    masks = [int(line.split()[1], 16) for line in lines if line.startswith(("SigBlk", "SigCgt"))]
    return any(mask >> (signal.SIGTERM - 1) & 1 for mask in masks)
