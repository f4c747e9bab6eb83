"""Cached designs over HTTP, compared with bare Flask routes under the same gunicorn configuration.

Both servers use the committed configuration. The kinds of requests alternate, so that load on the
machine slows all of them. ``wrk`` sends the requests.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.service.servers import ROOT, Server, start_server

DESIGN = "/v1/designs?resolution=64&latent_dim=100"
ROUNDS = 7
SECONDS = 2
CLIENTS = 16
MIXED_CLIENTS = 64
MIXED_SECONDS = 20
GOALS = {"cached design": 0.7, "design by its id": 0.7, "304": 0.8}
SERVICE_CONFIG = ROOT / "service" / "gunicorn.conf.py"
BARE_CONFIG = ROOT / "benchmarks" / "bare.conf.py"
MIX = ROOT / "benchmarks" / "mixed.lua"


WrkTarget = tuple[str, tuple[str, ...]]
"""A URL and wrk's options for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """wrk's measurements: total requests, requests per second, latencies in milliseconds, errors."""

    requests: int
    rate: float
    median_ms: float
    p99_ms: float
    errors: int


def gunicorn(config: Path) -> list[str]:
    """The command that starts a server with a committed configuration."""
    return [sys.executable, "-m", "gunicorn", "--config", str(config)]


@contextmanager
def running(command: list[str]) -> Iterator[Server]:
    """A server for the benchmark, stopped afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        server = start_server(Path(folder), command=command)
        try:
            yield server
        finally:
            server.stop()


def wrk(url: str, *, clients: int, seconds: int, options: tuple[str, ...] = ()) -> Load:
    """Run wrk with a number of clients, each sending its next request after a response."""
    command = ["wrk", "--latency", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "30s"]
    done = subprocess.run([*command, *options, url], capture_output=True, text=True, check=True)
    return read_report(done.stdout)


def read_report(report: str) -> Load:
    r"""The figures of a wrk report.

    >>> figures = "21 requests in 2.00s, 1.0MB read\n  Non-2xx or 3xx responses: 3\nRequests/sec: 10.5"
    >>> read_report("50%   1.50ms\n99%   2.00s\n" + figures)
    Load(requests=21, rate=10.5, median_ms=1.5, p99_ms=2000.0, errors=3)
    """
    millis = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}

    def latency(share: str) -> float:
        found = re.search(rf"{share}%\s+([\d.]+)(us|ms|s|m)\b", report)
        assert found, report
        return float(found[1]) * millis[found[2]]

    rate = re.search(r"Requests/sec:\s+([\d.]+)", report)
    requests = re.search(r"(\d+) requests in", report)
    assert rate, report
    assert requests, report
    refused = re.findall(r"(?:Non-2xx or 3xx responses:|connect|read|write|timeout) (\d+)", report)
    return Load(
        requests=int(requests[1]),
        rate=float(rate[1]),
        median_ms=latency("50"),
        p99_ms=latency("99"),
        errors=sum(map(int, refused)),
    )


def print_serving() -> None:
    """The rates, their ratios to the bare route, and the goals; then 64 clients of everything."""
    with running(gunicorn(SERVICE_CONFIG)) as service:
        made = service.ask(DESIGN)
        known = ("-H", f"If-None-Match: {made.headers['ETag']}")
        targets: dict[str, WrkTarget] = {
            "cached design": (service.url + DESIGN, ()),
            "design by its id": (service.url + made.headers["Content-Location"], ()),
            "304": (service.url + DESIGN, known),
        }
        with tempfile.NamedTemporaryFile("wb") as document:
            document.write(made.body)
            document.flush()
            os.environ["BARE_DOCUMENT"] = document.name
            with running(gunicorn(BARE_CONFIG)) as bare:
                routes = {
                    "bare JSON": (bare.url + "/json", ()),
                    "bare text": (bare.url + "/text", ()),
                }
                print_rates({**routes, **targets}, len(made.body))
        print_mixed(service)


def print_rates(targets: dict[str, WrkTarget], size: int) -> None:
    """A row per kind of request: its median rate, and the medians of its ratios to the bare ones."""
    loads: dict[str, list[Load]] = {name: [] for name in targets}
    for _ in range(ROUNDS):
        for name, (url, options) in targets.items():
            loads[name].append(wrk(url, clients=CLIENTS, seconds=SECONDS, options=options))
    print(f"responses of {size:,} bytes over HTTP, {CLIENTS} clients, {ROUNDS} alternating rounds")
    print(
        f"{'request':>18} {'per s':>7} {'p99 ms':>7} {'errors':>6} {'/JSON':>6} {'/text':>6} {'goal':>5}"
    )
    for name, seen in loads.items():
        rate, p99 = median(load.rate for load in seen), median(load.p99_ms for load in seen)
        json, text = (ratio(seen, loads[bare]) for bare in ("bare JSON", "bare text"))
        errors, goal = sum(load.errors for load in seen), GOALS.get(name, "")
        print(f"{name:>18} {rate:7.0f} {p99:7.1f} {errors:6} {json:6.2f} {text:6.2f} {goal:>5}")


def ratio(seen: list[Load], base: list[Load]) -> float:
    """The median of the per-round ratios of two rates, without rounds that completed no request."""
    rounds = zip(seen, base, strict=True)
    return median(one.rate / other.rate for one, other in rounds if other.rate)


def ask_mixed(service: Server, *, seconds: int) -> Load:
    """Load with 64 clients and all kinds of requests."""
    made = service.ask(DESIGN)
    assert made.status == 200, made.body
    os.environ["DESIGN_PATH"] = made.headers["Content-Location"]
    os.environ["DESIGN_TAG"] = made.headers["ETag"]
    return wrk(service.url, clients=MIXED_CLIENTS, seconds=seconds, options=("-s", str(MIX)))


def print_mixed(service: Server) -> None:
    """Print one row for the mixed load."""
    load = ask_mixed(service, seconds=MIXED_SECONDS)
    print(f"mixed requests, {MIXED_CLIENTS} clients, {MIXED_SECONDS} s: {load.rate:.0f} per s,")
    print(f"median {load.median_ms:.0f} ms, p99 {load.p99_ms:.0f} ms, {load.errors} errors")


if __name__ == "__main__":
    print_serving()
