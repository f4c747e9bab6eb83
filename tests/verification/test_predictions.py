"""The width of a run follows from predicted cost alone; a job is JSON."""

from __future__ import annotations

import json

import pytest

from designer.brief.options import Level
from designer.source import render_source
from designer.verification import WidthPolicy
from designer.verification.predictions import (
    plan_verification,
    predicted_bytes,
    predicted_multiply_adds,
)
from designer.verification.probe_job import make_job
from tests.verification.designs import doubling_gan


@pytest.mark.parametrize(
    ("layers", "base_channels"),
    [(4, 64), (6, 64), (7, 8), (8, 4), (9, 2), (12, None)],
    ids=["64", "256", "512", "1024", "2048", "16384"],
)
def test_the_width_follows_from_the_predicted_cost(layers: int, base_channels: int | None) -> None:
    """Full width up to 256 pixels, reduced up to 2048, not run above the limits."""
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
    """A reduced run is within the policy, and a run twice as wide is not."""
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
    """A job survives a round trip through JSON."""
    gan = doubling_gan(2)
    plan = plan_verification(gan, level=Level.FULL, policy=WidthPolicy())
    job = make_job(plan, render_source(gan).text)
    assert json.loads(json.dumps(job)) == job
