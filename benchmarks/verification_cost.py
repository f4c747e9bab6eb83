"""CPU time of the probe's work, compared with plain torch work on the same networks.

    python -m benchmarks.verification_cost

Plain work builds each network, initializes it, runs it forwards and backwards in training and once
more in evaluation. Both alternate in one process and thread; the median of the ratios counts. A
verification of commit e6eb95e took ``BEFORE`` times the plain work; a goal is 1.3 times that.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import process_time
from typing import Any

import torch

from designer.brief.model import Brief
from designer.pipeline.make_design import design
from designer.verification.probe import run_job
from designer.verification.probe.loading import build_network, load_text, random_input

BEFORE: dict[int, float] = {64: 3.46, 256: 3.38, 1024: 22.4}
"""Side of the picture → ratio of a verification of commit e6eb95e to plain work."""

ALLOWED = 1.3
REPETITIONS = 9


def job_of_probe(side: int) -> dict[str, Any]:
    """The probe's job for a picture of this side."""
    jobs: list[dict[str, Any]] = []

    def note_and_run(job: dict[str, Any], *, discard: bool = False) -> dict[str, Any]:
        jobs.append(job)
        return run_job(job)

    made = design(Brief(resolution=(side, side), latent_dim=100), runner=note_and_run)
    assert made.verification.verdict == "verified", made.verification
    return jobs[0]


def do_plain_work(job: dict[str, Any]) -> None:
    """Build, initialize and run each network as a user would, without any check."""
    module = load_text(job["text"])
    for network in job["networks"].values():
        model = build_network(module, network, "run").apply(module.weights_init)
        model(random_input(network, "run", 1)).sum().backward()
        with torch.no_grad():
            model.eval()(random_input(network, "run", 1))


def cpu_seconds(work: Callable[[], object]) -> float:
    """CPU seconds of this process during a call."""
    start = process_time()
    work()
    return process_time() - start


def measure_ratio(side: int) -> float:
    """Median of a verification's CPU time divided by that of plain work."""
    job = job_of_probe(side)
    do_plain_work(job)
    return median(
        cpu_seconds(lambda: run_job(job)) / cpu_seconds(lambda: do_plain_work(job))
        for _ in range(REPETITIONS)
    )


def print_costs() -> None:
    """A row per size: the ratio, and the goal."""
    torch.set_num_threads(1)
    print("CPU time of a verification, in times of plain torch work")
    print(f"{'target':>12} {'ratio':>8} {'goal':>8}")
    for side, before in BEFORE.items():
        name = f"{side}×{side}"
        print(f"{name:>12} {measure_ratio(side):8.2f} {ALLOWED * before:8.2f}", flush=True)


if __name__ == "__main__":
    print_costs()
