"""A design end to end, compared with a warm process that does only the verifier's work in torch.

The two alternate, so that load on the machine slows both; the minimum of each counts.
"""

from __future__ import annotations

from time import perf_counter
from typing import Any

from benchmarks.torch_alone import TorchAlone
from designer.brief.model import Brief
from designer.pipeline.make_design import design
from designer.verification import Limits, Pool

GOALS = {64: 2.0, 256: 1.2, 1024: 1.2}
"""Side of the picture → largest allowed ratio of a whole design to its work in torch."""

REPETITIONS = 9


def job_of(brief: Brief, pool: Pool) -> dict[str, Any]:
    """The probe's job for this brief; the pool is warm afterwards."""
    jobs: list[dict[str, Any]] = []

    def note_and_run(job: dict[str, Any], *, discard: bool = False) -> dict[str, Any]:
        jobs.append(job)
        return pool.run(job, discard=discard)

    made = design(brief, runner=note_and_run)
    assert made.verification.verdict == "verified", made.verification
    return jobs[0]


def end_to_end_seconds(brief: Brief, pool: Pool) -> tuple[float, float]:
    """Minimum seconds of the whole design and of the work in torch alone."""
    alone = TorchAlone(job_of(brief, pool))
    whole_taken, torch_taken = [], []
    try:
        alone.seconds()
        for _ in range(REPETITIONS):
            start = perf_counter()
            design(brief, runner=pool.run)
            whole_taken.append(perf_counter() - start)
            torch_taken.append(alone.seconds())
    finally:
        alone.close()
    return min(whole_taken), min(torch_taken)


def print_pipeline() -> None:
    """A row per size: both figures, their ratio, and the goal."""
    print("design end to end (solve, assemble, render, verify), warm, seconds")
    print(f"{'target':>12} {'design':>8} {'torch':>8} {'ratio':>8} {'goal':>8}")
    with Pool(workers=1, limits=Limits()) as pool:
        for side, goal in GOALS.items():
            brief = Brief(resolution=(side, side), latent_dim=100)
            whole, torch = end_to_end_seconds(brief, pool)
            name, ratio = f"{side}×{side}", whole / torch
            print(f"{name:>12} {whole:8.3f} {torch:8.3f} {ratio:8.2f} {goal:8.1f}", flush=True)
