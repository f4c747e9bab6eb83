"""Random residual briefs over all options: verified, and what plain torch computes from the brief."""

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
from tests.verification.random_gans import random_attention
from tests.verification.residual_oracle import ResidualOracle

pytestmark = [pytest.mark.torch, pytest.mark.slow]

SIDES = {1: (8, 300), 2: (8, 60), 3: (6, 16)}


MOST_LINES = 200
"""Most lines of a source, besides one for each block of its networks."""

OPTION_LINES = 40
"""Lines more for the classes of class-conditional norms and of self-attention."""


def most_lines(document: dict[str, Any], text: str) -> int:
    """The bound on the lines of a source."""
    blocks = sum("_block(" in line and "def " not in line for line in text.splitlines())
    options = [document["normalization"] == "conditional_batch", document["attention"]]
    return MOST_LINES + blocks + OPTION_LINES * sum(map(bool, options))


def random_brief(random: Random) -> dict[str, Any]:
    """A residual brief of small networks."""
    axes = random.choice((1, 2, 2, 2, 3))
    style = {
        "normalization": random.choice(("spectral", "spectral", "layer", "instance", "group")),
        "output": random.choice(("logit", "critic")),
        "blocks": random.choice((None, 1, 2, [1], [2, 1, 1, 3, 2])),
        "max_channels": random.choice((None, 8)),
        "base_channels": random.choice((None, 3, 16)),
    }
    brief = {
        "architecture": "resnet",
        "resolution": [random.randint(*SIDES[axes]) for _ in range(axes)],
        "latent_dim": random.choice((1, 5, 64)),
        "channels": random.choice((1, 3, 4)),
        "base_channels": random.choice((1, 2, 4, 8)),
        "max_channels": random.choice((8, 64)),
        "upsampling": random.choice(("transposed", "resize", "subpixel")),
        "normalization": random.choice(("batch", "batch", "instance", "layer", "group")),
        "blocks": random.choice((1, 1, 2, 3)),
        "classes": random.choice((None, 5)),
        "output_activation": random.choice(("tanh", "sigmoid", "none")),
        "search": {"anisotropic": random.random() < 0.3},
        "discriminator": random.choice((None, style, style)),
    }
    if brief["classes"] is not None and random.random() < 0.6:
        brief["normalization"] = "conditional_batch"
    return brief


def assert_equals_plain_torch(made: Design) -> None:
    """Both networks with drawn weights, two samples, in evaluation."""
    torch.manual_seed(0)
    generator = made.generator().eval().double()
    with torch.no_grad():
        for weight in generator.parameters():
            weight.normal_(0.1, 0.3)
        for name, statistic in generator.named_buffers():
            statistic.uniform_(0.5, 2.0) if "running" in name else None
    labels = None if made.brief.classes is None else torch.tensor([4, 1])
    more = () if labels is None else (labels,)
    latent = torch.randn(2, made.brief.latent_dim or 0, *[1] * made.chain.axes).double()
    with torch.no_grad():
        picture = generator(latent, *more)
        oracle = ResidualOracle(made.brief, made.chain, generator)
        torch.testing.assert_close(picture, oracle.generator(latent, labels))
        if made.gan.discriminator is not None:
            discriminator = made.discriminator().eval().double()
            for name, weight in discriminator.named_parameters():
                weight.fill_(0.7) if name.endswith("gain") else None
            oracle = ResidualOracle(made.brief, made.chain, discriminator)
            expected = oracle.discriminator(picture, labels, made.gan.discriminator_levels)
            torch.testing.assert_close(discriminator(picture, *more), expected)


def test_random_residual_networks_are_verified(pool: Pool) -> None:
    """40 briefs, 1,000 in a soak run."""
    for seed in range(soak_count(40, 1000)):
        document = random_brief(Random(seed))
        chain = design(brief_from_document(document | {"verify": "none"})).chain
        document["attention"] = random_attention(Random(seed), chain)
        made = design(brief_from_document(document), runner=pool.run)
        failures = made.verification.failures
        assert made.verification.verdict == "verified", (seed, document, failures)
        again = recall_design(made.id, runner=pool.run)
        assert (again.brief, again.source) == (made.brief, made.source)
        assert len(made.code.splitlines()) < most_lines(document, made.code)
        assert_equals_plain_torch(made)
