"""Load: no errors, bounded latency, and small web processes."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks.serving import Load, ask_mixed
from tests.service.processes import children, proportional_bytes
from tests.service.servers import SERVE, Server, start_server
from tests.support import soak_count

pytestmark = [pytest.mark.torch, pytest.mark.slow]

WORKERS = 2
CLIENTS = 64
LARGEST_MB = 90
"""The code takes 56, full caches of ``CACHE_MIB`` and the threads the rest."""

GROWTH_MB = 5
CACHE_MIB = soak_count(3, 8)
FILLING = 200 * CACHE_MIB
"""New designs until both processes keep as many answers as they may: some 520 each in 8 MiB."""

P99_MS = 20_000
"""A bound for machines that do much else; benchmarks/serving.py prints what it is on this one."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The service as `gan-designer serve` starts it."""
    folder = tmp_path_factory.mktemp("server")
    server = start_server(
        folder, command=SERVE, workers=str(WORKERS), cache_memory_mib=str(CACHE_MIB)
    )
    yield server
    server.stop()


def ask(server: Server, requests: int) -> list[Load]:
    """At least this many mixed requests of 64 clients, in bursts of a few seconds."""
    loads: list[Load] = []
    while sum(load.requests for load in loads) < requests:
        loads.append(ask_mixed(server, seconds=3))
    return loads


def test_mixed_requests_of_64_clients(served: Server) -> None:
    """Cached designs in every form, 304s, new designs, layers and chains, all in time."""
    for load in ask(served, soak_count(1_000, 20_000)):
        assert load.errors == 0
        assert load.p99_ms < P99_MS


def fill(server: Server) -> None:
    """Fill the caches, and use every thread once."""
    new = "/v1/designs?verify=none&resolution=32&latent_dim="
    with ThreadPoolExecutor(CLIENTS) as clients:
        made = clients.map(lambda number: server.ask(f"{new}{number}"), range(1, FILLING + 1))
        assert {answer.status for answer in made} == {200}
    ask(server, soak_count(1_500, 3_000))


def web_megabytes(server: Server) -> dict[int, float]:
    """Proportional memory of each web process."""
    return {pid: proportional_bytes(pid) / 1e6 for pid in children(server.pid)}


def test_web_processes_stay_small(served: Server) -> None:
    """With full caches, memory stays constant over mixed requests; no process loads torch."""
    fill(served)
    before = web_megabytes(served)
    ask(served, soak_count(4_000, 100_000))
    after = web_megabytes(served)
    print(f"web processes: {before} MB, then {after} MB")
    assert len(before) == WORKERS
    assert before.keys() == after.keys()
    assert max(after.values()) < LARGEST_MB, after
    assert max(after[pid] - before[pid] for pid in after) < GROWTH_MB, [before, after]
    for pid in after:
        assert "libtorch" not in Path(f"/proc/{pid}/maps").read_text()
