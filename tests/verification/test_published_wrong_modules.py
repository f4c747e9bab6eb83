"""Published wrong modules: edits of sources that earlier releases verified."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from designer.brief.brief_json import brief_from_document
from designer.brief.options import Level
from designer.networks import Gan
from designer.pipeline.make_design import design
from designer.source import render_source
from designer.verification import Pool, Verification, verify_text
from tests.support import SOAK
from tests.verification.wrong_modules import TEXT_CHECKS

pytestmark = [pytest.mark.torch, pytest.mark.slow]

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "data" / "wrong_modules.json").read_text()
)
OPTIONS = {
    "--latent-dim": ("latent_dim", int),
    "--base-channels": ("base_channels", int),
    "--classes": ("classes", int),
    "--upsampling": ("upsampling", str),
    "--normalization": ("normalization", str),
}
STYLES = {
    "--discriminator-normalization": "normalization",
    "--discriminator-output": "output",
}


@cache
def gan_of(resolution: str, *options: str) -> Gan:
    """The design of a command's arguments."""
    brief: dict[str, object] = {"resolution": int(resolution), "verify": "none"}
    style = {}
    for option, value in zip(options[::2], options[1::2], strict=True):
        if option in STYLES:
            style[STYLES[option]] = value
        else:
            field, read = OPTIONS[option]
            brief[field] = read(value)
    return design(brief_from_document(brief | ({"discriminator": style} if style else {}))).gan


def judge_case(case: dict[str, Any], pool: Pool) -> Verification:
    """The receipt of a case, whose edits must all apply."""
    gan = gan_of(*case["design"])
    source = render_source(gan)
    text = source.text
    for before, after in case["edits"]:
        assert before in text
        text = text.replace(before, after, 1)
    return verify_text(text, source.sha256, gan, level=Level(case["level"]), runner=pool.run)


JUDGED = CASES if SOAK else CASES[::3]
"""All in a soak run; otherwise every third, the first of which is the correct source."""


@pytest.mark.parametrize("case", JUDGED, ids=[case["id"] for case in JUDGED])
def test_a_published_module_is_judged_as_stated(case: dict[str, Any], pool: Pool) -> None:
    """The correct source is verified; all others are refuted, without the check of the syntax, too."""
    receipt = judge_case(case, pool)
    assert receipt.verdict == case["expect"]
    by_run = {failure.name for failure in receipt.failures} - TEXT_CHECKS
    assert bool(by_run) == (case["expect"] == "refuted")
