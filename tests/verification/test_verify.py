"""Rendered sources are verified; sources that differ from the design are refuted."""

from __future__ import annotations

import pytest

from designer.brief.options import Level, Normalization
from designer.geometry.layers import Window
from designer.geometry.resampling import Upsampling
from designer.networks import Gan
from designer.source import PythonSource, render_source
from designer.verification import Pool, WidthPolicy, verify_source
from tests.networks.network_factory import LONGER, PLAIN, make_gan
from tests.verification.designs import doubling_gan, gan_from_windows

pytestmark = pytest.mark.torch


def test_the_dcgan_is_verified(dcgan: Gan, pool: Pool) -> None:
    """Every check of level ``standard`` passes for the original DCGAN."""
    receipt = verify_source(render_source(dcgan), dcgan, level=Level.STANDARD, runner=pool.run)
    assert [check.name for check in receipt.checks if check.passed is not True] == []
    assert receipt.verdict == "verified"
    assert receipt.width is not None
    assert receipt.width.full
    figures = {check.name: check.measured for check in receipt.checks}
    assert figures["generator.parameters"] == 3_576_704
    assert figures["discriminator.parameters"] == 2_765_568
    assert figures["generator.multiply_adds"] == 104_628_224


@pytest.mark.parametrize(
    "gan",
    [
        doubling_gan(3, (5, 5), base_channels=8),
        doubling_gan(2, (16,), base_channels=8),
        doubling_gan(2, (2, 2, 3), base_channels=8),
        gan_from_windows(
            (6, 6),
            tuple(
                (Window(kernel_size=4, stride=2, padding=1, output_padding=output_padding),) * 2
                for output_padding in (0, 0, 0, 1)
            ),
            base_channels=8,
        ),
        gan_from_windows((3, 2), ((Window(kernel_size=6, stride=3, padding=1, dilation=2),) * 2,)),
        gan_from_windows(
            (4, 4), ((Window(kernel_size=5, stride=3, padding=0, output_padding=2),) * 2,)
        ),
    ],
    ids=["40", "one axis", "three axes", "97", "dilated", "unread pixels"],
)
def test_other_designs_are_verified(gan: Gan, pool: Pool) -> None:
    """One to three axes, output padding, dilation, unread pixels."""
    receipt = verify_source(render_source(gan), gan, level=Level.STANDARD, runner=pool.run)
    assert [check.name for check in receipt.checks if check.passed is not True] == []


def test_expensive_networks_run_at_reduced_width(pool: Pool) -> None:
    """Above the limits the run is narrower; parameters are still counted at full width."""
    gan = doubling_gan(5)
    policy = WidthPolicy(full_multiply_adds=10**7, reduced_multiply_adds=10**7)
    receipt = verify_source(
        render_source(gan), gan, level=Level.STANDARD, runner=pool.run, policy=policy
    )
    assert receipt.verdict == "verified"
    assert receipt.width is not None
    assert not receipt.width.full
    assert receipt.width.generator["base_channels"] < 64
    figures = {check.name: check.measured for check in receipt.checks}
    assert figures["generator.parameters"] == gan.generator.parameters


def test_too_expensive_networks_are_not_run(dcgan: Gan) -> None:
    """Above the limits nothing is run, and the receipt states the predicted cost."""
    policy = WidthPolicy(full_multiply_adds=1, reduced_multiply_adds=1)

    def runner(job: dict[str, object], *, discard: bool = False) -> dict[str, object]:
        raise AssertionError("nothing is run")

    receipt = verify_source(
        render_source(dcgan), dcgan, level=Level.STANDARD, runner=runner, policy=policy
    )
    assert receipt.verdict == "not_run"
    assert "multiply-adds" in receipt.checks[-1].detail


def one_channel_wide(latent_dim: int) -> Gan:
    """A generator with one channel, and so one ReLU, per map, and no norms."""
    return make_gan(
        (53, 47),
        (LONGER, LONGER),
        (PLAIN, LONGER),
        (LONGER, LONGER),
        channels=1,
        latent_dim=latent_dim,
        base_channels=8,
        max_channels=1,
        upsampling=Upsampling.RESIZE,
        normalization=Normalization.NONE,
        style=None,
    )


@pytest.mark.parametrize("latent_dim", range(1, 9))
def test_a_network_of_few_relus_is_verified(latent_dim: int, pool: Pool) -> None:
    """All ReLUs may be inactive for one draw of weights, but not for every draw."""
    gan = one_channel_wide(latent_dim)
    source = render_source(gan)
    assert verify_source(source, gan, level=Level.STANDARD, runner=pool.run).verdict == "verified"


def test_a_missing_gradient_in_a_network_of_few_relus_is_found(pool: Pool) -> None:
    """A gradient that is zero in every draw fails its check."""
    gan = one_channel_wide(3)
    text = render_source(gan).text.replace("self.main(latent)", "self.main(latent * 0)")
    source = PythonSource(text=text)
    receipt = verify_source(source, gan, level=Level.STANDARD, runner=pool.run)
    assert "generator.gradients" in {check.name for check in receipt.failures}
