"""Latency of cheap requests while a server computes the dearest ones.

    python -m benchmarks.busy_server [--seconds SECONDS]

As many clients as ``DEAR_CLIENTS`` send a dear request each and leave at the end; meanwhile one client
asks for the health and for a cached design.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any

from tests.service.servers import Server, start_server

DEAR_CLIENTS = 24
CACHED = "/v1/designs?resolution=64&latent_dim=100&verify=none"
PAUSE_S = 0.02
"""Seconds between two cheap requests."""

DEAR: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "/v1/designs",
        {
            "resolution": [16384, 16384],
            "verify": "none",
            "search": {"strides": [*range(1, 65)], "max_layers": 64},
            "budget": {"parameters": 1, "multiply_adds": 10**13},
        },
    ),
    (
        "/v1/chains",
        {
            "to": [101, 103, 107],
            "from": [1, 1, 1],
            "limit": 200,
            "search": {
                "kernel_sizes": [*range(1, 65)],
                "strides": [1, 2, 3, 4],
                "dilations": [1, 2, 3],
                "overlap": "any",
            },
        },
    ),
    (
        "/v1/chains",
        {
            "to": [64, 64],
            "search": {
                "strides": [1, 2, 3, 4],
                "dilations": [1, 2, 3],
                "exact": "any",
                "anisotropic": True,
                "output_padding": False,
                "max_layers": 64,
            },
            "budget": {"parameters": 10**7, "multiply_adds": 10**9},
        },
    ),
)
"""Dear requests by path and body."""


@contextmanager
def dear_requests(server: Server) -> Iterator[None]:
    """``DEAR_CLIENTS`` clients of dear requests, no two of them equal, that leave at the end."""
    with ExitStack() as stack:
        for number in range(DEAR_CLIENTS):
            path, body = DEAR[number % len(DEAR)]
            text = json.dumps(body | {"latent_dim": 100 + number}).encode()
            client = stack.enter_context(server.connect())
            client.sendall(
                f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(text)}\r\n\r\n".encode()
                + text
            )
        yield


def cheap_latencies(server: Server, *, seconds: float) -> dict[str, list[float]]:
    """Milliseconds of requests for the health and for a cached design, in turn."""
    found: dict[str, list[float]] = {"/healthz": [], CACHED: []}
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for path, latencies in found.items():
            start = time.monotonic()
            assert server.ask(path).status == 200
            latencies.append((time.monotonic() - start) * 1e3)
            time.sleep(PAUSE_S)
    return found


def percentile(latencies: list[float], percent: int) -> float:
    """The latency that this share of the requests does not exceed.

    >>> percentile([float(number) for number in range(101)], 95)
    95.0
    """
    return quantiles(latencies, n=100, method="inclusive")[percent - 1]


def main() -> None:
    """Print the percentiles without and with dear requests."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.busy_server")
    parser.add_argument("--seconds", type=float, default=8)
    arguments = parser.parse_args()
    with TemporaryDirectory() as folder:
        server = start_server(Path(folder))
        try:
            print_latencies(server, arguments.seconds)
        finally:
            server.stop()


def print_latencies(server: Server, seconds: float) -> None:
    """A row per cheap request, without and with dear ones in flight."""
    for _ in range(4):  # each web process keeps it
        server.ask(CACHED)
    print(f"{'request':<40}{'p50 ms':>8}{'p95 ms':>8}{'requests':>9}")
    _print_rows("idle", cheap_latencies(server, seconds=2))
    with dear_requests(server):
        time.sleep(1)
        rows = cheap_latencies(server, seconds=seconds)
    _print_rows(f"{DEAR_CLIENTS} dear requests", rows)


def _print_rows(name: str, rows: dict[str, list[float]]) -> None:
    for path, latencies in rows.items():
        p50, p95 = percentile(latencies, 50), percentile(latencies, 95)
        label = f"{path.partition('?')[0]}, {name}"
        print(f"{label:<40}{p50:>8.0f}{p95:>8.0f}{len(latencies):>9}")


if __name__ == "__main__":
    main()
