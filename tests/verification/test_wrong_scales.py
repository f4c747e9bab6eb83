"""Wrong initial scales are refuted by the signal that they make: torch's own, others' and slips of ours."""

from __future__ import annotations

from typing import Any

import pytest

from designer.brief.options import DiscriminatorStyle, Level, Normalization
from designer.geometry.resampling import Upsampling
from designer.networks import Gan
from designer.source import render_source
from designer.verification import Verification, verify_text
from designer.verification.probe.job import run_job
from tests.networks.network_factory import BY_FAN_IN, PLAIN, make_gan

pytestmark = pytest.mark.torch

FREE = DiscriminatorStyle(normalization=Normalization.NONE)


def small_gan(**options: Any) -> Gan:  # noqa: ANN401  the options of a Gan
    """Two steps from 4×4 to 16×16."""
    return make_gan((16, 16), PLAIN, PLAIN, base_channels=8, **options)


DESIGNS = {
    "dcgan": small_gan(),
    "variance": small_gan(normalization=Normalization.NONE, style=FREE, initializations=BY_FAN_IN),
    "resize": small_gan(
        normalization=Normalization.NONE,
        style=FREE,
        initializations=BY_FAN_IN,
        upsampling=Upsampling.RESIZE,
    ),
    "spectral": small_gan(
        normalization=Normalization.NONE,
        style=DiscriminatorStyle(normalization=Normalization.SPECTRAL),
        initializations=BY_FAN_IN,
        upsampling=Upsampling.SUBPIXEL,
    ),
}

NORMAL = "nn.init.normal_(module.weight, 0.0, 0.02)"
DRAWN = "nn.init.normal_(layer.weight, 0.0, variance**0.5)"
WRONG = [
    ("dcgan", NORMAL, "nn.init.normal_(module.weight, 0.0, 0.024)", "generator.signal"),
    ("dcgan", NORMAL, "nn.init.kaiming_normal_(module.weight)", "generator.signal"),
    ("dcgan", NORMAL, "nn.init.xavier_normal_(module.weight)", "discriminator.gradient_signal"),
    ("dcgan", NORMAL, "nn.init.orthogonal_(module.weight)", "discriminator.signal"),
    ("dcgan", NORMAL, f"{NORMAL}; module.weight.data[::2] = 0", "generator.signal"),
    ("variance", DRAWN, "nn.init.kaiming_normal_(layer.weight)", "generator.signal"),
    ("variance", DRAWN, "nn.init.normal_(layer.weight, 0.0, 0.02)", "generator.gradient_signal"),
    ("variance", "variance**0.5", "variance", "discriminator.signal"),
    ("variance", "torch.Size(layer.stride).numel()", "1", "generator.signal"),
    ("variance", "2 / fan_in(layer))  # ReLU", "1 / fan_in(layer))  # ReLU", "generator.signal"),
    ("variance", "0.1**2 / fan_in(last)", "1 / fan_in(last)", "generator.signal"),
    ("variance", "draw(stem, 2 / stem.in_channels)", "draw(stem, 2 / fan_in(stem))", "generator.signal"),
    ("variance", "layer.in_channels", "layer.out_channels", "discriminator.gradient_signal"),
    ("resize", "torch.Size(layer.kernel_size).numel()", "layer.kernel_size[0]", "generator.signal"),
    ("spectral", "2 / fan_in(layer)", "2.5 / fan_in(layer)", "generator.gradient_signal"),
]  # fmt: skip


def receipt_of_text(gan: Gan, text: str) -> Verification:
    """The receipt of a text, with the probe in this process."""

    def runner(job: dict[str, Any], *, discard: bool = False) -> dict[str, Any]:
        return run_job(job)

    stated = render_source(gan).sha256
    return verify_text(text, stated, gan, level=Level.STANDARD, runner=runner)


@pytest.mark.parametrize(("design", "before", "after", "check"), WRONG)
def test_a_wrong_scale_is_refuted(design: str, before: str, after: str, check: str) -> None:
    """By the check of the signal itself, beside those of the text and of the distribution."""
    text = render_source(DESIGNS[design]).text
    assert before in text
    receipt = receipt_of_text(DESIGNS[design], text.replace(before, after))
    assert check in {failure.name for failure in receipt.failures}


@pytest.mark.parametrize("design", DESIGNS)
def test_the_right_scale_is_verified(design: str) -> None:
    """What has no formula is measured only, and says so by a prediction of null."""
    gan = DESIGNS[design]
    receipt = receipt_of_text(gan, render_source(gan).text)
    assert receipt.failures == ()
    checks: dict[str, Any] = {check.name: check for check in receipt.checks}
    for role in gan.networks:
        for name in ("signal", "gradient_signal"):
            found = checks[f"{role}.{name}"]
            for layer, law in found.predicted.items():
                measured = found.measured[layer]
                assert measured["as_run"] is not None
                if gan.networks[role].spectral:
                    assert law == {"gain": None, "as_run": None}
                    assert measured["gain"] is None
                else:
                    assert abs(measured["gain"] / law["gain"] - 1) <= 0.1
                    assert measured["error"] <= 0.03
