"""Level ``full``: other dtypes, another device, saved weights, exported graphs."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from designer.brief.options import DiscriminatorStyle, Level, Normalization, Output
from designer.geometry.layers import Window
from designer.geometry.resampling import Upsampling
from designer.networks import Gan
from designer.source import PythonSource, render_source
from designer.verification import Pool, WidthPolicy, verify_source
from tests.networks.network_factory import LONGER, PLAIN, make_gan
from tests.verification.designs import doubling_gan

pytestmark = [pytest.mark.torch, pytest.mark.slow]

STRIDE_3 = Window(kernel_size=5, stride=3, padding=1)
ADDED = {"float64", "bfloat16", "meta", "state_dict", "export", "onnx"}


@pytest.fixture(scope="module")
def gan() -> Gan:
    """A small design with a width at ``max_channels``."""
    return doubling_gan(2, base_channels=8, max_channels=12)


def test_a_rendered_source_is_verified(gan: Gan, pool: Pool) -> None:
    """Every check of both levels runs and passes, including onnxruntime's."""
    receipt = verify_source(render_source(gan), gan, level=Level.FULL, runner=pool.run)
    assert [check.name for check in receipt.checks if check.passed is not True] == []
    names = {check.name for check in receipt.checks}
    assert {f"generator.{name}" for name in ADDED} <= names
    assert {f"discriminator.{name}" for name in ADDED} <= names


CLASSES = {"classes": 3, "latent_dim": 5}
DECODER = {"latent_dim": None, "initial_channels": 5, "encoder": True}
FAMILIES: dict[str, Gan] = {
    "resized, spectral patches with labels": make_gan(
        (36, 25),
        PLAIN,
        (PLAIN, LONGER),
        upsampling=Upsampling.RESIZE,
        style=DiscriminatorStyle(normalization=Normalization.SPECTRAL, patch=16),
        **CLASSES,
    ),
    "shuffled volumes, a critic with labels": make_gan(
        (8, 12, 8),
        PLAIN,
        (PLAIN, STRIDE_3, PLAIN),
        upsampling=Upsampling.SUBPIXEL,
        normalization=Normalization.LAYER,
        style=DiscriminatorStyle(normalization=Normalization.GROUP, output=Output.CRITIC),
        **CLASSES,
    ),
    "a shuffled decoder of signals, and its encoder": make_gan(
        (129,),
        PLAIN,
        LONGER,
        upsampling=Upsampling.SUBPIXEL,
        normalization=Normalization.INSTANCE,
        style=DiscriminatorStyle(normalization=Normalization.NONE, output=Output.LOGIT),
        **DECODER,
    ),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_is_verified(family: str, pool: Pool) -> None:
    """Every check passes; the only one not run is bfloat16 with ``AvgPool3d``."""
    gan = FAMILIES[family]
    receipt = verify_source(render_source(gan), gan, level=Level.FULL, runner=pool.run)
    assert receipt.verdict == "verified"
    missing = {check.name: check.detail for check in receipt.checks if check.passed is None}
    expected = {"discriminator.bfloat16"} if "volumes" in family else set()
    assert set(missing) == expected
    assert all("AvgPool3d" in detail for detail in missing.values())
    names = {check.name for check in receipt.checks}
    assert {f"{role}.{name}" for role in gan.networks for name in ADDED} <= names


def test_torch_has_no_pool_of_three_axes_for_bfloat16() -> None:
    """Once this test fails, torch supports it and the check can be run."""
    with pytest.raises(NotImplementedError, match="not implemented for 'BFloat16'"):
        nn.AvgPool3d(2)(torch.zeros(1, 1, 2, 2, 2, dtype=torch.bfloat16))


def test_each_check_can_fail(gan: Gan, pool: Pool) -> None:
    """A generator with a hard-coded dtype, device, random number and branch fails all checks."""
    text = render_source(gan).text.replace(
        "self.main = ", "self.scale = torch.randn(1).item()\n        self.main = ", 1
    )
    text = text.replace(
        "self.main(latent)",
        "self.main(latent.float() if latent.sum() < 1e9 else latent) * self.scale",
        1,
    )
    source = PythonSource(text=text)
    receipt = verify_source(source, gan, level=Level.FULL, runner=pool.run)
    failed = {check.name for check in receipt.failures}
    assert {f"generator.{name}" for name in ADDED} <= failed
    assert not any(name.startswith("discriminator.") for name in failed)


def test_full_level_is_never_narrowed(gan: Gan) -> None:
    """Above its limits nothing is run, and the receipt states the predicted cost."""

    def runner(job: dict[str, object], *, discard: bool = False) -> dict[str, object]:
        raise AssertionError("nothing is run")

    policy = WidthPolicy(full_level_multiply_adds=1)
    source = render_source(gan)
    receipt = verify_source(source, gan, level=Level.FULL, runner=runner, policy=policy)
    assert receipt.verdict == "not_run"
    assert "8 base_channels" in receipt.checks[-1].detail
