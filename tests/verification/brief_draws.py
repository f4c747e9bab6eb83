"""Random briefs over all fields and all legal sizes, each drawn from its number."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from math import exp, log, prod

from designer.brief.initialization import Initialization, Initializations
from designer.brief.model import Brief
from designer.brief.options import (
    DiscriminatorStyle,
    InitialMap,
    Level,
    Output,
    OutputActivation,
)
from designer.brief.search_space import Budget, Exact, Overlap, SearchSpace
from designer.errors import DesignerError
from designer.geometry.resampling import Upsampling
from designer.pipeline.solve_brief import fit_widths, solve_brief
from designer.validation.limits import MAX_ELEMENTS, MAX_SIDE, MAX_SIGNAL_LENGTH, MIN_SIDE
from designer.verification.predictions import RECEIPT_SEED
from tests.plain_norms import PLAIN_NORMS

_FULL_LEVEL = 0.02
"""Share of the briefs at level ``full``, whose memory has another limit."""


def draw_briefs(number: int) -> Iterator[Brief]:
    """Briefs of this number, without end: the first that has a design counts."""
    rng = random.Random(f"{RECEIPT_SEED}/{number}")
    while True:
        try:
            yield _draw_brief(rng)
        except DesignerError:
            continue


def _log_uniform(rng: random.Random, least: int, largest: int) -> int:
    return min(largest, int(exp(rng.uniform(log(least), log(largest + 1)))))


def _draw_sizes(rng: random.Random) -> tuple[int, ...]:
    """One to three axes, each of any legal length or one of the two extremes."""
    axes = rng.choice([1, 2, 2, 2, 3])
    largest = MAX_SIGNAL_LENGTH if axes == 1 else MAX_SIDE

    def side() -> int:
        extreme = rng.random() < 0.1
        return rng.choice([MIN_SIDE, largest]) if extreme else _log_uniform(rng, MIN_SIDE, largest)

    while True:
        sizes = (side(),) * axes if rng.random() < 0.25 else tuple(side() for _ in range(axes))
        if prod(sizes) <= MAX_ELEMENTS:
            return sizes


def _draw_space(rng: random.Random, axes: int) -> SearchSpace | None:
    if rng.random() < 0.5:
        return None
    space = SearchSpace.default(axes=axes, anisotropic=rng.random() < 0.4)
    sides = [_log_uniform(rng, 1, 16) for _ in range(axes)]
    return replace(
        space,
        kernel_sizes=tuple({*space.kernel_sizes, _log_uniform(rng, 1, 48)}),
        strides=tuple({*space.strides, _log_uniform(rng, 1, 12)}),
        dilations=rng.choice([(1,), (1,), (1, 2), (1, 2, 3)]),
        output_padding=rng.random() < 0.8,
        exact=rng.choice(list(Exact)),
        overlap=rng.choice(list(Overlap)),
        initial_size=tuple(sides) if rng.random() < 0.2 else None,
        max_layers=rng.choice([1, 4, 8, 16, 64]),
    )


def _draw_style(rng: random.Random) -> DiscriminatorStyle:
    return DiscriminatorStyle(
        normalization=rng.choice(PLAIN_NORMS),
        output=rng.choice(list(Output)),
        patch=rng.choice([None, None, _log_uniform(rng, 1, 512)]),
        base_channels=rng.choice([None, _log_uniform(rng, 1, 512)]),
    )


def _draw_budget(rng: random.Random) -> Budget | None:
    if rng.random() < 0.8:
        return None
    return Budget(
        parameters=rng.choice([None, _log_uniform(rng, 10**4, 10**9)]),
        multiply_adds=rng.choice([None, _log_uniform(rng, 10**6, 10**12)]),
    )


def _draw_brief(rng: random.Random) -> Brief:
    """A brief; its chain is given or its input a map where another one has been solved.

    Raises:
        DesignerError: if the fields contradict each other, or no chain fits.
    """
    sizes = _draw_sizes(rng)
    encoder = rng.random() < 0.3
    brief = Brief(
        resolution=sizes,
        latent_dim=rng.choice([100, _log_uniform(rng, 1, 1024), _log_uniform(rng, 1, 65_536)]),
        classes=rng.choice([None, None, None, _log_uniform(rng, 2, 65_536)]),
        channels=rng.choice([1, 3, 3, 3, _log_uniform(rng, 1, 4096)]),
        base_channels=rng.choice([None, 64, _log_uniform(rng, 1, 256), _log_uniform(rng, 1, 4096)]),
        max_channels=rng.choice([512, 512, _log_uniform(rng, 1, 4096)]),
        upsampling=rng.choice(list(Upsampling)),
        normalization=rng.choice(PLAIN_NORMS),
        output_activation=rng.choice(list(OutputActivation)),
        discriminator=rng.choice(["default", None, *[_draw_style(rng)] * 3]),
        encoder=encoder,
        variational=encoder and rng.random() < 0.4,
        search=_draw_space(rng, len(sizes)),
        budget=_draw_budget(rng),
        verify=Level.FULL if rng.random() < _FULL_LEVEL else Level.STANDARD,
        initialization=Initializations(
            generator=rng.choice([None, *Initialization]),
            discriminator=rng.choice([None, *Initialization]),
        ),
    )
    kind = rng.choice(["solved"] * 4 + ["chain", "map"])
    if kind == "solved":
        return brief
    brief = fit_widths(brief)
    solved = solve_brief(brief).chain
    if kind == "chain":
        return replace(brief, windows=solved.windows, search=None, budget=None)
    start = InitialMap(channels=_log_uniform(rng, 1, 1024), size=solved.initial_size)
    return replace(brief, latent_dim=None, classes=None, initial_map=start, budget=None)
