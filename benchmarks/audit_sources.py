"""`python -m benchmarks.audit_sources`: audits of sources, and memory over 200 of them.

Each source is audited through a warm pool and run in a bare process with torch; the two alternate,
so that load on the machine slows both. Then four clients send a server 200 audits.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from benchmarks.bare_sources import BATCH, BareProcess
from designer.audit import audit, read_request
from designer.verification import Limits, Pool
from tests.service.processes import children, resident_set_bytes
from tests.service.servers import SERVE, Server, start_server

SOURCES = Path(__file__).parents[1] / "tests" / "data" / "realistic_sources.json"
REPETITIONS = 9
GOAL_S = 0.6
GOAL_RATIO = 1.3
AUDITS = 200
CLIENTS = 4
STEP = 50

Case = dict[str, Any]


def read_cases() -> list[Case]:
    """The sources, each with the expression of its network and its inputs."""
    cases: list[Case] = json.loads(SOURCES.read_text(encoding="utf-8"))
    return cases


def audit_document(case: Case) -> Case:
    """The request that audits a source."""
    return {name: case[name] for name in ("source", "network", "inputs")} | {"batch": BATCH}


def audit_seconds(case: Case, pool: Pool) -> float:
    """The seconds of one audit through the pool, with its answer as JSON."""
    start = perf_counter()
    answer = audit(read_request(audit_document(case)), runner=pool.run)
    json.dumps(answer)
    assert answer["verdict"] == "fits", answer["reason"]
    return perf_counter() - start


def print_audit_times() -> None:
    """A row per source: both medians and their ratio; then those of all sources."""
    print(f"audits of sources, warm, median of {REPETITIONS}, seconds")
    print(f"{'source':>26} {'audit':>8} {'bare':>8} {'ratio':>8}")
    bare, all_audits, all_bare = BareProcess(), list[float](), list[float]()
    with Pool(workers=1, limits=Limits()) as pool:
        for case in read_cases():
            audit_seconds(case, pool)
            bare.seconds(case)
            runs = [(audit_seconds(case, pool), bare.seconds(case)) for _ in range(REPETITIONS)]
            audited, alone = (median(each) for each in zip(*runs, strict=True))
            all_audits.append(audited)
            all_bare.append(alone)
            print(f"{case['name']:>26} {audited:8.3f} {alone:8.3f} {audited / alone:8.2f}")
    bare.close()
    ratio = median(one / other for one, other in zip(all_audits, all_bare, strict=True))
    print(f"{'median':>26} {median(all_audits):8.3f} {median(all_bare):8.3f} {ratio:8.2f}")
    print(f"{'goal':>26} {GOAL_S:8.3f} {'':>8} {GOAL_RATIO:8.2f}", flush=True)


def request_audit(server: Server, case: Case) -> None:
    """Send one audit."""
    body = json.dumps(audit_document(case)).encode()
    headers = {"Content-Type": "application/json"}
    answer = server.ask("/v1/audits", method="POST", body=body, headers=headers)
    assert answer.status == 200, answer.body


def print_audit_memory() -> None:
    """Resident memory of the web process and of the largest fork server after every 50 audits."""
    print(f"{AUDITS} audits by {CLIENTS} clients: resident MB after each {STEP}")
    print(f"{'audits':>8} {'web':>8} {'fork server':>12} {'per s':>8}")
    with TemporaryDirectory() as folder:
        server = start_server(Path(folder), command=SERVE, workers="1", threads="8")
        cases = cycle(read_cases())
        try:
            with ThreadPoolExecutor(CLIENTS) as clients:
                for done in range(STEP, AUDITS + 1, STEP):
                    start = perf_counter()
                    sent = islice(cases, STEP)
                    list(clients.map(lambda case: request_audit(server, case), sent))
                    rate = STEP / (perf_counter() - start)
                    print(f"{done:8} {memory_row(server)} {rate:8.1f}", flush=True)
        finally:
            server.stop()


def memory_row(server: Server) -> str:
    """The resident megabytes of the web process and of its largest fork server."""
    (web,) = children(server.pid)
    servers = [round(resident_set_bytes(each) / 1e6) for each in children(web)]
    return f"{round(resident_set_bytes(web) / 1e6):8} {max(servers):12}"


def print_audits() -> None:
    """Both measurements."""
    print_audit_times()
    print_audit_memory()


if __name__ == "__main__":
    print_audits()
