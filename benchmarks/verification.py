"""Verification with a warm pool, compared with the same checks in one warm process.

The two alternate, so that load on the machine slows both.
"""

from __future__ import annotations

from dataclasses import replace
from statistics import median
from time import perf_counter

from benchmarks.pipeline import GOALS, job_of
from benchmarks.torch_alone import TorchAlone
from designer.brief.architecture import Architecture
from designer.brief.model import Brief
from designer.brief.options import Level
from designer.geometry.layers import format_size
from designer.geometry.resampling import Upsampling
from designer.pipeline.make_design import design
from designer.verification import Limits, Pool, verify_source

REPETITIONS = 7


RESIDUAL = (
    Brief(
        resolution=(128, 128),
        latent_dim=128,
        architecture=Architecture.RESNET,
        upsampling=Upsampling.RESIZE,
    ),
    Brief(resolution=(256, 256), latent_dim=64, architecture=Architecture.R3GAN),
)
RESIDUAL_GOAL = 1.3


def verification_seconds(brief: Brief, pool: Pool) -> tuple[float, float]:
    """Median seconds of a verification through the pool, and of its work in torch alone."""
    made = design(replace(brief, verify=Level.NONE))
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
    print(f"{'target':>16} {'pool':>8} {'torch':>8} {'ratio':>8} {'goal':>8}")
    with Pool(workers=1, limits=Limits()) as pool:
        cases = [
            (Brief(resolution=(side, side), latent_dim=100), goal) for side, goal in GOALS.items()
        ]
        for brief, goal in [*cases, *((brief, RESIDUAL_GOAL) for brief in RESIDUAL)]:
            pooled, torch = verification_seconds(brief, pool)
            kind = "" if brief.blocks is None else f"{brief.architecture} "
            name, ratio = f"{kind}{format_size(brief.resolution)}", pooled / torch
            print(f"{name:>16} {pooled:8.3f} {torch:8.3f} {ratio:8.2f} {goal:8.1f}", flush=True)


if __name__ == "__main__":
    print_verification()
