"""Designs of random briefs: odd sizes, narrow layers and every legal combination of options."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

from designer.brief.model import Brief
from designer.brief.options import (
    DiscriminatorStyle,
    InitialMap,
    Level,
    Normalization,
    Output,
    OutputActivation,
)
from designer.brief.search_space import SearchSpace
from designer.errors import DesignerError
from designer.geometry.resampling import Upsampling
from designer.networks import Gan
from designer.networks.from_brief import assemble_networks
from designer.pipeline.solve_brief import solve_brief
from tests.plain_norms import PLAIN_NORMS

_LARGEST_SIDE = {1: 400, 2: 48, 3: 14}
_SPECTRAL = Normalization.SPECTRAL


def random_designs(count: int, seed: int) -> Iterator[tuple[Brief, Gan]]:
    """This many briefs that can be met, and their networks."""
    rng = random.Random(seed)
    while count:
        try:
            brief, gan = _random_design(rng)
        except DesignerError:
            continue
        count -= 1
        yield brief, gan


def _random_design(rng: random.Random) -> tuple[Brief, Gan]:
    axes = rng.choice([1, 2, 2, 2, 3])
    drawn = [rng.randint(4, _LARGEST_SIDE[axes]) for _ in range(axes)]
    brief = Brief(
        resolution=rng.choice([tuple(drawn), (drawn[0],) * axes]),
        latent_dim=rng.choice([1, 2, 3, 7, 16, 100]),
        classes=rng.choice([None, None, 1, 2, 3, 10]),
        channels=rng.choice([1, 2, 3, 4]),
        base_channels=rng.choice([1, 1, 2, 3, 4, 6, 8, 16]),
        max_channels=rng.choice([1, 2, 8, 16, 64]),
        upsampling=rng.choice(list(Upsampling)),
        normalization=rng.choice([each for each in PLAIN_NORMS if each is not _SPECTRAL]),
        output_activation=rng.choice(list(OutputActivation)),
        discriminator=rng.choice([None, *[_random_style(rng)] * 5]),
        encoder=rng.random() < 0.5,
        search=SearchSpace.default(axes=axes, anisotropic=rng.random() < 0.5),
        verify=Level.NONE,
    )
    chain = solve_brief(brief).chain
    if rng.random() < 0.3:
        start = InitialMap(channels=rng.choice([1, 3, 6]), size=chain.initial_size)
        brief = replace(
            brief, latent_dim=None, classes=None, initial_map=start, windows=chain.windows
        )
    return brief, assemble_networks(brief, chain)


def _random_style(rng: random.Random) -> DiscriminatorStyle:
    return DiscriminatorStyle(
        normalization=rng.choice(PLAIN_NORMS),
        output=rng.choice(list(Output)),
        patch=rng.choice([None, None, 7, 11, 20]),
        base_channels=rng.choice([None, 1, 2, 5, 8]),
    )
