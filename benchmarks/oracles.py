"""`python -m benchmarks.oracles`: the solver compared with CP-SAT and brute force in one run.

CP-SAT is given the number of layers and solves one criterion of the order after the other, to the same
optimum. Brute force tries every chain where that is feasible.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from statistics import median
from time import perf_counter

from benchmarks.cp_sat import CpSatModel
from designer.brief.search_space import SearchSpace
from designer.brief.widths import Widths
from designer.chains import ChainQuery, count_space, search_chains, solve_chain
from designer.geometry.layers import Size
from tests.chains.brute_force import TooManyTrials, best_chains

SPACE = SearchSpace.default(axes=2)
WIDTHS = Widths(latent_dim=100, channels=3, base_channels=64, max_channels=512)
TARGETS: tuple[Size, ...] = ((6, 6), (64, 64), (218, 178), (1080, 1920), (16384, 16384))
WITHOUT_CP_SAT: tuple[Size, ...] = ((16384, 16384),)
"""Targets without CP-SAT, to keep the benchmark short."""

REPETITIONS = 9
MAX_LAYERS_TRIED = 3_000_000
"""Maximum number of layers for brute force: about ten seconds."""


def milliseconds(call: Callable[[], object], repetitions: int = REPETITIONS) -> float:
    """Median of some repetitions."""
    taken = []
    for _ in range(repetitions):
        start = perf_counter()
        call()
        taken.append(1000 * (perf_counter() - start))
    return median(taken)


def best_milliseconds(target: Size) -> float:
    """The optimum."""
    return milliseconds(lambda: solve_chain(target, space=SPACE, widths=WIDTHS))


def count_milliseconds(target: Size) -> float:
    """The count."""
    return milliseconds(lambda: count_space(target, space=SPACE, widths=WIDTHS))


def all_milliseconds(target: Size) -> float:
    """Count, ten best and frontier."""
    query = ChainQuery(target=target, space=SPACE, widths=WIDTHS)
    return milliseconds(lambda: search_chains(query), 5)


def cp_sat_milliseconds(target: Size) -> float:
    """CP-SAT to the same optimum, its model built and solved once per repetition."""
    layers = len(solve_chain(target, space=SPACE, widths=WIDTHS).chain.windows)
    return milliseconds(lambda: CpSatModel(target, layers, SPACE, WIDTHS).optimum(), 3)


def brute_force_milliseconds(target: Size) -> float | None:
    """Brute force over the whole order, or None if it is not feasible."""
    if max(target) > 64:
        return None
    space = replace(SPACE, max_layers=2)
    try:
        return milliseconds(lambda: best_chains(target, space, WIDTHS, MAX_LAYERS_TRIED), 1)
    except TooManyTrials:
        return None


def _milliseconds_column(taken: float | None, width: int, without: str) -> str:
    return f"{without:>{width}}" if taken is None else f"{taken:>{width}.0f}"


def _ratio_column(taken: float | None, best: float) -> str:
    return f"{'':>8}" if taken is None else f"{taken / best:>8.0f}"


def print_oracles() -> None:
    """A row per target, and how optimum and count grow."""
    print(
        f"{'target':>12}{'optimum ms':>12}{'count ms':>10}{'all ms':>8}"
        f"{'CP-SAT ms':>11}{'ratio':>8}{'brute force ms':>16}{'ratio':>8}"
    )
    sums = {}
    for target in TARGETS:
        best, count = best_milliseconds(target), count_milliseconds(target)
        sums[target] = best + count
        rival = None if target in WITHOUT_CP_SAT else cp_sat_milliseconds(target)
        brute = brute_force_milliseconds(target)
        name = "×".join(str(side) for side in target)
        print(
            f"{name:>12}{best:>12.2f}{count:>10.2f}{all_milliseconds(target):>8.1f}"
            f"{_milliseconds_column(rival, 11, 'not run')}{_ratio_column(rival, best)}{_milliseconds_column(brute, 16, 'no end')}{_ratio_column(brute, best)}",
            flush=True,
        )
    growth = sums[(16384, 16384)] / sums[(64, 64)]
    print(f"optimum and count together, from 64×64 to 16384×16384: {growth:.1f}-fold")


if __name__ == "__main__":
    print_oracles()
