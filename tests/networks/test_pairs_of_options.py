"""Combinations of options: every legal pair of values occurs in some design that works."""

from __future__ import annotations

import random
from itertools import combinations, product
from typing import Any

import pytest
import torch

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
from designer.errors import InvalidRequest
from designer.geometry.resampling import Upsampling
from designer.networks import Gan
from designer.networks.from_brief import assemble_networks
from designer.pipeline.solve_brief import solve_brief
from tests.networks.network_factory import assert_verified, module_of
from tests.plain_norms import PLAIN_NORMS

pytestmark = [pytest.mark.torch, pytest.mark.slow]

OPTIONS: dict[str, list[Any]] = {
    "axes": [1, 2, 3],
    "upsampling": list(Upsampling),
    "normalization": [kind for kind in PLAIN_NORMS if kind is not Normalization.SPECTRAL],
    "output_activation": list(OutputActivation),
    "start": ["latent", "map"],
    "classes": [None, 3],
    "encoder": [False, True],
    "discriminator": [None, *PLAIN_NORMS],
    "output": list(Output),
    "patch": [None, 11],
    "width": [None, 5],
    "anisotropic": [False, True],
}
SIZES = {
    1: [(64,), (100,), (243,)],
    2: [(16, 45), (16, 16), (17, 24)],
    3: [(6, 8, 16), (8, 8, 8), (16, 10, 11)],
}
Row = dict[str, Any]


def is_legal(row: Row) -> bool:
    """Whether the values in a row are compatible."""
    labels_on_a_map = row.get("start") == "map" and row.get("classes") is not None
    critic_with_batch_norm = (
        row.get("output") is Output.CRITIC and row.get("discriminator") is Normalization.BATCH
    )
    discriminator_options_given = any(
        row.get(name, default) is not default for name, default in DISCRIMINATOR_DEFAULTS.items()
    )
    no_discriminator = "discriminator" in row and row["discriminator"] is None
    return not (
        labels_on_a_map
        or critic_with_batch_norm
        or (no_discriminator and discriminator_options_given)
    )


DCGAN: Row = {
    "axes": 2,
    "upsampling": Upsampling.TRANSPOSED,
    "normalization": Normalization.BATCH,
    "output_activation": OutputActivation.TANH,
    "start": "latent",
    "classes": None,
    "encoder": False,
    "discriminator": Normalization.BATCH,
    "output": Output.PROBABILITY,
    "patch": None,
    "width": None,
    "anisotropic": False,
}

DISCRIMINATOR_DEFAULTS = {"output": Output.PROBABILITY, "patch": None, "width": None}


def covering_rows() -> list[Row]:
    """Rows in which every legal pair of values occurs, each the best of many random rows."""
    rng = random.Random(7)
    missing = {
        ((one, a), (other, b))
        for one, other in combinations(OPTIONS, 2)
        for a, b in product(range(len(OPTIONS[one])), range(len(OPTIONS[other])))
        if is_legal({one: OPTIONS[one][a], other: OPTIONS[other][b]})
    }
    rows = []
    while missing:
        drawn = []
        first, second = rng.choice(sorted(missing))
        for _ in range(200):
            indices = {name: rng.randrange(len(values)) for name, values in OPTIONS.items()}
            indices |= dict([first, second])
            row = {name: OPTIONS[name][index] for name, index in indices.items()}
            if is_legal(row):
                pairs = set(combinations(indices.items(), 2))
                drawn.append((len(pairs & missing), sorted(pairs), row))
        _, pairs_of_best, best = max(drawn, key=lambda found: found[:2])
        missing -= set(pairs_of_best)
        rows.append(best)
    return rows


ROWS = covering_rows()


def assemble_row(row: Row, size: tuple[int, ...]) -> Gan:
    """The networks of a row's brief at a size, along the solver's best chain."""
    style = None
    if row["discriminator"] is not None:
        style = DiscriminatorStyle(
            normalization=row["discriminator"],
            output=row["output"],
            patch=row["patch"],
            base_channels=row["width"],
        )
    common: Row = {
        "resolution": size,
        "channels": 2,
        "base_channels": 6,
        "max_channels": 16,
        "upsampling": row["upsampling"],
        "normalization": row["normalization"],
        "output_activation": row["output_activation"],
        "discriminator": style,
        "encoder": row["encoder"],
        "search": SearchSpace.default(axes=row["axes"], anisotropic=row["anisotropic"]),
        "verify": Level.NONE,
    }
    brief = Brief(latent_dim=7, classes=row["classes"], **common)
    chain = solve_brief(brief).chain
    if row["start"] == "map":
        initial_map = InitialMap(channels=6, size=chain.initial_size)
        common |= {"classes": row["classes"], "windows": chain.windows}
        brief = Brief(initial_map=initial_map, **common)
    return assemble_networks(brief, chain)


def row_name(row: Row) -> str:
    """A row as a test id."""
    return " ".join(f"{name}={value}" for name, value in row.items())


def test_every_legal_pair_of_options_is_in_some_row() -> None:
    """A few dozen rows cover the pairs of a hundred thousand designs."""
    for one, other in combinations(OPTIONS, 2):
        for a, b in product(OPTIONS[one], OPTIONS[other]):
            present = any(row[one] == a and row[other] == b for row in ROWS)
            assert present is is_legal({one: a, other: b}), (one, a, other, b)
    assert all(is_legal(row) for row in ROWS)
    assert 35 <= len(ROWS) <= 80


def single_option_rows() -> list[Row]:
    """The DCGAN, and the DCGAN with each value of each option."""
    rows = [DCGAN | {name: value} for name, values in OPTIONS.items() for value in values]
    return [row for row in rows if row != DCGAN and is_legal(row)] + [DCGAN]


@pytest.mark.parametrize("row", [*single_option_rows(), *ROWS], ids=row_name)
def test_every_option_alone_and_every_pair_of_options_works(row: Row) -> None:
    """A full receipt at the first size; built, run and counted at the two others."""
    first, *others = SIZES[row["axes"]]
    assert_verified(assemble_row(row, first))
    for size in others:
        assert_runs(assemble_row(row, size))


ILLEGAL_PAIRS = {
    "critic_with_batch_norm": {"discriminator": Normalization.BATCH, "output": Output.CRITIC},
    "labels_without_latent": {"start": "map", "classes": 3},
}


@pytest.mark.parametrize("code", ILLEGAL_PAIRS)
@pytest.mark.parametrize("row", ROWS, ids=row_name)
def test_illegal_pairs_are_refused_with_any_other_options(row: Row, code: str) -> None:
    """The refusal has its code with all other options."""
    with pytest.raises(InvalidRequest) as refused:
        assemble_row(row | ILLEGAL_PAIRS[code], SIZES[row["axes"]][0])
    assert code in [error.code for error in refused.value.errors]


def assert_runs(gan: Gan) -> None:
    """Every network has the predicted input, output and parameters."""
    module = module_of(gan)
    for network in gan.networks.values():
        built = getattr(module, network.class_name)().apply(module.weights_init)
        assert sum(p.numel() for p in built.parameters()) == network.parameters
        given = [torch.randn(2, *network.input_map.shape)]
        if network.takes_labels:
            given.append(torch.tensor([0, 2]))
        output = built(*given)
        wanted = () if network.flat else network.output_map.shape
        assert output.shape == (2, *wanted)
        assert bool(output.isfinite().all())
