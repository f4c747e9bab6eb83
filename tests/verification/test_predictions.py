"""At which width a text is run: a matter of predicted figures alone."""

from __future__ import annotations

import json

import pytest

from designer.brief.model import Level
from designer.source import render_source
from designer.verification import WidthPolicy
from designer.verification.predictions import (
    make_job,
    plan_verification,
    predicted_bytes,
    predicted_multiply_adds,
)
from tests.verification.designs import doubling_gan


@pytest.mark.parametrize(
    ("layers", "base_channels"),
    [(4, 64), (6, 64), (7, 8), (8, 4), (9, 2), (12, None)],
    ids=["64", "256", "512", "1024", "2048", "16384"],
)
def test_the_width_follows_from_the_predicted_cost(layers: int, base_channels: int | None) -> None:
    """Full up to 256 pixels, narrower up to 2048, and nothing past the limits."""
    plan = plan_verification(doubling_gan(layers), level=Level.STANDARD, policy=WidthPolicy())
    if base_channels is None:
        assert plan.run is None
        assert plan.width is None
        return
    assert plan.run is not None
    assert plan.run.widths.base_channels == base_channels
    assert plan.width is not None
    assert plan.width.full == (base_channels == 64)


def test_the_limits_hold() -> None:
    """What is run narrower costs at most what the policy says, and twice as wide would not."""
    policy = WidthPolicy()
    plan = plan_verification(doubling_gan(8), level=Level.STANDARD, policy=policy)
    assert plan.run is not None
    assert predicted_multiply_adds(plan.run) <= policy.reduced_multiply_adds
    assert predicted_bytes(plan.run) <= policy.reduced_bytes
    wider = plan_verification(
        doubling_gan(8, base_channels=2 * plan.run.widths.base_channels),
        level=Level.STANDARD,
        policy=WidthPolicy(full_multiply_adds=policy.reduced_multiply_adds),
    )
    assert wider.run == plan.run


def test_a_job_is_json() -> None:
    """What is sent to the probe comes out as it went in."""
    gan = doubling_gan(2)
    plan = plan_verification(gan, level=Level.FULL, policy=WidthPolicy())
    job = make_job(plan, render_source(gan).text)
    assert json.loads(json.dumps(job)) == job
