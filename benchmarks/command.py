"""CPU time of `gan-designer design 64`, compared with torch's import and the verifier's work in torch.

    python -m benchmarks.command

The three alternate, so that load on the machine slows all; the minimum of each counts. The goal is
that the command takes no longer than the import and 1.5 times the work.
"""

from __future__ import annotations

import subprocess
import sys
from resource import RUSAGE_CHILDREN, getrusage
from time import process_time

from benchmarks.verification_cost import job_of_probe
from designer.verification.probe import run_job

SIDE = 64
REPETITIONS = 7
WORK_SHARE = 1.5


def cpu_seconds(*arguments: str) -> float:
    """CPU seconds of a Python program and of the processes that it starts."""
    before = getrusage(RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def print_command() -> None:
    """The three figures, what the goal allows, and the ratio to it."""
    job, taken = job_of_probe(SIDE), []
    for _ in range(REPETITIONS):
        start = process_time()
        run_job(job)
        work = process_time() - start
        command = cpu_seconds("-m", "designer", "design", str(SIDE))
        taken.append((command, cpu_seconds("-c", "import torch"), work))
    command, torch, work = (min(column) for column in zip(*taken, strict=True))
    allowed = torch + WORK_SHARE * work
    print("gan-designer design 64, CPU seconds")
    print(f"{'design':>8} {'torch':>8} {'work':>8} {'allowed':>8} {'ratio':>8} {'goal':>8}")
    print(
        f"{command:8.2f} {torch:8.2f} {work:8.2f} {allowed:8.2f} {command / allowed:8.2f} {1.0:8.1f}"
    )


if __name__ == "__main__":
    print_command()
