"""Level ``full``: number types, another device, saved weights, exported graphs."""

from __future__ import annotations

import pytest

from designer.architecture import Gan
from designer.brief import Level
from designer.source import PythonSource, render_source
from designer.verification import Pool, WidthPolicy, verify_source
from tests.verification.designs import doubling

pytestmark = [pytest.mark.torch, pytest.mark.slow]

ADDED = {"float64", "bfloat16", "meta", "state_dict", "export", "onnx"}


@pytest.fixture(scope="module")
def gan() -> Gan:
    """A small design with a width that the cap holds."""
    return doubling(2, base_channels=8, max_channels=12)


def test_our_text_is_verified(gan: Gan, pool: Pool) -> None:
    """Every check of both levels ran and passed, onnxruntime's too."""
    receipt = verify_source(render_source(gan), gan, level=Level.FULL, runner=pool.run)
    assert [check.name for check in receipt.checks if check.passed is not True] == []
    names = {check.name for check in receipt.checks}
    assert {f"generator.{name}" for name in ADDED} <= names
    assert {f"discriminator.{name}" for name in ADDED} <= names


def test_each_check_can_fail(gan: Gan, pool: Pool) -> None:
    """A generator with a type, a device, a number and a branch wired in fails them all."""
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
    """Past its limits nothing is run, and the receipt names the predicted cost."""

    def runner(job: dict[str, object], *, discard: bool = False) -> dict[str, object]:
        raise AssertionError("nothing is run")

    policy = WidthPolicy(full_level_multiply_adds=1)
    source = render_source(gan)
    receipt = verify_source(source, gan, level=Level.FULL, runner=runner, policy=policy)
    assert receipt.verdict == "not_run"
    assert "8 base_channels" in receipt.checks[-1].detail
