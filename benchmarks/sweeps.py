"""Sweeps with real workers: rows per second, overhead per row, two workers compared with one.

All variants alternate, so that load on the machine slows them alike; the fastest run of each counts.
Processor time includes all processes of a worker, fork servers too: the cost of a row on a core of a
machine that also does other work.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from designer.brief.brief_json import brief_from_document
from designer.pipeline.make_design import design
from designer.verification import Pool, RecentReceipts
from designer.verification.sandbox.process_tree import descendants, parent_pids
from service.designs.verification_limits import process_limits
from service.jobs.job_service import JobService, Submitter
from service.jobs.worker.command_line import worker_command
from service.settings.config import Config

TURNS = 3
ROWS = {"standard": 32, "none": 300}
FRESH = itertools.count(1)
"""Makes every brief new, so that no cache has it."""

Rows = list[dict[str, object]]


def new_rows(level: str) -> Rows:
    """New briefs of 64×64 pictures."""
    return [
        {"resolution": 64, "latent_dim": next(FRESH), "base_channels": 16, "verify": level}
        for _ in range(ROWS[level])
    ]


def loop_seconds(pool: Pool, rows: Rows) -> float:
    """The same rows in a loop in this process, with one warm fork server."""
    receipts = RecentReceipts()
    start = time.perf_counter()
    for row in rows:
        design(brief_from_document(row), runner=pool.run, store=receipts)
    return time.perf_counter() - start


def sweep_seconds(job_service: JobService, rows: Rows) -> float:
    """From the first row's start to the last row's end."""
    submitter = Submitter(owner="benchmark", client="benchmark")
    job = job_service.submit_sweep({"designs": rows}, submitter)
    while not (now := job_service.find(job.id, owner="benchmark")).state.ended:
        time.sleep(0.05)
    assert now.failed == 0, "every row is made"
    assert now.finished_at is not None
    assert now.started_at is not None
    return now.finished_at - now.started_at


@contextmanager
def workers(state: Path, count: int) -> Iterator[JobService]:
    """A job service with a number of workers, each of which has computed rows."""
    config = Config(state_folder=str(state))
    environment = {**os.environ, "GAN_DESIGNER_STATE_FOLDER": str(state)}
    with ExitStack() as stack:
        for number in range(count):
            command = worker_command(f"worker-{number}@benchmark")
            process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
            stack.callback(process.wait)
            stack.callback(process.terminate)
        job_service = JobService(config)
        while len(job_service.store.workers()) < count:
            time.sleep(0.1)
        for _ in range(2):
            sweep_seconds(job_service, new_rows("standard"))
        yield job_service


def processor_seconds(root: int) -> float:
    """Processor seconds of a process and its descendants, including ended ones."""
    used = 0
    for pid in {root, *descendants(root)}:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        used += sum(int(field) for field in fields[11:15])
    return used / os.sysconf("SC_CLK_TCK")


def print_processor_time() -> None:
    """Processor seconds per row by width and level, and the resulting rows per core and hour."""
    print("processor seconds of a worker for a row of a 64×64 sweep, and rows an hour a core")
    print(f"{'verify':>10} {'width':>8} {'seconds':>8} {'rows/h':>10}")
    with TemporaryDirectory() as folder, workers(Path(folder), 1) as job_service:
        (worker,) = {
            pid for pid in descendants(os.getpid()) if parent_pids().get(pid) == os.getpid()
        }
        for level, width in (("standard", 64), ("standard", 16), ("none", 64)):
            rows = [row | {"base_channels": width} for row in new_rows(level)]
            before = processor_seconds(worker)
            sweep_seconds(job_service, rows)
            each = (processor_seconds(worker) - before) / len(rows)
            print(f"{level:>10} {width:8} {each:8.4f} {3600 / each:10,.0f}", flush=True)


def print_sweeps() -> None:
    """A row for each level: rows a second in the loop, with one worker, with two."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        pool = stack.enter_context(Pool(workers=1, limits=process_limits(Config())))
        one = stack.enter_context(workers(folder / "one", 1))
        two = stack.enter_context(workers(folder / "two", 2))
        loop_seconds(pool, new_rows("standard"))
        print("sweeps of 64×64 designs, rows a second")
        print(f"{'verify':>10} {'loop':>8} {'worker':>8} {'of loop':>8} {'two':>8} {'of one':>8}")
        for level, count in ROWS.items():
            taken = [
                (
                    loop_seconds(pool, new_rows(level)),
                    sweep_seconds(one, new_rows(level)),
                    sweep_seconds(two, new_rows(level)),
                )
                for _ in range(TURNS)
            ]
            loop, single, double = (count / min(each) for each in zip(*taken, strict=True))
            print(
                f"{level:>10} {loop:8.2f} {single:8.2f} {single / loop:8.2f}"
                f" {double:8.2f} {double / single:8.2f}",
                flush=True,
            )


if __name__ == "__main__":
    print_processor_time()
    print()
    print_sweeps()
