"""The pipeline: receipts are cached, and counts and runs are left out where they cost too much."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from designer import Brief, Exact, Level, Pool, SearchSpace, design, recall_design
from designer.brief.permalink import write_id
from designer.chains import count_space
from designer.errors import ProbeFailed, SearchTooLarge
from designer.verification import ProbeRunner, RecentReceipts, WidthPolicy


class CountingRunner:
    """A runner that counts its calls and delegates them."""

    def __init__(self, runner: ProbeRunner) -> None:
        self.runner = runner
        self.runs = 0

    def __call__(self, job: dict[str, Any], *, discard: bool = False) -> dict[str, Any]:
        """Count the call and delegate it."""
        self.runs += 1
        return self.runner(job, discard=discard)


@pytest.mark.torch
def test_a_text_is_verified_once_with_a_receipt_store(pool: Pool) -> None:
    """A design that is repeated or recalled takes its receipt from the store."""
    brief = Brief(resolution=8, latent_dim=2, base_channels=2, max_channels=4)
    store = RecentReceipts()
    runner = CountingRunner(pool.run)
    first = design(brief, runner=runner, store=store)
    repeated = design(brief, runner=runner, store=store)
    recalled = recall_design(write_id(first.brief, first.chain), runner=runner, store=store)
    assert runner.runs == 1
    design(Brief(resolution=9, latent_dim=2, base_channels=2), runner=runner, store=store)
    assert runner.runs == 2
    assert first.verification.verdict == "verified"
    assert first == repeated == recalled


def test_a_failed_verification_is_not_stored() -> None:
    """A verification that failed by accident runs again on the next request."""
    brief = Brief(resolution=8, latent_dim=2)
    store = RecentReceipts()

    def crash(job: dict[str, Any], *, discard: bool = False) -> dict[str, Any]:
        raise ProbeFailed("the verifying process has gone")

    runner = CountingRunner(crash)
    for runs in (1, 2):
        with pytest.raises(ProbeFailed):
            design(brief, runner=runner, store=store)
        assert runner.runs == runs


def test_a_space_too_large_to_count_is_still_designed() -> None:
    """The best chain is found although counting exceeds its limit; the count is then None."""
    space = replace(SearchSpace.default(axes=2), exact=Exact.ANY)
    brief = Brief(resolution=(2048, 2047), latent_dim=2, search=space, verify=Level.NONE)
    with pytest.raises(SearchTooLarge):
        count_space(brief.resolution, space=space, widths=brief.widths)
    result = design(brief)
    assert result.count is None
    assert result.gan.generator.output_map.size == (2048, 2047)


def test_the_width_policy_decides_which_widths_are_run() -> None:
    """The same brief runs at full width, at reduced width or not at all, by predicted cost."""
    brief = Brief(resolution=8, latent_dim=2, base_channels=4)
    jobs: list[dict[str, Any]] = []

    def record_job(job: dict[str, Any], *, discard: bool = False) -> dict[str, Any]:
        jobs.append(job)
        raise ProbeFailed("noted")

    narrow = WidthPolicy(full_multiply_adds=1, reduced_multiply_adds=2_000)
    for policy in (WidthPolicy(), narrow):
        with pytest.raises(ProbeFailed):
            design(brief, runner=record_job, policy=policy)
    widths = [job["networks"]["generator"]["arguments"]["run"]["base_channels"] for job in jobs]
    assert widths[0] == 4
    assert widths[1] < 4
    none = WidthPolicy(full_multiply_adds=1, reduced_multiply_adds=1)
    assert design(brief, runner=record_job, policy=none).verification.verdict == "not_run"
