"""Wrong U-Nets are refuted by running them, whatever the check of the syntax says."""

from __future__ import annotations

import pytest

from designer.brief.options import Level
from designer.source import render_source
from designer.verification import Pool, verify_text
from tests.support import soak_count
from tests.verification.unet_edits import UNET_BRIEFS, UNET_EDITS, unet_gan, wrong_unets

pytestmark = [pytest.mark.torch, pytest.mark.slow]

WRONG = wrong_unets()
TEXT_CHECKS = {"text.sha256", "text.syntax"}
FIRST = {edit: place for place in WRONG for edit in place[1:]}
"""For each edit, the last brief that has it: a square one, where there is one with two axes."""


@pytest.mark.parametrize("name", UNET_BRIEFS)
def test_the_honest_source_is_verified(name: str, pool: Pool) -> None:
    """Without an edit no check fails."""
    gan = unet_gan(name)
    source = render_source(gan)
    receipt = verify_text(source.text, source.sha256, gan, level=Level.STANDARD, runner=pool.run)
    assert [check.name for check in receipt.failures] == []


@pytest.mark.parametrize("place", [*FIRST.values()] if soak_count(1, 0) else [*WRONG], ids=" ".join)
def test_a_wrong_source_is_refuted_by_its_run(place: tuple[str, str], pool: Pool) -> None:
    """By a check other than those of the text."""
    name, _ = place
    gan = unet_gan(name)
    stated = render_source(gan).sha256
    receipt = verify_text(WRONG[place], stated, gan, level=Level.STANDARD, runner=pool.run)
    assert {check.name for check in receipt.failures} - TEXT_CHECKS


def test_every_edit_changes_a_source() -> None:
    """None has lost the text that it changes."""
    assert {edit for _, edit in WRONG} == set(UNET_EDITS)
