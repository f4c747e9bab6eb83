"""Wrong R3GAN networks are refuted by running them, whatever the check of the syntax says."""

from __future__ import annotations

import pytest

from designer.brief.options import Level
from designer.source import render_source
from designer.verification import Pool, verify_text
from tests.support import soak_count
from tests.verification.r3gan_edits import (
    R3GAN_BRIEFS,
    R3GAN_EDITS,
    r3gan_gan,
    wrong_r3gan_modules,
)

pytestmark = [pytest.mark.torch, pytest.mark.slow]

WRONG = wrong_r3gan_modules()
TEXT_CHECKS = {"text.sha256", "text.syntax"}


@pytest.mark.parametrize("name", R3GAN_BRIEFS)
def test_the_honest_source_is_verified(name: str, pool: Pool) -> None:
    """Without an edit no check fails."""
    gan = r3gan_gan(name)
    source = render_source(gan)
    receipt = verify_text(source.text, source.sha256, gan, level=Level.STANDARD, runner=pool.run)
    assert [check.name for check in receipt.failures] == []
    assert receipt.verdict == "verified"


@pytest.mark.parametrize("place", [*WRONG][:: soak_count(23, 1)], ids=" ".join)
def test_a_wrong_source_is_refuted_by_its_run(place: tuple[str, str], pool: Pool) -> None:
    """By a check other than those of the text, and by these too."""
    name, _ = place
    gan = r3gan_gan(name)
    stated = render_source(gan).sha256
    receipt = verify_text(WRONG[place], stated, gan, level=Level.STANDARD, runner=pool.run)
    failed = {check.name for check in receipt.failures}
    assert receipt.verdict == "refuted"
    assert "text.sha256" in failed
    assert failed - TEXT_CHECKS


def test_every_edit_changes_a_source() -> None:
    """None has lost the text that it changes."""
    assert {edit for _, edit in WRONG} == set(R3GAN_EDITS)
