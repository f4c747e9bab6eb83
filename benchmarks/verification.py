"""Verification with a warm pool, compared with the same checks in one warm process.

The two alternate, so that load on the machine slows both.
"""

from __future__ import annotations

from statistics import median
from time import perf_counter

from benchmarks.pipeline import GOALS, job_of
from benchmarks.torch_alone import TorchAlone
from designer.brief.model import Brief, Level
from designer.pipeline.design import design
from designer.verification import Limits, Pool, verify_source

REPETITIONS = 7


def verification_seconds(side: int, pool: Pool) -> tuple[float, float]:
    """Median seconds of a verification through the pool, and of its work in torch alone."""
    brief = Brief(resolution=(side, side), latent_dim=100)
    made = design(Brief(resolution=(side, side), latent_dim=100, verify=Level.NONE))
    alone = TorchAlone(job_of(brief, pool))
    pooled, torch_taken = [], []
    try:
        alone.seconds()
        for _ in range(REPETITIONS):
            start = perf_counter()
            verify_source(made.source, made.gan, level=Level.STANDARD, runner=pool.run)
            pooled.append(perf_counter() - start)
            torch_taken.append(alone.seconds())
    finally:
        alone.close()
    return median(pooled), median(torch_taken)


def print_verification() -> None:
    """A row per size: both figures, their ratio, and the goal."""
    print("verification through the pool, warm, seconds")
    print(f"{'target':>12} {'pool':>8} {'torch':>8} {'ratio':>8} {'goal':>8}")
    with Pool(workers=1, limits=Limits()) as pool:
        for side, goal in GOALS.items():
            pooled, torch = verification_seconds(side, pool)
            name, ratio = f"{side}×{side}", pooled / torch
            print(f"{name:>12} {pooled:8.3f} {torch:8.3f} {ratio:8.2f} {goal:8.1f}", flush=True)


if __name__ == "__main__":
    print_verification()
