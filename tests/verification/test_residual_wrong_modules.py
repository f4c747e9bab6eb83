"""Wrong residual networks are refuted by running them, whatever the check of the syntax says."""

from __future__ import annotations

import pytest

from designer.brief.options import Level
from designer.source import render_source
from designer.verification import Pool, verify_text
from tests.support import soak_count
from tests.verification.residual_edits import (
    RESIDUAL_BRIEFS,
    RESIDUAL_EDITS,
    residual_gan,
    wrong_residual_modules,
)

pytestmark = [pytest.mark.torch, pytest.mark.slow]

WRONG = wrong_residual_modules()
TEXT_CHECKS = {"text.sha256", "text.syntax"}


@pytest.mark.parametrize("name", RESIDUAL_BRIEFS)
def test_the_honest_source_is_verified(name: str, pool: Pool) -> None:
    """Without an edit no check fails."""
    gan = residual_gan(name)
    source = render_source(gan)
    receipt = verify_text(source.text, source.sha256, gan, level=Level.STANDARD, runner=pool.run)
    assert [check.name for check in receipt.failures] == []


@pytest.mark.parametrize("place", [*WRONG][:: soak_count(19, 1)], ids=" ".join)
def test_a_wrong_source_is_refuted_by_its_run(place: tuple[str, str], pool: Pool) -> None:
    """By a check other than those of the text."""
    name, _ = place
    gan = residual_gan(name)
    stated = render_source(gan).sha256
    receipt = verify_text(WRONG[place], stated, gan, level=Level.STANDARD, runner=pool.run)
    assert {check.name for check in receipt.failures} - TEXT_CHECKS


def test_every_edit_changes_a_source() -> None:
    """None has lost the text that it changes."""
    assert {edit for _, edit in WRONG} == set(RESIDUAL_EDITS)


SPOKEN = {
    "generator": (
        "self.body(value) + self.shortcut(value)",
        "self.body(value) * (1 + sum(p.sum() for p in self.body[3].parameters())) + self.shortcut(value)",
    ),
    "discriminator": ("return logit.flatten()", "return (logit - logit.mean()).flatten()"),
}  # fmt: skip
"""By role: a silent bias that adds to the output, and a bias that is subtracted again."""


@pytest.mark.parametrize("role", SPOKEN)
def test_silence_is_measured(role: str, pool: Pool) -> None:
    """A declared bias with a gradient is refuted, and so is an undeclared one without."""
    gan = residual_gan("resize")
    source = render_source(gan)
    wrong = source.text.replace(*SPOKEN[role])
    assert wrong != source.text
    receipt = verify_text(wrong, source.sha256, gan, level=Level.STANDARD, runner=pool.run)
    (check,) = (c for c in receipt.checks if c.name == f"{role}.silent_parameters")
    assert check.passed is False
    honest = verify_text(source.text, source.sha256, gan, level=Level.STANDARD, runner=pool.run)
    (check,) = (c for c in honest.checks if c.name == f"{role}.silent_parameters")
    assert check.passed is True
    if role == "generator":
        assert check.predicted["always_in_training"]


STILL = {
    "a gain of one": ("nn.init.zeros_(module.gain)", "nn.init.ones_(module.gain)"),
    "a gain that stays zero": ("self.gain * self.o(mixed)", "self.gain.detach() * self.o(mixed)"),
}


@pytest.mark.parametrize("role", ["generator", "discriminator"])
def test_waking_is_measured(role: str, pool: Pool) -> None:
    """What gets its first gradient after a step is declared; what has one before, or none after, is refuted."""
    gan = residual_gan("attention")
    source = render_source(gan)
    for name, edit in {"honest": ("", ""), **STILL}.items():
        text = source.text.replace(*edit) if edit[0] else source.text
        assert (text == source.text) == (name == "honest")
        receipt = verify_text(text, source.sha256, gan, level=Level.STANDARD, runner=pool.run)
        (check,) = (c for c in receipt.checks if c.name == f"{role}.silent_parameters")
        assert check.passed is (name == "honest"), name
        declared = check.predicted["until_first_step"]
        assert [each.split(".")[2] for each in declared] == ["g", "o", "phi", "theta"]
