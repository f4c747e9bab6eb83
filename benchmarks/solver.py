"""Time of the solver alone, from a brief to its chain."""

from __future__ import annotations

from statistics import median
from time import perf_counter

from designer.brief.model import Brief
from designer.pipeline.solve_brief import solve_brief

TARGETS = [(64, 64), (1024, 1024), (1080, 1920), (16384, 16384)]
REPETITIONS = 15


def solver_seconds(brief: Brief) -> list[float]:
    """Seconds of each repetition; the first includes filling the caches."""
    taken = []
    for _ in range(REPETITIONS):
        start = perf_counter()
        solve_brief(brief)
        taken.append(perf_counter() - start)
    return taken


def print_solver() -> None:
    """A row per target: the first call, and the median of the others."""
    print("solver alone, milliseconds (the goal: a few)")
    print(f"{'target':>12} {'first':>8} {'median':>8}")
    for target in TARGETS:
        brief = Brief(resolution=target, latent_dim=100)
        first, *others = solver_seconds(brief)
        name = "×".join(str(side) for side in brief.resolution)
        print(f"{name:>12} {1000 * first:8.2f} {1000 * median(others):8.2f}", flush=True)
