"""`python -m benchmarks.anomalies`: anomalies in the default chains of thousands of sizes.

An anomaly is a layer with |c| ≥ S or with uneven overlap, one whose mirror leaves positions
unread, or an initial side below 4 for a target of more than 9.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from designer.brief.search_space import SearchSpace
from designer.brief.widths import Widths
from designer.chains import Solution, solve_chain
from designer.geometry.layers import Size

WIDTHS = Widths(latent_dim=100, channels=3, base_channels=64, max_channels=512)

LENGTHS = (
    *(8_000, 11_025, 16_000, 16_384, 22_050, 24_000, 32_000, 32_768, 44_100, 48_000, 60_000),
    *(65_536, 88_200, 96_000, 110_250, 131_072, 160_000, 192_000, 220_500, 240_000),
)
"""Common lengths of audio, in samples."""

VOLUMES = (
    *((16, 64, 64), (32, 32, 32), (64, 64, 64), (16, 128, 128), (96, 96, 96), (128, 128, 128)),
    *((64, 96, 80), (91, 109, 91), (155, 240, 240), (160, 192, 160), (182, 218, 182), (256,) * 3),
)
"""Common volumes: video, and scans of heads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomalies:
    """Counts of anomalies in the default chains of some targets.

    ``steps`` are layers with |c| ≥ S, ``uneven`` and ``unread`` layers, ``small`` targets that
    start below 4; ``stems`` the stem's shares of the parameters, one per target.
    """

    targets: int
    steps: int
    uneven: int
    unread: int
    small: int
    farthest_offset: int
    stems: tuple[float, ...]


def squares() -> Iterator[Size]:
    """Every square of 4 to 1024 a side."""
    return ((side, side) for side in range(4, 1025))


def rectangles(number: int = 300) -> Iterator[Size]:
    """Random rectangles of 4 to 2000 a side, the same on every run."""
    random = Random(2000)
    return ((random.randint(4, 2000), random.randint(4, 2000)) for _ in range(number))


def lengths() -> Iterator[Size]:
    """Common lengths of audio."""
    return ((length,) for length in LENGTHS)


def volumes() -> Iterator[Size]:
    """Common volumes."""
    return iter(VOLUMES)


GROUPS = {
    "squares 4 to 1024": squares,
    "300 rectangles to 2000": rectangles,
    "audio lengths to 240000": lengths,
    "volumes": volumes,
}


def find_anomalies(targets: Iterator[Size]) -> Anomalies:
    """Counts of anomalies in the default chains of these targets."""
    solutions = [
        solve_chain(target, space=SearchSpace.default(axes=len(target)), widths=WIDTHS)
        for target in targets
    ]
    steps = [step for solution in solutions for step in solution.chain.windows]
    return Anomalies(
        targets=len(solutions),
        steps=sum(any(abs(w.offset) >= w.stride for w in step) for step in steps),
        uneven=sum(not all(w.overlaps_evenly for w in step) for step in steps),
        unread=sum(any(w.output_padding > w.padding for w in step) for step in steps),
        small=sum(_starts_small(solution) for solution in solutions),
        farthest_offset=max(abs(w.offset) for step in steps for w in step),
        stems=tuple(_stem_share(solution) for solution in solutions),
    )


def _starts_small(solution: Solution) -> bool:
    return min(solution.chain.target) > 9 and min(solution.chain.initial_size) < 4


def _stem_share(solution: Solution) -> float:
    layers = len(solution.chain.windows)
    stem = WIDTHS.stem_parameters(layers, solution.chain.initial_size)
    return stem / solution.parameters


def print_anomalies() -> None:
    """A row per group of targets."""
    print(
        f"{'default answers to':<26}{'targets':>8}{'|c| ≥ S':>9}{'uneven':>8}{'unread':>8}"
        f"{'small start':>13}{'largest |c|':>13}{'stem’s share: median':>22}{'largest':>9}"
    )
    for name, group in GROUPS.items():
        found = find_anomalies(group())
        stems = sorted(found.stems)
        print(
            f"{name:<26}{found.targets:>8}{found.steps:>9}{found.uneven:>8}{found.unread:>8}"
            f"{found.small:>13}{found.farthest_offset:>13}"
            f"{stems[len(stems) // 2]:>22.0%}{stems[-1]:>9.0%}",
            flush=True,
        )


if __name__ == "__main__":
    print_anomalies()
