"""Writes tests/data/permalinks.json: `python -m tests.brief.permalink.golden`, once per release.

Rows are only ever added: a published id always means the same network.
"""

from __future__ import annotations

import json
import random
from hashlib import sha256
from pathlib import Path
from typing import Any

from designer.brief.model import Brief
from designer.brief.options import Level
from designer.brief.search_space import Budget, Exact, Overlap, SearchSpace
from designer.errors import DesignerError
from designer.pipeline.design import Design, design_document
from designer.pipeline.make_design import design

FILE = Path(__file__).parents[2] / "data" / "permalinks.json"
COUNT = 100
SHAPE = (
    "op", "in_channels", "out_channels", "kernel_size", "stride", "padding", "output_padding",
    "dilation", "groups", "bias", "normalization", "activation", "input_size", "output_size",
)  # fmt: skip
"""Fields that define what a layer computes; the others may change between releases."""


def network_digest(network: dict[str, Any]) -> str:
    """SHA-256 of the ``SHAPE`` fields of a network's layers."""
    rows = [[layer[name] for name in SHAPE] for layer in network["layers"]]
    return sha256(json.dumps(rows).encode()).hexdigest()


def golden_row(result: Design) -> dict[str, Any]:
    """An id with its sizes, parameters and network digests."""
    document: Any = design_document(result)
    return {
        "id": document["id"],
        "sizes": document["chain"]["sizes"],
        "latent_dim": document["brief"]["latent_dim"],
        "parameters": [document[name]["parameters"] for name in ("generator", "discriminator")],
        "generator": network_digest(document["generator"]),
        "discriminator": network_digest(document["discriminator"]),
    }


def random_brief(rng: random.Random) -> Brief:
    """A random brief; not every one has a chain."""
    axes = rng.choice([1, 2, 2, 2, 3])
    high = {1: 30_000, 2: 1_200, 3: 130}[axes]
    side = rng.randint(4, high)
    square = rng.random() < 0.5
    resolution = (side,) * axes if square else tuple(rng.randint(4, high) for _ in range(axes))
    default = SearchSpace.default(axes=axes)
    search = SearchSpace(
        kernel_sizes=tuple(sorted({*rng.sample(range(2, 10), 4), *default.kernel_sizes})),
        strides=default.strides,
        dilations=rng.choice([(1,), (1,), (1, 3)]),
        output_padding=rng.random() < 0.8,
        exact=rng.choice([Exact.PREFER, Exact.PREFER, Exact.REQUIRE]),
        overlap=rng.choice(list(Overlap)),
        max_layers=rng.randint(4, 16),
    )
    brief = Brief(
        resolution=resolution,
        latent_dim=rng.randint(1, 512),
        channels=rng.randint(1, 4),
        base_channels=rng.randint(1, 96),
        max_channels=rng.randint(32, 1024),
        search=rng.choice([default, search]),
        budget=rng.choice([None, Budget(parameters=rng.randint(10**6, 10**8))]),
        verify=Level.NONE,
    )
    if rng.random() < 0.8:
        return brief
    return Brief(
        resolution=resolution,
        latent_dim=7,
        windows=design(brief).chain.windows,
        verify=Level.NONE,
    )


def main() -> None:
    """Write the file."""
    rng = random.Random(20_26)
    rows: list[dict[str, Any]] = []
    while len(rows) < COUNT:
        try:
            rows.append(golden_row(design(random_brief(rng))))
        except DesignerError:
            continue
    FILE.write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")


if __name__ == "__main__":
    main()
