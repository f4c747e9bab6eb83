"""Helpers for the tests of networks: small Gans with any options, and their receipts."""

from __future__ import annotations

import types
from typing import Any

from designer.brief.initialization import (
    DCGAN_INITIALIZATIONS,
    Initialization,
    Initializations,
)
from designer.brief.options import DiscriminatorStyle, Level, OutputActivation
from designer.brief.widths import Widths
from designer.geometry.chain import Chain
from designer.geometry.layers import Size, Window, Windows
from designer.networks import Gan, assemble_gan
from designer.source import render_source
from designer.verification import Verification, verify_source
from designer.verification.probe.job import run_job

PLAIN = Window(kernel_size=4, stride=2, padding=1)
LONGER = Window(kernel_size=4, stride=2, padding=1, output_padding=1)
SMALL = {"latent_dim": 5, "channels": 3, "base_channels": 8, "max_channels": 24}

BY_FAN_IN = Initializations(
    generator=Initialization.VARIANCE, discriminator=Initialization.VARIANCE
)


def make_gan(
    target: Size,
    *steps: Window | Windows,
    style: DiscriminatorStyle | None = DiscriminatorStyle(),  # noqa: B008  a frozen value
    encoder: bool = False,
    output_activation: OutputActivation = OutputActivation.TANH,
    initializations: Initializations = DCGAN_INITIALIZATIONS,
    **widths: Any,  # noqa: ANN401  the fields of Widths
) -> Gan:
    """The networks of a chain of these windows that ends at a size; one window may serve all axes."""
    windows = tuple((step,) * len(target) if isinstance(step, Window) else step for step in steps)
    chain = Chain.leading_to(target, windows)
    return assemble_gan(
        chain,
        Widths(**(SMALL | widths)),
        style,
        encoder=encoder,
        output_activation=output_activation,
        initializations=initializations,
    )


def module_of(gan: Gan) -> types.ModuleType:
    """The rendered source, executed as a module."""
    module = types.ModuleType("model")
    exec(compile(render_source(gan).text, "model.py", "exec"), module.__dict__)
    return module


def receipt_of(gan: Gan) -> Verification:
    """The receipt of the rendered source, with the probe in this process."""

    def runner(job: dict[str, Any], *, discard: bool = False) -> dict[str, Any]:
        return run_job(job)

    return verify_source(render_source(gan), gan, level=Level.STANDARD, runner=runner)


def assert_verified(gan: Gan) -> None:
    """Every check of the receipt passes."""
    receipt = receipt_of(gan)
    differing = [
        f"{check.name}: {check.detail}" for check in receipt.checks if check.passed is not True
    ]
    assert differing == []
    assert receipt.verdict == "verified"
