"""`python -m benchmarks.footprint`: memory of each process of a server, and its start-up time.

Memory is the proportional set size (shared pages are divided among the processes) after a hundred
verified designs.
"""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.service.processes import children, descendants, proportional_bytes
from tests.service.servers import SERVE, Server, start_server

DESIGNS = 100
WORKERS = 2


def seconds_until_ready(server: Server) -> float:
    """Seconds until a web process has a verifying process that can run a text."""
    start = time.perf_counter()
    while server.ask("/readyz").status != 200:
        time.sleep(0.05)
    return time.perf_counter() - start


def request_design(server: Server, latent_dim: int) -> None:
    """Request a new verified design."""
    body = json.dumps({"resolution": 64, "latent_dim": latent_dim}).encode()
    headers = {"Content-Type": "application/json"}
    answer = server.ask("/v1/designs", method="POST", body=body, headers=headers)
    assert answer.status == 200, answer.body


def print_footprint() -> None:
    """Start a server, send it requests, and measure its processes."""
    with TemporaryDirectory() as folder:
        start = time.perf_counter()
        server = start_server(Path(folder), command=SERVE, workers=str(WORKERS))
        listening = time.perf_counter() - start
        try:
            ready = seconds_until_ready(server)
            with ThreadPoolExecutor(4) as clients:
                start = time.perf_counter()
                list(clients.map(lambda n: request_design(server, n), range(1, DESIGNS + 1)))
                spent = time.perf_counter() - start
            report(server, listening=listening, ready=ready, rate=DESIGNS / spent)
        finally:
            server.stop()


def report(server: Server, *, listening: float, ready: float, rate: float) -> None:
    """Print the figures."""
    web = children(server.pid)
    verifying = [descendants(worker) for worker in web]
    print(f"listens after {listening:.1f} s, ready {ready:.1f} s later")
    print(f"{rate:.1f} new verified designs (64×64) a second with {WORKERS} verifying processes")
    print(f"main process: {megabytes([server.pid])} MB")
    print(f"web process: {max(megabytes([pid]) for pid in web)} MB")
    print(f"verifying process, all of its family: {max(map(megabytes, verifying))} MB")


def megabytes(pids: list[int]) -> int:
    """The total memory of these processes."""
    return round(sum(map(proportional_bytes, pids)) / 1e6)


if __name__ == "__main__":
    print_footprint()
