"""Under load: no errors, bounded waiting, and web processes that stay small."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.serving import Load, ask_mixed
from tests.service.servers import Server, start_server
from tests.support import soak_count

pytestmark = [pytest.mark.torch, pytest.mark.slow]

WORKERS = 2
LARGEST_MIB = 80
GROWTH_MIB = 8
P99_MS = 20_000
"""A bound for machines that do much else; benchmarks/serving.py prints what it is on this one."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The service as `gan-designer serve` starts it."""
    command = [sys.executable, "-c", "from designer.cli import main; main()", "serve"]
    folder = tmp_path_factory.mktemp("server")
    server = start_server(folder, command=command, workers=str(WORKERS))
    yield server
    server.stop()


def ask(server: Server, requests: int) -> list[Load]:
    """At least so many mixed requests of 64 clients, a few seconds at a time."""
    loads: list[Load] = []
    while sum(load.requests for load in loads) < requests:
        loads.append(ask_mixed(server, seconds=3))
    return loads


def web_processes(server: Server) -> list[int]:
    """The processes that answer."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text()
    return [int(child) for child in children.split()]


def pss_mib(pid: int) -> float:
    """Memory of a process, what it shares counted in shares."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    (pss,) = (line.split()[1] for line in lines if line.startswith("Pss:"))
    return int(pss) / 1024


def test_mixed_requests_of_64_clients(served: Server) -> None:
    """Cached designs in every form, 304s, new designs, layers, chains: all answered, none late."""
    for load in ask(served, soak_count(1_000, 20_000)):
        assert load.errors == 0
        assert load.p99_ms < P99_MS


def test_web_processes_stay_small(served: Server) -> None:
    """Over a few thousand requests of every kind they grow little; none has loaded torch."""
    ask(served, soak_count(6_000, 20_000))
    before = {pid: pss_mib(pid) for pid in web_processes(served)}
    ask(served, soak_count(3_000, 100_000))
    after = {pid: pss_mib(pid) for pid in web_processes(served)}
    assert len(before) == WORKERS
    assert before.keys() == after.keys()
    assert max(after.values()) < LARGEST_MIB
    assert max(after[pid] - before[pid] for pid in after) < GROWTH_MIB, json.dumps([before, after])
    for pid in after:
        assert "libtorch" not in Path(f"/proc/{pid}/maps").read_text()
