"""Random briefs of R3GAN over all options: verified, and what plain torch computes from the brief."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
import torch

from designer.brief.brief_json import brief_from_document
from designer.pipeline.design import Design
from designer.pipeline.make_design import design, recall_design
from designer.verification import Pool
from tests.support import soak_count
from tests.verification.r3gan_oracle import R3GANOracle

pytestmark = [pytest.mark.torch, pytest.mark.slow]

SIDES = {1: (8, 300), 2: (4, 60), 3: (5, 16)}


def random_brief(random: Random) -> dict[str, Any]:
    """A brief of small networks."""
    axes = random.choice((1, 2, 2, 2, 3))
    style = {
        "output": random.choice(("logit", "critic")),
        "blocks": random.choice((None, 1, 2)),
        "max_channels": random.choice((None, 8)),
        "base_channels": random.choice((None, 3, 16)),
    }
    return {
        "architecture": "r3gan",
        "resolution": [random.randint(*SIDES[axes]) for _ in range(axes)],
        "latent_dim": random.choice((1, 5, 64)),
        "channels": random.choice((1, 3, 4)),
        "base_channels": random.choice((1, 2, 4, 8)),
        "max_channels": random.choice((8, 64)),
        "blocks": random.choice((None, 1, 1, 3)),
        "expansion": random.choice((None, 1, 3)),
        "group_width": random.choice((None, 1, 5, 64)),
        "classes": random.choice((None, 5)),
        "output_activation": random.choice((None, "tanh", "sigmoid", "none")),
        "search": {"anisotropic": random.random() < 0.3},
        "discriminator": random.choice((None, {}, style, style)),
    }


def with_lists(random: Random, document: dict[str, Any], levels: int) -> None:
    """Numbers of blocks level by level, now and then, in place of one for all."""
    if random.random() < 0.3:
        document["blocks"] = [random.randint(1, 3) for _ in range(levels)]
    if document["discriminator"] and random.random() < 0.3:
        blocks = [random.randint(1, 3) for _ in range(levels)]
        document["discriminator"] = document["discriminator"] | {"blocks": blocks}


def assert_equals_plain_torch(made: Design) -> None:
    """Both networks with drawn weights, two samples."""
    torch.manual_seed(0)
    brief, chain = made.brief, made.chain
    labels = None if brief.classes is None else torch.tensor([4, 1])
    more = () if labels is None else (labels,)
    value = torch.randn(2, brief.latent_dim or 0, *[1] * chain.axes).double()
    for role, network in made.gan.networks.items():
        built = getattr(made, role)().double()
        tensors = [*built.parameters()]
        with torch.no_grad():
            for weight in tensors:
                weight.normal_(0.1, 1 / max(1, weight[0].numel()) ** 0.5)
            if role == "discriminator" and labels is not None:
                tensors = [tensors[-1], *tensors[:-1]]
            oracle = R3GANOracle(brief, chain, tensors)
            output = built(value, *more)
            torch.testing.assert_close(output, getattr(oracle, role)(value, labels))
        assert output.shape[1:] == (network.output_map.shape if role == "generator" else ())
        value = output


def test_random_networks_are_verified(pool: Pool) -> None:
    """30 briefs, 600 in a soak run."""
    for seed in range(soak_count(30, 600)):
        random = Random(seed)
        document = random_brief(random)
        chain = design(brief_from_document(document | {"verify": "none"})).chain
        with_lists(random, document, len(chain.sizes))
        made = design(brief_from_document(document), runner=pool.run)
        failures = made.verification.failures
        assert made.verification.verdict == "verified", (seed, document, failures)
        again = recall_design(made.id, runner=pool.run)
        assert (again.brief, again.source) == (made.brief, made.source)
        assert_equals_plain_torch(made)
