"""Random U-Nets over all options: verified, what plain torch computes, and the same from their ids."""

from __future__ import annotations

import pytest
import torch

from designer.brief.brief_json import brief_from_document
from designer.brief.permalink import read_id
from designer.networks.unet_sizes import least_input
from designer.pipeline.design import Design
from designer.pipeline.make_design import design, recall_gan
from designer.source import render_source
from designer.verification import Pool
from tests.networks.unet.unet_oracle import UNetOracle, drawn
from tests.support import soak_count
from tests.verification.random_unets import drawn_brief

pytestmark = [pytest.mark.torch, pytest.mark.slow]

MOST_LINES = 200


def assert_equals_plain_torch(made: Design) -> None:
    """At the design's size and, if others are taken, at three of them."""
    network = drawn(made.generator())
    oracle = UNetOracle(made.brief, made.chain.windows, network)
    assert made.brief.input_channels is not None
    sizes = [made.brief.resolution]
    if made.brief.any_size != "off":
        least = least_input(made.gan)
        sizes += [tuple(side + more for side in least) for more in (0, 3, 10)]
    with torch.no_grad():
        for size in sizes:
            image = torch.randn(2, made.brief.input_channels, *size).double()
            torch.testing.assert_close(network(image), oracle(image), rtol=1e-8, atol=1e-8)


def test_random_unets_are_verified(pool: Pool) -> None:
    """60 briefs, 1,000 in a soak run."""
    for seed in range(soak_count(60, 1000)):
        document = drawn_brief(seed)
        made = design(brief_from_document(document), runner=pool.run)
        failures = made.verification.failures
        assert made.verification.verdict == "verified", (seed, document, failures)
        assert (made.sizes_proved == "this") == (document["any_size"] == "off")
        brief, chain = read_id(made.id)
        assert (brief, chain) == (made.brief, made.chain), seed
        assert render_source(recall_gan(made.id)) == made.source, seed
        assert len(made.code.splitlines()) < MOST_LINES
        assert_equals_plain_torch(made)
