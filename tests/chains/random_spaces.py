"""Small search spaces and targets for property tests, generated from seeds."""

from __future__ import annotations

from functools import cache
from random import Random

from hypothesis import strategies as st

from designer.brief.search_space import Exact, Overlap, SearchSpace
from designer.brief.widths import Widths
from designer.errors import InvalidRequest
from tests.chains.brute_force import TooManyTrials, all_chains
from tests.support import soak_count

WIDTHS = Widths(latent_dim=100, channels=3, base_channels=64, max_channels=512)
"""The default widths."""

NARROW = Widths(latent_dim=5, channels=2, base_channels=3, max_channels=7)
"""Widths with a cap that binds early."""

FROM_MAP = Widths(latent_dim=None, initial_channels=5, channels=2, base_channels=3, max_channels=7)
"""The same for a decoder, whose order prefers exact chains and ignores the initial side."""

Case = tuple[tuple[int, ...], SearchSpace]


@cache
def small_case(seed: int) -> Case:
    """A target on one to three axes and a space that brute force lists quickly."""
    random = Random(seed)
    while True:
        try:
            target, space = _any_case(random)
            all_chains(target, space, most=40_000)
        except (InvalidRequest, TooManyTrials):
            continue
        return target, space


def _any_case(random: Random) -> Case:
    axes = random.choice((1, 2, 2, 3))
    side = {1: 26, 2: 10, 3: 6}[axes]
    target = tuple(random.randint(2, side) for _ in range(axes))
    anisotropic = random.random() < 0.4
    strides = random.sample((2, 3, 2, 4), random.randint(1, 2))
    lists = 1 if axes == 3 else random.randint(1, 3 if axes == 1 else 2)
    starts = tuple(random.randint(1, max(1, side // 2)) for side in target)
    return target, SearchSpace(
        kernel_sizes=tuple(random.choice((1, 2, 3, 4, 4, 5, 6)) for _ in range(lists)),
        strides=(1, *strides) if anisotropic else tuple(strides),
        dilations=random.choice(((1,), (1,), (2,), (1, 2), (1, 3))),
        output_padding=random.random() < 0.7,
        exact=random.choice(tuple(Exact)),
        overlap=random.choice(tuple(Overlap)),
        max_layers=random.randint(1, 3),
        anisotropic=anisotropic,
        initial_size=starts if random.random() < 0.25 else None,
    )


def small_cases() -> st.SearchStrategy[Case]:
    """Small cases by seed: of few in `make test`, since brute force takes nearly all of the time."""
    return st.integers(0, soak_count(300, 10**9)).map(small_case)
